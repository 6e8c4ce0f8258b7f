"""The answer in a mail without what it quotes: one pass over the lines, whatever stands in them.

mail-parser-reply knows the same marks by regular expressions whose time grows with the cube of a hostile text (110 ms
for 1.2 KB, measured), which the door cannot afford; the tests compare with it.
"""

import re

__all__ = ["without_quotes"]

LINES_MAX = 2000  # looked at, 64 KiB where a line has 32 characters; a longer answer is kept as it is from there on
LINE_LENGTH_MAX = 1000  # characters; no introduction is longer
HEADER_LINES = 5  # of a quoted head: from, sent, to, copy, subject
INTRODUCTION_LENGTH_MAX = 500  # characters of each line of one that is wrapped
WRAPPED_LINES = 2  # an introduction may be wrapped over three lines in all


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split("|"))


# What somebody did who is quoted: a day or an address makes it an introduction. The second list is also what a page or
# program does, or another word ("the site writes error 500:", "3 books:"): it needs an address, or a day with its time.
_WROTE = _listed(
    "wrote|schrieb|escribió|escreveu|écrit|scritto|schreef|skrev|napsal|napisal|napísal|napisał|nadesłał|kirjoitti"
    "|написа|yazdı|írta|a scris|έγραψε|đã viết|va escriure|写道|寫道|書きました"
)
_WRITES = _listed("pisze|пишет|пише|menulis|เขียนว่า|idatzi|كتب|كتابة|כתב|작성|のメッセージ")
_OPENING = re.compile(
    r"(?:on|am|el|em|le|il|op|den|dne|dnia|w dniu|på|pe|в|mån|tis|ons|tors|fre|lör|sön|man|tir|tor|lør|søn"
    r"|\d{1,4}[-./年년 ])[\s,.\d]",
    re.IGNORECASE,
)
_FROM = _listed(
    "from|von|de|de la|da|van|od|fra|från|lähettäjä|feladó|от|від|από|gönderen|kimden|из|من|מאת|发件人|寄件者"
    "|보낸사람|보낸 사람|差出人"
)
_SUBJECT = _listed(
    "subject|betreff|asunto|objet|oggetto|onderwerp|emne|ämne|předmět|temat|assunto|assumpte|aihe|tárgy|subiect|тема"
    "|относно|θέμα|konu|الموضوع|נושא|主题|主旨|제목|件名"
)
_HEAD = _SUBJECT | _listed(
    "sent|date|to|gesendet|datum|an|enviado|fecha|para|envoyé|à|inviato|data|a|verzonden|aan|sendt|dato|til|skickat"
    "|till|odesláno|komu|wysłano|do|enviat|lähetetty|vastaanottaja|elküldve|címzett|trimis|către|отправлено|дата|кому"
    "|надіслано|στάλθηκε|προς|gönderildi|gönderme tarihi|tarih|kime|تم الإرسال|التاريخ|إلى|נשלח|תאריך|אל|发送时间"
    "|收件人|寄件日期|收件者|보낸날짜|보낸 날짜|받는사람|받는 사람|送信日時|日時|宛先"
)
LABEL_LENGTH_MAX = 32  # characters of what stands before the colon of a head, stars and blanks included
_RULE = re.compile(
    r"-{2,}+\s{0,3}(?:begin )?(?:original|ursprüngliche|forwarded|weitergeleitete|mensaje|mensagem|messaggio|message"
    r"|oorspronkelijk|oprindelig|opprinnelig|ursprungligt|alkuperäinen|původní|pôvodná|wiadomość|eredeti|mesaj original"
    r"|исходное|оригинальное|пересылаемое|вихідне|αρχικό|özgün|orijinal|reply|原始|邮件原件|원본|元の|転送)[^-]{0,60}+-{2,}+",
    re.IGNORECASE,
)
# The same in any language: who (an address in brackets), and when (a day with its year, and a time).
_IN_BRACKETS = r"[<\[(][^<>\[\]()\s@]{1,200}+@[^<>\[\]()\s@]{1,200}+[<>\])]"
_ADDRESS = re.compile(_IN_BRACKETS)
_DAY = re.compile(r"(?<!\d)(?:20\d\d(?!\d)|\d{1,2}[./-] ?\d{1,2}[./-] ?\d\d(?!\d))")
_TIME = re.compile(r"(?<![\d.])\d{1,2}[:.]\d\d(?!\.?\d)")  # and no part of a day: 31.01.2026
_NAMED = re.compile(r"[* ]{0,8}+[^\s:：<>@\d][^:：<>@]{0,24}+[:：]")
_SENDER = re.compile(_NAMED.pattern + r"[^@<\[]{0,200}\(?" + _IN_BRACKETS)  # an address with no name is of a form
_DIRECTIONS = "\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069"  # marks of writing from right to left
_ABOVE_THIS = ("##-", "-##")  # around what help desks ask for in any language: to answer above this line
_LINE = re.compile(r"_{10,}+")


