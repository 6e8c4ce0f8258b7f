"""Asks the health port of a process whether it is ready, and reads its metrics."""

import asyncio
import urllib.error
import urllib.request
from collections.abc import Iterable
from concurrent.futures import Future
from http.client import HTTPException
from threading import Thread

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from cli.status.facts import Replica

__all__ = ["look", "look_aside", "replica_of"]

ANSWER_SECONDS_MAX = 5.0  # a process that does not say within this time how it is, is not well
ANSWER_BYTES_MAX = 16 * 1024 * 1024
NOTE = "note: "


def look(url: str, service: str = "process") -> Replica:
    """The process behind a metrics URL, with or without ``/metrics``; ``service`` is said where none answers."""
    base = url.rstrip("/").removesuffix("/metrics")
    if not base.startswith(("http://", "https://")):
        return Replica(service=service, url=base)
    try:
        ready, page = _fetch(f"{base}/readyz")
        _, metrics = _fetch(f"{base}/metrics")
        return replica_of(base, service, (ready, page), metrics)
    except (OSError, ValueError, HTTPException):
        return Replica(service=service, url=base)


async def look_aside(url: str, service: str = "process") -> Replica:
    """``look``, in a thread that nobody waits for once the caller has given up."""
    answer: Future[Replica] = Future()

    def ask() -> None:
        if not answer.set_running_or_notify_cancel():
            return
        try:
            answer.set_result(look(url, service))
        except Exception as error:  # noqa: BLE001 - handed on to who waits
            answer.set_exception(error)

    Thread(target=ask, daemon=True).start()
    return await asyncio.wrap_future(answer)


def replica_of(base: str, service: str, readiness: tuple[bool, str], metrics: str) -> Replica:
    """What the two pages say. ValueError: they are no pages of a process of Usher."""
    ready, page = readiness
    samples = [sample for family in text_string_to_metric_families(metrics) for sample in family.samples]
    info = next(iter(_named(samples, "usher_build_info")), None)
    if info is None:
        raise ValueError("no usher_build_info")
    lines = page.splitlines()
    return Replica(
        service=info.labels.get("service", service),
        url=base,
        version=info.labels.get("version", ""),
        ready=ready,
        said=() if ready else tuple(line for line in lines if line and not line.startswith(NOTE)),
        notes=tuple(line.removeprefix(NOTE) for line in lines if line.startswith(NOTE)),
        lag=int(sum(sample.value for sample in _named(samples, "usher_lag_records"))),
        owned=int(sum(sample.value for sample in _named(samples, "usher_owned_partitions"))),
        closed=tuple(
            sorted(int(each.labels["partition"]) for each in _named(samples, "usher_partition_closed") if each.value)
        ),
    )


def _named(samples: Iterable[Sample], name: str) -> list[Sample]:
    return [sample for sample in samples if sample.name == name]


def _fetch(url: str) -> tuple[bool, str]:
    """Whether the answer is a good one, and its body. OSError without one; ValueError for what is no URL."""
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_SECONDS_MAX) as answer:
            return True, answer.read(ANSWER_BYTES_MAX).decode(errors="replace")
    except urllib.error.HTTPError as error:
        with error:
            return False, error.read(ANSWER_BYTES_MAX).decode(errors="replace")
