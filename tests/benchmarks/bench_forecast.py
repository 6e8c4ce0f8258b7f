"""How right the forecast is, on the virtual clock, and what looking at 50,000 waiting contacts costs.

Run: ``python -m tests.benchmarks.bench_forecast [--seeds N]``. Exit 1 when 2 % of a core do not suffice for a look
every two seconds, or a piece of it holds a lane up.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from lab.simulation.parse import parse_scenario
from services.router.domain.forecast import Flow
from services.router.domain.matcher.matching import Requirement, Waiting
from services.router.watching import LOOK_SECONDS, SHARE_MAX
from tests.support.forecast_run import announced_in, calibration, errors, told_in
from tests.support.language_day import Day
from tests.support.router_builders import Router

SCENARIOS = Path(__file__).parents[2] / "deploy" / "scenarios"
STATIONARY, PEAK = "erlang-a", "peak"
ESTIMATES = {"expected": "the forecast", "last": "last to enter service", "head": "head of the line"}
WAITING = 50_000
DAY_SECONDS = 4 * 3600
LOOKS = 5
PIECE_MS_MAX = 5


def scenario(name):
    """One of the scenarios that ship."""
    return parse_scenario(json.loads((SCENARIOS / f"{name}.json").read_text()))


def waits(told, title):
    """Mean error and root mean square of each estimate."""
    forecast = errors(told, "expected")[1]
    print(f"\n{title}: {len(told)} contacts that had to wait")
    print(f"{'estimate of the wait':24} {'mean error s':>13} {'rms s':>8} {'forecast / this, squared':>25}")
    for name, words in ESTIMATES.items():
        mean, root = errors(told, name)
        print(f"{words:24} {mean:13.1f} {root:8.1f} {(forecast / root) ** 2:25.2f}")


def risks(told):
    """What was told and what happened, by tenth; beside it P(Poisson <= n), which knows of nobody who steps back."""
    print(f"\n{'':8}{'this forecast':^32}{'P(Poisson <= n)':^32}")
    print(f"{'risk':8}" + 2 * f"{'contacts':>10}{'told':>10}{'breached':>12}")
    for tenth, pair in enumerate(zip(calibration(told), calibration(told, "poisson_risk"), strict=True)):
        columns = "".join(f"{count:10}{_share(mean):>10}{_share(share):>12}" for count, mean, share in pair)
        print(f"0.{tenth:<6}{columns}")


def _share(value):
    return "-" if value is None else f"{value:.3f}"


def announcements(found):
    """Whether breaches were announced in time, and whether announcements came true."""
    print(f"\n{'queue':8}{'breaches':>10}{'announced':>11}{'in time':>9}{'announcements':>15}{'true':>7}{'cleared':>9}")
    for queue, counts in sorted(found.items()):
        breaches, told = counts["breaches"] or 1, counts["announcements"] or 1
        print(
            f"{queue:8}{counts['breaches']:10}{counts['announced'] / breaches:11.2f}{counts['in time'] / breaches:9.2f}"
            f"{counts['announcements']:15}{counts['true'] / told:7.2f}{counts['cleared'] / told:9.2f}"
        )


def looks(boost_ms):
    """CPU milliseconds of a look at everybody, and of its longest piece."""
    router = Router()
    book = router.engine.book
    workspace = book.workspaces["acme"]
    router.sign_on("a1")
    now = router.now_ms
    for number in range(WAITING):
        workspace.matcher.wait(
            Waiting(
                contact_id=f"{number:08}-0000-0000-0000-000000000000",
                queue="general",
                requirement=Requirement((), (), (), "chat"),
                entered=now - 3_000_000 * (WAITING - number) // WAITING,
                target=3_600_000,
                boost=boost_ms * (number % 7),
            )
        )
    workspace.flows["general"] = Flow(
        workspace="acme",
        queue="general",
        at_ms=now,
        served=WAITING / 8,
        busy=1000.0,
        abandoned=50.0,
        waited=9e6,
    )
    whole, longest = [], []
    for second in range(LOOKS):
        started = last = time.process_time()
        spans = []
        for _ in router.engine.look(now + second * 1000):
            spans.append(time.process_time() - last)
            last = time.process_time()
        whole.append((time.process_time() - started) * 1000)
        longest.append(max(spans) * 1000)
    return sorted(whole)[LOOKS // 2], sorted(longest)[LOOKS // 2], router.engine.at_risk.count("acme", "general")


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=20, help="repetitions of each scenario")
    seeds = parser.parse_args().seeds
    for name in (STATIONARY, PEAK):
        told = told_in(scenario(name), seeds)
        waits(told, name)
        if name == PEAK:
            for queue in sorted({each.queue for each in told}):
                waits([each for each in told if each.queue == queue], f"{name}, {queue}")
        risks(told)
        announcements(announced_in(scenario(name), seeds))
    day = [each for seed in range(seeds) for each in Day(seed, DAY_SECONDS).play()]
    for language in ("en", "es"):
        mine = [each for each in day if each.language == language]
        print(f"\none queue, two languages, agents who come and go, {language}: {len(mine)} contacts that had to wait")
        for tenth, (count, mean, share) in enumerate(calibration(mine)):
            print(f"0.{tenth:<6}{count:10}{_share(mean):>10}{_share(share):>12}")
    print(f"\none look at {WAITING} who wait (at most {SHARE_MAX:.0%} of a core, {PIECE_MS_MAX} ms at once)")
    dear = False
    for boost_ms, words in ((0, "without priorities"), (1000, "with seven priorities")):
        whole, longest, count = looks(boost_ms)
        every = max(LOOK_SECONDS, whole / 1000 / SHARE_MAX)
        dear = dear or every > 2 * LOOK_SECONDS or longest > PIECE_MS_MAX
        print(f"{words:24} {whole:6.1f} ms every {every:.1f} s, longest piece {longest:.1f} ms, {count} at risk")
    return 1 if dear else 0


if __name__ == "__main__":
    sys.exit(main())
