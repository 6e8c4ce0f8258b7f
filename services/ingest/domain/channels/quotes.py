"""The answer in a mail without what it quotes: one pass over the lines, whatever stands in them.

mail-parser-reply knows the same marks by regular expressions whose time grows with the cube of a hostile text (110 ms
for 1.2 KB, measured), which the door cannot afford; the tests compare with it.
"""

import re

__all__ = ["without_quotes"]

LINES_MAX = 4000  # looked at; a longer answer is kept as it is from there on
LINE_LENGTH_MAX = 1000  # characters; no introduction is longer
HEADER_LINES = 5  # of a quoted head: from, sent, to, copy, subject
WRAPPED_LINES = 2  # an introduction may be wrapped over three lines in all

_WROTE = re.compile(
    r"wrote|schrieb|escribió|escreveu|écrit|scritto|schreef|skrev|napsal|napisał|nadesłał|kirjoitti|написал|написав|yazdı"
    r"|írta|a scris|έγραψε|כתב|写道|寫道|작성|のメッセージ|書きました",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"(?:on|am|el|em|le|il|op|den|dne|dnia|w dniu|på|pe|в|mån|tis|ons|tors|fre|lör|sön|man|tir|tor|lør|søn"
    r"|\d{1,4}[-./年년 ])[\s,.\d]",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"[* ]*(?:from|von|de|da|van|od|fra|från|от|发件人|寄件者|보낸\s?사람|差出人)\s?[:：]", re.IGNORECASE
)
_HEAD = re.compile(
    r"[* ]*(?:sent|date|to|subject|gesendet|datum|an|betreff|enviado|fecha|para|asunto|envoyé|à|objet|inviato|data|a"
    r"|oggetto|verzonden|aan|onderwerp|sendt|dato|til|emne|skickat|till|ämne|odesláno|komu|předmět|wysłano|do|temat"
    r"|assunto|发送时间|收件人|主题|보낸\s?날짜|받는\s?사람|제목|日時|宛先|件名)\s?[:：]",
    re.IGNORECASE,
)
_RULE = re.compile(
    r"\s*-{2,}\s{0,3}(?:begin )?(?:original|ursprüngliche|forwarded|weitergeleitete|mensaje|mensagem|messaggio|message"
    r"|oorspronkelijk|oprindelig|ursprungligt|původní|wiadomość|reply|原始|原始邮件|원본|転送)[^-]{0,60}-{2,}\s*",
    re.IGNORECASE,
)
_LINE = re.compile(r"\s*[_]{10,}\s*")


def without_quotes(text: str) -> str:
    """The text above the first quotation, without lines that begin with ``>`` and without a signature after ``--``.

    The whole text where nothing else is left: a forwarded mail is what its sender wants to say.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n", LINES_MAX)
    marked = (at for at, line in enumerate(lines) if ":" in line or "：" in line or "--" in line or "__" in line)
    end = next((at for at in marked if _begins_quote(lines, at)), len(lines))
    while end > 0 and end < len(lines) and _is_introduction_above(lines, end):
        end -= 1
    kept = [line for line in lines[:end] if line[:1] != ">"]
    signed = (at for at, line in enumerate(kept) if at and line[:2] == "--" and line.rstrip() == "--")
    signature = next(signed, len(kept))
    answer = "\n".join(kept[:signature]).strip()
    return answer or "\n".join(lines).strip()


def _begins_quote(lines: list[str], index: int) -> bool:
    """Of a line with a mark in it; most are told by their first and last character alone."""
    line = lines[index].strip()
    if not line or len(line) > LINE_LENGTH_MAX:
        return False
    if line[-1] in ":：" and _is_introduction(lines, index):
        return True
    if line[0] == "-":
        return _RULE.fullmatch(line) is not None
    if line[0] == "_":
        return _LINE.fullmatch(line) is not None and any(_FROM.match(below) for below in lines[index + 1 : index + 3])
    if ":" not in line and "：" not in line or _FROM.match(line) is None:
        return False
    return any(_HEAD.match(below) for below in lines[index + 1 : index + HEADER_LINES])


def _is_introduction(lines: list[str], index: int) -> bool:
    """``On 5 January 2026, Ana <ana@example.com> wrote:``, wrapped or not: a word for it, and a date or address."""
    whole = " ".join(line[:500] for line in lines[max(0, index - WRAPPED_LINES) : index + 1])
    words = lines[index] if len(lines[index].split()) > 1 else whole
    return bool(_WROTE.search(words)) and ("@" in whole or any(character.isdigit() for character in whole))


def _is_introduction_above(lines: list[str], end: int) -> bool:
    """Whether the line above belongs to a wrapped introduction that ends at ``end``."""
    if not lines[end].rstrip().endswith((":", "：")) or _OPENING.match(lines[end]):
        return False
    above = lines[end - 1]
    return bool(above.strip()) and bool(_OPENING.match(above)) and len(above) < 500
