"""An agent who takes what is offered, on the local stack: python docs/examples/desk.py AGENT [SECONDS]"""

import json
import sys
import urllib.request
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer
from local import arguments, run, stack

SKILLS = {"orders": 3, "billing": 3, "cards": 3, "support": 3, "complaints": 3, "en": 5, "es": 3}


class Desk:
    """One agent: what they do is posted, what they need to know is read from usher.agent-offers.v1."""

    def __init__(self, stack: dict[str, Any], agent_id: str) -> None:
        self.stack = stack
        self.agent_id = agent_id

    def post(self, kind: str, **fields: Any) -> None:
        """Tell Usher what the agent did; the workspace comes from the key."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")  # promises are measured by it
        body = json.dumps({"type": kind, "agent_id": self.agent_id, "occurred_at": at, **fields}).encode()
        headers = {"Authorization": f"Bearer {self.stack['api_key']}", "Content-Type": "application/json"}
        url = self.stack["ingest_url"] + "/v1/agent-activity"
        urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10).close()

    def hear(self, kind: str, event: dict[str, Any]) -> None:
        """Accept every offer; be done with every assignment at once."""
        if kind == "usher.contact.offered.v1":
            sys.stdout.write(f"offered: {event.get('text', '')!r} from {event['from']['handle']}\n")
            self.post("usher.offer.answered.v1", offer_id=event["offer_id"], answer="accepted")
        elif kind == "usher.contact.assigned.v1":
            sys.stdout.write(f"assigned after {event['waited_seconds']} s\n")
            done = {"outcome": "closed", "disposition": "helped", "wrap_up_seconds": 0}
            self.post("usher.assignment.ended.v1", assignment_id=event["assignment_id"], **done)
        elif kind == "usher.contact.closed.v1":
            sys.stdout.write("closed\n")
        sys.stdout.flush()

    async def work(self) -> None:
        """Sign on, then answer what concerns this agent, until interrupted."""
        topic, servers = "usher.agent-offers.v1", self.stack["kafka"]
        async with AIOKafkaConsumer(topic, bootstrap_servers=servers, auto_offset_reset="latest") as consumer:
            await consumer.seek_to_end()
            for place in consumer.assignment():
                await consumer.position(place)  # from here on nothing is missed
            capacity = {"units": 2, "exclusive": ["voice"]}
            self.post("usher.agent.signed_on.v1", skills=SKILLS, capacity=capacity)
            async for record in consumer:
                event = json.loads(record.value)
                if event.get("agent_id") == self.agent_id:
                    self.hear(dict(record.headers)["ce_type"].decode(), event)


if __name__ == "__main__":
    agent, *seconds = arguments("docs/examples/desk.py AGENT [SECONDS]", 1)
    desk = Desk(stack(), agent)
    try:
        run(desk.work(), float(seconds[0]) if seconds else None)
    finally:
        desk.post("usher.agent.signed_off.v1")
