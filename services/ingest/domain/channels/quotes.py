"""The answer in a mail without what it quotes: one pass over the lines, whatever stands in them.

mail-parser-reply knows the same marks by regular expressions whose time grows with the cube of a hostile text (110 ms
for 1.2 KB, measured), which the door cannot afford; the tests compare with it.
"""

import re

__all__ = ["without_quotes"]

LINES_MAX = 2000  # looked at, as many as a text of 64 KiB has; a longer answer is kept as it is from there on
LINE_LENGTH_MAX = 1000  # characters; no introduction is longer
HEADER_LINES = 5  # of a quoted head: from, sent, to, copy, subject
WRAPPED_LINES = 2  # an introduction may be wrapped over three lines in all

_WROTE = re.compile(
    r"wrote|schrieb|escribió|escreveu|écrit|scritto|schreef|skrev|nap[ií]?sal|napisał|pisze|nadesłał|kirjoitti|написа|пишет"
    r"|пише|yazdı|írta|a scris|έγραψε|đã viết|menulis|เขียนว่า|idatzi|va escriure|كتب|كتابة|כתב|写道|寫道|작성"
    r"|のメッセージ|書きました",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"(?:on|am|el|em|le|il|op|den|dne|dnia|w dniu|på|pe|в|mån|tis|ons|tors|fre|lör|sön|man|tir|tor|lør|søn"
    r"|\d{1,4}[-./年년 ])[\s,.\d]",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"[* ]*(?:from|von|de|de la|da|van|od|fra|från|lähettäjä|feladó|от|від|από|gönderen|kimden|из|من|מאת|发件人|寄件者"
    r"|보낸\s?사람|差出人)\s?[:：]",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"[* ]*(?:sent|date|to|subject|gesendet|datum|an|betreff|enviado|fecha|para|asunto|envoyé|à|objet|inviato|data|a"
    r"|oggetto|verzonden|aan|onderwerp|sendt|dato|til|emne|skickat|till|ämne|odesláno|komu|předmět|wysłano|do|temat"
    r"|assunto|enviat|assumpte|lähetetty|vastaanottaja|aihe|elküldve|címzett|tárgy|trimis|către|subiect|отправлено|дата"
    r"|кому|тема|надіслано|στάλθηκε|προς|θέμα|gönderildi|gönderme tarihi|tarih|kime|konu|تم الإرسال|التاريخ|إلى|الموضوع"
    r"|נשלח|תאריך|אל|נושא|发送时间|收件人|主题|寄件日期|收件者|主旨|보낸\s?날짜|받는\s?사람|제목|送信日時|日時|宛先|件名)\s?[:：]",
    re.IGNORECASE,
)
_RULE = re.compile(
    r"\s*-{2,}\s{0,3}(?:begin )?(?:original|ursprüngliche|forwarded|weitergeleitete|mensaje|mensagem|messaggio|message"
    r"|oorspronkelijk|oprindelig|opprinnelig|ursprungligt|alkuperäinen|původní|pôvodná|wiadomość|eredeti|mesaj original"
    r"|исходное|оригинальное|пересылаемое|вихідне|αρχικό|özgün|orijinal|reply|原始|邮件原件|원본|元の|転送)[^-]{0,60}-{2,}\s*",
    re.IGNORECASE,
)
# The same in any language: who (an address in brackets), and when (a day with its year, and a time).
_ADDRESS = re.compile(r"[<\[(][^<>\[\]()\s]{1,200}@[^<>\[\]()\s]{1,200}[>\])]")
_DAY = re.compile(r"(?<!\d)(?:20\d\d(?!\d)|\d{1,2}[./-]\d{1,2}[./-]\d\d(?!\d))")
_TIME = re.compile(r"(?<!\d)\d{1,2}[:.]\d\d(?!\d)")
_NAMED = re.compile(r"[* ]*[^\s:：<>@\d][^:：<>@]{0,24}[:：]")
_DIRECTIONS = "\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069"  # marks of writing from right to left
_SUBJECT = re.compile(
    r"[* ]*(?:subject|betreff|asunto|objet|oggetto|onderwerp|emne|ämne|předmět|temat|assunto|assumpte|aihe|tárgy"
    r"|subiect|тема|относно|θέμα|konu|الموضوع|נושא|主题|主旨|제목|件名)\s?[:：]",
    re.IGNORECASE,
)
_MARKS = (":", "：", "--", "__", "##-")  # one of which stands in each line that begins a quotation
_ABOVE_THIS = ("##-", "-##")  # around what help desks ask for in any language: to answer above this line
_LINE = re.compile(r"\s*[_]{10,}\s*")


