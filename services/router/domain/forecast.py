"""How long a contact will wait: from the rate at which its queue is served while somebody waits, and from who gives up.

E[wait] = sum over i = 0..n of 1 / (r + i * theta): n contacts are ahead, r dispatches a second while the queue is not
empty, theta abandonments per second of waiting (an M/M/n+M queue seen from inside; idle time would make r useless).
"""

from math import exp, log

import msgspec

MEMORY_SECONDS = 900.0  # of non-empty time after which an observation counts 1/e: a quarter of an hour's staffing
TERMS_MAX = 64  # of the sum that are added one by one; the rest is its integral, right to a per mille


class Flow(msgspec.Struct, omit_defaults=True, gc=False):
    """What was seen of one queue, old observations fading. Times are seconds, but ``at_ms`` (counted up to then)."""

    workspace: str
    queue: str
    at_ms: int = 0
    served: float = 0.0
    abandoned: float = 0.0
    busy: float = 0.0
    waited: float = 0.0

    def advance(self, now_ms: int, waiting: int) -> None:
        """Count the time since the last change, during which so many contacts waited."""
        seconds = (now_ms - self.at_ms) / 1000
        self.at_ms = now_ms
        if waiting and seconds > 0:
            faded = exp(-seconds / MEMORY_SECONDS)
            self.served *= faded
            self.abandoned *= faded
            self.busy = self.busy * faded + seconds
            self.waited = self.waited * faded + seconds * waiting

    def expected_seconds(self, ahead: int) -> float | None:
        """Expected wait of a contact with so many ahead; None while nobody was ever served from a waiting queue."""
        if not self.served or not self.busy:
            return None
        rate = self.served / self.busy
        theta = self.abandoned / self.waited if self.waited else 0.0
        terms = min(ahead + 1, TERMS_MAX)
        total = sum(1 / (rate + number * theta) for number in range(terms))
        rest = ahead + 1 - terms
        if rest > 0:
            low, high = terms - 0.5, ahead + 0.5
            total += rest / rate if not theta else log((rate + high * theta) / (rate + low * theta)) / theta
        return total
