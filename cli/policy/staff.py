"""Whether the agents who are signed on have what policies ask for; only where a database is known."""

from collections.abc import Sequence

from cli.output import say
from cli.policy.in_force import settings_in_force
from services.router.lookup.staff import skills_signed_on
from shared.errors import Fatal, Retryable
from shared.policy import Policy, PolicyError
from shared.policy.staffing import unstaffed
from shared.process.loop import run_loop

__all__ = ["skill_warnings"]


def skill_warnings(policies: Sequence[Policy]) -> list[PolicyError]:
    """What no agent of each policy's workspace has now. Nothing without a local stack or USHER_POSTGRES_DSN."""
    settings = settings_in_force()
    if "postgres_dsn" not in settings.model_fields_set:
        return []
    try:
        staff = run_loop(skills_signed_on(settings, [policy.workspace for policy in policies]))
    except (Retryable, Fatal) as error:
        say(f"usher policy: skills are not compared with agents: {error}")
        return []
    found: list[PolicyError] = []
    for policy in policies:
        agents = staff[policy.workspace]
        if agents:
            found += (
                fault._replace(message=f"{policy.workspace}: {fault.message}") for fault in unstaffed(policy, agents)
            )
        else:
            say(f"usher policy: nobody is signed on in {policy.workspace}, so its skills are not compared with agents")
    return found