def without_quotes(text: str) -> str:
    """The text above the first quotation, without lines that begin with ``>`` and without a signature after ``--``.

    The whole text where nothing else is left: a forwarded mail is what its sender wants to say.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n", LINES_MAX)
    marked = (at for at, line in enumerate(lines) if any(map(line.__contains__, _MARKS)))
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
    line = lines[index].strip().strip(_DIRECTIONS)
    if not line or len(line) > LINE_LENGTH_MAX:
        return False
    if line[-1] in ":：" and _is_introduction(lines, index):
        return True
    if line[0] == "-":
        return _RULE.fullmatch(line) is not None or (line[-2:] == "--" and _is_introduction(lines, index))
    if line[0] == "#":
        return line.startswith(_ABOVE_THIS[0]) and line.endswith(_ABOVE_THIS[1])
    if line[0] == "_":
        return _LINE.fullmatch(line) is not None and any(_FROM.match(below) for below in lines[index + 1 : index + 3])
    below = lines[index + 1 : index + HEADER_LINES]
    if ":" not in line and "：" not in line:
        return False
    return _is_known_head(line, below) or _is_head(line, below)


def _is_known_head(line: str, below: list[str]) -> bool:
    """Whether a quoted head begins, in a language of the lists. Some programs write the time before the sender. Who
    writes from where to where they travel has neither an address in the first line nor a subject."""
    if _FROM.match(line) is None:
        sender = below[0][:LINE_LENGTH_MAX] if below and _HEAD.match(line) else ""
        return bool(_FROM.match(sender) and _ADDRESS.search(sender) and any(map(_HEAD.match, below[1:])))
    return any(map(_HEAD.match, below)) and ("@" in line or any(map(_SUBJECT.match, below)))


def _is_head(line: str, below: list[str]) -> bool:
    """The same in a language that nobody put on the list: a sender with an address, the time at which it was sent, and
    two more of such lines. Of less, a form that somebody filled in may consist."""
    if _ADDRESS.search(line) is None or _NAMED.match(line) is None or len(below) < HEADER_LINES - 2:
        return False
    sent = below[0][:LINE_LENGTH_MAX]
    return bool(_DAY.search(sent) and _TIME.search(sent)) and all(map(_NAMED.match, below[: HEADER_LINES - 2]))


def _is_introduction(lines: list[str], index: int) -> bool:
    """``On 5 January 2026, Ana <ana@example.com> wrote:``, wrapped or not: a word for it, and a date or address."""
    whole = " ".join(line[:500] for line in lines[max(0, index - WRAPPED_LINES) : index + 1])
    words = lines[index] if len(lines[index].split()) > 1 else whole
    if _WROTE.search(words):
        return "@" in whole or any(character.isdigit() for character in whole)
    told = _ADDRESS.search(words.replace("\u202a", "").replace("\u202c", "").replace("\u200f", ""))
    return bool(told and _DAY.search(words) and _TIME.search(words))


def _is_introduction_above(lines: list[str], end: int) -> bool:
    """Whether the line above belongs to a wrapped introduction that ends at ``end``."""
    if not lines[end].rstrip().endswith((":", "：")) or _OPENING.match(lines[end]):
        return False
    above = lines[end - 1]
    return bool(above.strip()) and bool(_OPENING.match(above)) and len(above) < 500
