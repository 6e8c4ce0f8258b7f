"""Who gets which contact: the exact matcher of one workspace, over all waiting contacts and all open agents."""

from services.router.domain.matcher.matcher import Matcher

__all__ = ["Matcher"]
