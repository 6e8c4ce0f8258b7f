"""Telephone numbers in their one international spelling (E.164), by Google's numbering plans."""

from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

__all__ = ["REGIONS", "after_exit_code", "international"]

NUMBERS_MAX = 16_384  # remembered spellings, some 5 MB: who calls today calls again, and reading one takes 20 us

REGIONS = frozenset(phonenumbers.SUPPORTED_REGIONS)
"""Two-letter codes (ISO 3166) of countries whose national numbers can be read."""


@lru_cache(maxsize=NUMBERS_MAX)
def international(text: str, region: str) -> str | None:
    """``+34600123456`` for any spelling; national ones as dialled in the region, "" for none. An extension stays.

    None where it can be no telephone number: too short or long for its country, or without country and region.
    """
    number = _parsed(text, region)
    if number is None:
        return None
    _with_one_mobile_form(number)
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    found = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"{found};ext={number.extension}" if number.extension else found


@lru_cache(maxsize=NUMBERS_MAX)
def after_exit_code(text: str, region: str) -> str | None:
    """The same of what begins with 00, the exit code of most countries: as dialled in the region if that is a number in
    use there, else as dialled where 00 leads abroad. Providers write so wherever the customer is.
    """
    abroad = f"+{text[2:].lstrip()}"
    if not region or (_is_in_use(abroad, "") and not _is_in_use(text, region)):
        return international(abroad, "")
    return international(text, region)


def _is_in_use(text: str, region: str) -> bool:
    number = _parsed(text, region)
    return number is not None and phonenumbers.is_valid_number(number)


def _parsed(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(_without_old_prefix(text) if region == "MX" else text, region or None)
    except NumberParseException:
        return None


def _without_old_prefix(text: str) -> str:
    """044 and 045 stood before mobile numbers that were dialled within Mexico, and still do in address books."""
    digits = "".join(filter(str.isdigit, text))
    return digits[3:] if len(digits) == 13 and digits.startswith(("044", "045")) else text


def _with_one_mobile_form(number: phonenumbers.PhoneNumber) -> None:
    """Mobile numbers that are written with and without a digit are one number: providers send both of one telephone.

    Brazil put a 9 before mobile numbers of eight digits, which began with 6 to 9; Mexico dropped the 1 that stood
    before ten digits; in Argentina the 9 marks a mobile telephone called from abroad, and texts come without it.
    """
    national = str(number.national_number)
    if number.country_code == 55 and len(national) == 10 and national[2] in "6789":
        number.national_number = int(f"{national[:2]}9{national[2:]}")
    elif number.country_code == 52 and len(national) == 11 and national[0] == "1":
        number.national_number = int(national[1:])
    elif number.country_code == 54 and len(national) == 10:
        number.national_number = int(f"9{national}")
