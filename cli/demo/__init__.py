"""``usher demo``: the local stack with sample traffic, agents, a bot and customers who answer, and a live view."""

from cli.demo.command import configure, run

__all__ = ["configure", "run"]
