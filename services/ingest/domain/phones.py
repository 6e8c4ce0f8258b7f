"""Telephone numbers in their one international spelling (E.164), by Google's numbering plans."""

from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

__all__ = ["REGIONS", "international"]

NUMBERS_MAX = 16_384  # remembered spellings, some 5 MB: who calls today calls again, and reading one takes 20 us

REGIONS = frozenset(phonenumbers.SUPPORTED_REGIONS)
"""Two-letter codes (ISO 3166) of countries whose national numbers can be read."""


@lru_cache(maxsize=NUMBERS_MAX)
def international(text: str, region: str) -> str | None:
    """``+34600123456`` for any spelling; national ones as dialled in the region, "" for none. An extension stays.

    None where it can be no telephone number: too short or long for its country, or without country and region.
    """
    try:
        number = phonenumbers.parse(text, region or None)
    except NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    found = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"{found};ext={number.extension}" if number.extension else found
