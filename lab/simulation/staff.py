"""The agents of a run: who they are, what each still can take, and what taking a contact uses up."""

from lab.simulation.scenario import VOICE, AgentGroup, ContactClass, Scenario
from services.router.domain.matcher.matching import Requirement, Skills


class Staff:
    """Agents are numbered through all groups in the order of the scenario; only ``used`` and ``idle_since`` change.

    ``names``: ``<index of the group>-<n>``. ``lanes[g][used]``: what an agent of group g with so many units used can
    take one more of; a lane is a channel with a cost, because an agent may have room for one cost and not the other.
    ``idle_since``: when the agent last became free of all work.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.groups = scenario.agents
        self.classes = scenario.classes
        self.group_of = [index for index, group in enumerate(scenario.agents) for _ in range(group.count)]
        self.names = [f"{index}-{n}" for index, group in enumerate(scenario.agents) for n in range(group.count)]
        self.used = [0] * len(self.names)
        self.idle_since = [0.0] * len(self.names)
        self.lanes = [[_lanes(group, used, self.classes) for used in range(group.units + 1)] for group in self.groups]
        self.amounts = [[_amount(each, group) for group in self.groups] for each in self.classes]

    def take(self, agent: int, class_index: int) -> None:
        """The agent starts a contact."""
        self.used[agent] += self.amounts[class_index][self.group_of[agent]]

    def release(self, agent: int, class_index: int, now: float) -> None:
        """The agent ends a contact."""
        self.used[agent] -= self.amounts[class_index][self.group_of[agent]]
        if not self.used[agent]:
            self.idle_since[agent] = now


def lane(each: ContactClass) -> str:
    """The channel and cost of a class in one word."""
    return VOICE if each.channel == VOICE else f"{each.channel}/{each.cost}"


def requirement(each: ContactClass) -> Requirement:
    """What an agent must have for a class."""
    protected = each.name if each.allowance is not None else ""
    return Requirement(tuple(sorted(each.skills.items())), (), (), lane(each), protected)


def skills(group: AgentGroup) -> Skills:
    """The skills of a group as the matcher takes them."""
    return tuple(sorted(group.skills.items()))


def _lanes(group: AgentGroup, used: int, classes: tuple[ContactClass, ...]) -> frozenset[str]:
    fitting = (each for each in classes if each.served_by(group) and _fits(each, group, used))
    return frozenset(lane(each) for each in fitting)


def _fits(each: ContactClass, group: AgentGroup, used: int) -> bool:
    return used == 0 if each.channel == VOICE else used + each.cost <= group.units


def _amount(each: ContactClass, group: AgentGroup) -> int:
    return group.units if each.channel == VOICE else each.cost
