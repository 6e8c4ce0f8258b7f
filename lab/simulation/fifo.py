"""First in, first out over what the agent can serve, and the longest idle agent: what most systems do."""

from collections import deque
from heapq import heappop, heappush

from lab.simulation.staff import Staff, lane
from lab.simulation.workload import Workload

Turn = tuple[bool, float, int, int]
"""Whether the agent has work, since when idle, agent, and the number of changes this entry stands for."""


class FifoDesk:
    """The baseline, with nothing of the matcher in it.

    A free agent takes the contact that arrived first of those they can serve (equal times: in order of the rows). A
    contact takes the agent who has been idle longest (agents with other work come after idle ones), then by number.
    """

    def __init__(self, staff: Staff, workload: Workload) -> None:
        self._staff = staff
        self._class_of = workload.class_of
        self._waiting: list[deque[int]] = [deque() for _ in staff.classes]
        self._gone = bytearray(len(workload))
        self._changes = [0] * len(staff.names)
        self._serves = [[_classes_of(staff, lanes, g) for lanes in states] for g, states in enumerate(staff.lanes)]
        self._idle: list[list[list[Turn]]] = [[[] for _ in group] for group in staff.lanes]
        self._takers = [_states_of(self._serves, index) for index in range(len(staff.classes))]
        for agent in range(len(staff.names)):
            self._sit(agent)

    def arrive(self, contact: int, now: float) -> int:
        """The agent who takes an arriving contact, or -1: then it waits."""
        class_index = self._class_of[contact]
        best: Turn | None = None
        for group, used in self._takers[class_index]:
            heap = self._idle[group][used]
            while heap and heap[0][3] != self._changes[heap[0][2]]:
                heappop(heap)
            if heap and (best is None or heap[0] < best):
                best = heap[0]
        if best is None:
            self._waiting[class_index].append(contact)
            return -1
        self._take(best[2], class_index)
        self._sit(best[2])
        return best[2]

    def free(self, agent: int, ended: int, now: float) -> int:
        """An agent ended a contact; the contact they take next, or -1."""
        self._staff.release(agent, self._class_of[ended], now)
        self._changes[agent] += 1
        return self.again(agent, now)

    def again(self, agent: int, now: float) -> int:
        """The contact that an agent who just took one or ended one takes next, or -1: then they wait."""
        first = -1
        for class_index in self._serves[self._staff.group_of[agent]][self._staff.used[agent]]:
            queue = self._waiting[class_index]
            while queue and self._gone[queue[0]]:
                queue.popleft()
            if queue and (first < 0 or queue[0] < first):
                first = queue[0]
        if first < 0:
            self._sit(agent)
            return -1
        class_index = self._class_of[first]
        self._waiting[class_index].popleft()
        self._take(agent, class_index)
        return first

    def leave(self, contact: int) -> None:
        """A waiting contact is gone without an agent."""
        self._gone[contact] = True

    def _take(self, agent: int, class_index: int) -> None:
        self._staff.take(agent, class_index)
        self._changes[agent] += 1

    def _sit(self, agent: int) -> None:
        staff = self._staff
        group, used = staff.group_of[agent], staff.used[agent]
        if self._serves[group][used]:
            turn = (used > 0, staff.idle_since[agent], agent, self._changes[agent])
            heappush(self._idle[group][used], turn)


def _classes_of(staff: Staff, open_lanes: frozenset[str], group: int) -> list[int]:
    return [
        index
        for index, each in enumerate(staff.classes)
        if lane(each) in open_lanes and each.served_by(staff.groups[group])
    ]


def _states_of(serves: list[list[list[int]]], class_index: int) -> list[tuple[int, int]]:
    return [
        (group, used)
        for group, states in enumerate(serves)
        for used, classes in enumerate(states)
        if class_index in classes
    ]
