"""What one backlog costs the services of a tree, as one line of JSON.

    cd TREE && PYTHONPATH=TREE python -P backlog.py POLICY CONTACTS

All that is imported is that tree's own, as far back as 0.1.0: whatever is asked of it must be there in all of them.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.bench_pipeline import load_policy, throughput_ours
from tests.benchmarks.pipeline.load import TEXTS, agents
from tests.benchmarks.pipeline.rig import rig, shared_servers
from tests.benchmarks.pipeline.stack import start_services

SLA_EVENTS = "usher.sla-events.v1"
WARM_UP_CONTACTS = 2_000


async def measure(policy: Path, contacts: int) -> dict[str, Any]:
    """Contacts/s, CPU by process, and the events of sla, per contact of a backlog."""
    async with shared_servers() as (kafka, postgres), rig(kafka, postgres, policy) as made:
        await start_services(made, load_policy(policy), agents())
        await throughput_ours(made, 0, WARM_UP_CONTACTS, TEXTS)
        before = await made.end_offset(SLA_EVENTS)
        found = await throughput_ours(made, WARM_UP_CONTACTS, contacts, TEXTS)
        return {**found, "sla_events": (await made.end_offset(SLA_EVENTS) - before) / contacts}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(measure(Path(sys.argv[1]), int(sys.argv[2])))) + "\n")