def without_quotes(text: str) -> str:
    """The text above the first quotation, without lines that begin with ``>`` and without a signature after ``--``.

    The whole text where nothing else is left: a forwarded mail is what its sender wants to say.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n", LINES_MAX)
    marked = (at for at, line in enumerate(lines) if _is_marked(line))
    end = next((at for at in marked if _begins_quote(lines, at)), len(lines))
    while end > 0 and end < len(lines) and _is_introduction_above(lines, end):
        end -= 1
    kept = [line for line in lines[:end] if line[:1] != ">"]
    signed = (at for at, line in enumerate(kept) if at and line[:2] == "--" and line.rstrip() == "--")
    signature = next(signed, len(kept))
    answer = "\n".join(kept[:signature]).strip()
    return answer or "\n".join(lines).strip()


def _is_marked(line: str) -> bool:
    """Whether one of the marks is in a line without which none begins a quotation. One pattern is four times slower."""
    return ":" in line or "--" in line or "：" in line or "__" in line or "##-" in line


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
        labels = map(_label, lines[index + 1 : index + 3])
        return _LINE.fullmatch(line) is not None and not _FROM.isdisjoint(labels)
    if ":" not in line and "：" not in line:
        return False
    below = lines[index + 1 : index + HEADER_LINES]
    return _is_known_head(line, below) or _is_head(line, below)


def _label(line: str) -> str:
    """What stands before the first colon of a line, as the lists write it; "" where none is near."""
    label, colon, _ = line[:LABEL_LENGTH_MAX].replace("：", ":").partition(":")
    return label.strip("* ").strip().lower() if colon else ""


def _is_known_head(line: str, below: list[str]) -> bool:
    """Whether a quoted head begins, in a language of the lists. Some programs write the time before the sender. Who
    writes from where to where they travel has neither an address in the first line nor a subject."""
    label = _label(line)
    if label in _FROM:
        labels = set(map(_label, below))
        return not labels.isdisjoint(_HEAD) and ("@" in line or not labels.isdisjoint(_SUBJECT))
    if label not in _HEAD or not below or _label(below[0]) not in _FROM:
        return False
    return bool(_ADDRESS.search(below[0][:LINE_LENGTH_MAX])) and any(_label(one) in _HEAD for one in below[1:])


def _is_head(line: str, below: list[str]) -> bool:
    """The same in a language that nobody put on the list: a sender with a name and an address, the time at which it was
    sent, and two more of such lines. Of less, a form that somebody filled in may consist."""
    if "@" not in line or len(below) < HEADER_LINES - 2 or _SENDER.match(line) is None:
        return False
    sent = below[0][:LINE_LENGTH_MAX]
    return _has_moment(sent) and all(map(_NAMED.match, below[: HEADER_LINES - 2]))


def _is_introduction(lines: list[str], index: int) -> bool:
    """``On 5 January 2026, Ana <ana@example.com> wrote:``, wrapped or not: a word for it, and a date or address; or
    two of these three: a word that may mean it, an address, and a day with its time. Its last line has the word or the
    address: what stands above a line alone (``Problem:``, a row of dashes) is what the customer says."""
    line = lines[index][-LINE_LENGTH_MAX:]
    if index and line.strip() in (":", "："):  # wrapped before its colon, as French has a blank there
        index -= 1
        line = lines[index][-LINE_LENGTH_MAX:]
    words = line.lower()
    wrote, written = (any(map(words.__contains__, listed)) for listed in (_WROTE, _WRITES))
    told = _ADDRESS.search(line.replace("\u202a", "").replace("\u202c", "").replace("\u200f", ""))
    if not (wrote or written or told):
        return False
    if (wrote and "@" in line) or (written and told):
        return True
    if not wrote and len(line.split(maxsplit=1)) > 1:
        return _has_moment(line)
    begun = next((at for at in range(max(0, index - WRAPPED_LINES), index) if _opens(lines[at])), index)
    whole = " ".join([*(one[:INTRODUCTION_LENGTH_MAX] for one in lines[begun:index]), line])
    return ("@" in whole or bool(_DAY.search(whole))) if wrote else _has_moment(whole)


def _opens(line: str) -> bool:
    """Whether an introduction may begin with this line, which goes on in the next."""
    return _OPENING.match(line) is not None or _has_moment(line[:INTRODUCTION_LENGTH_MAX])


def _has_moment(line: str) -> bool:
    return bool(_TIME.search(line) and _DAY.search(line))


def _is_introduction_above(lines: list[str], end: int) -> bool:
    """Whether the line above belongs to a wrapped introduction that ends at ``end``."""
    if not lines[end].rstrip().endswith((":", "：")) or _OPENING.match(lines[end]):
        return False
    above = lines[end - 1]
    return bool(above.strip()) and bool(_OPENING.match(above)) and len(above) < 500
