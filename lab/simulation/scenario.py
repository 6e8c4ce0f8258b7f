"""What a simulation is asked to do: agents, classes of contacts, policies and the length of a run."""

from dataclasses import dataclass

VOICE = "voice"
POLICIES = ("next", "edf", "fifo")
BASELINE = "fifo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """A random duration in seconds: ``exponential`` (mean), ``lognormal`` (mean, cv) or ``constant`` (mean)."""

    distribution: str
    mean: float
    cv: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentGroup:
    """``count`` equal agents with levels of skills and units of capacity."""

    count: int
    skills: dict[str, int]
    units: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactClass:
    """Contacts that ask for the same. ``profile``: (second, rate factor from then on); before the first it is 1.

    ``cost`` in units of capacity; voice takes an agent without other work, and all of them.
    """

    name: str
    channel: str
    skills: dict[str, int]
    target_seconds: float
    boost_seconds: float = 0.0
    arrivals_per_hour: float = 0.0
    profile: tuple[tuple[float, float], ...] = ()
    handle_seconds: Duration
    patience_seconds: Duration | None = None
    late_cap_seconds: float | None = None
    allowance: float | None = None
    cost: int = 1

    def served_by(self, group: AgentGroup) -> bool:
        """Whether an agent of the group without other work can take such a contact."""
        able = all(group.skills.get(skill, 0) >= level for skill, level in self.skills.items())
        return able and (self.channel == VOICE or self.cost <= group.units)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A run is warm-up and duration of arrivals, in seconds, then everybody is served; repeated for each seed."""

    name: str
    seeds: int
    first_seed: int
    warmup_seconds: float
    duration_seconds: float
    waiting_places: int | None
    late_factor: float
    sticky_seconds: float
    agents: tuple[AgentGroup, ...]
    classes: tuple[ContactClass, ...]
    policies: tuple[str, ...]
