"""HTML to the text that a person reads: lxml's parser, and replacements, so that all of the work is done in C.

inscriptis, which draws tables as well, takes 1.6 ms for each KiB (measured on 256 KiB); here every other request waits
meanwhile, so only what a message may take is turned into text: HTML_CHARACTERS_MAX.
"""

import re

from lxml import etree

__all__ = ["HTML_CHARACTERS_MAX", "text_of_html"]

HTML_CHARACTERS_MAX = 16_384  # of the body, from where the answer begins: some ms; what is quoted comes behind it

_UNSHOWN = ("script", "style", "head", "title", "template", "noscript")
_BLOCKS = (
    "p", "div", "li", "tr", "table", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote",
    "section", "article", "header", "footer", "hr", "br",
)  # fmt: skip
_CELLS = ("td", "th")


def _tags(names: tuple[str, ...]) -> re.Pattern[str]:
    """The ``<`` of these tags. Both cases are written out: so the search jumps from ``<`` to ``<``."""
    return re.compile(rf"<(?=/?(?:{'|'.join([*names, *map(str.upper, names)])})\b)")


_BEFORE_BLOCK, _BEFORE_CELL = _tags(_BLOCKS), _tags(_CELLS)
# Where mail programs begin to quote: Gmail, Yahoo, Thunderbird, Outlook (web, desktop, Mac), Apple Mail.
_QUOTE = re.compile(
    r'<(?:div|blockquote|span|hr)[^<>]{0,200}?(?:class="?(?:[\w-]+ ){0,3}(?:gmail_quote|yahoo_quoted|moz-cite-prefix|'
    r'OutlookMessageHeader)|id="?(?:[\w-]*divRplyFwdMsg|appendonsend|reply-intro|stopSpelling)|type="?cite)',
    re.IGNORECASE,
)
_QUOTED = (
    "gmail_quote", "yahoo_quoted", "moz-cite-prefix", "outlookmessageheader", "divrplyfwdmsg", "appendonsend",
    "reply-intro", "stopspelling", "cite",
)  # fmt: skip
_BODY = ("<body", "<BODY", "<Body")
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\ufeff"), " ")


def text_of_html(html: str, *, cut_quotes: bool = False) -> str:
    """The text of an HTML document or fragment, paragraphs apart by an empty line; "" for what holds none.

    ``cut_quotes``: without what a mail program quotes below the answer, unless there is nothing but quotes.
    """
    if "<" not in html and "&" not in html:
        return html.strip()
    begin = max(0, *(html.find(body) for body in _BODY))
    shown = html[begin : begin + HTML_CHARACTERS_MAX]
    lower = shown.lower() if cut_quotes else ""
    quote = _QUOTE.search(shown) if any(mark in lower for mark in _QUOTED) else None
    text = _text(shown[: quote.start()]) if quote else ""
    return text or _text(shown)


def _text(html: str) -> str:
    parser = etree.HTMLParser(encoding="utf-8", recover=True, remove_comments=True, no_network=True)
    try:
        tree = etree.fromstring(_apart(html).encode("utf-8", "replace"), parser)
        if tree is None:
            return ""
        etree.strip_elements(tree, *_UNSHOWN, with_tail=False)
        text = etree.tostring(tree, method="text", encoding="unicode")
    except (etree.LxmlError, ValueError, TypeError):
        return ""
    return _spaced(text.translate(_UNSEEN))


def _apart(html: str) -> str:
    """The same with its line ends as spaces, which they mean, and a line's end before each tag that begins a line."""
    html = html.replace("\r", " ").replace("\n", " ")
    return _BEFORE_CELL.sub(" <", _BEFORE_BLOCK.sub("\n<", html))


def _spaced(text: str) -> str:
    """One space between words, and one empty line between paragraphs."""
    kept: list[str] = []
    apart = False
    for line in text.split("\n"):
        words = line.split()
        if words:
            if apart and kept:
                kept.append("")
            kept.append(" ".join(words))
        apart = not words
    return "\n".join(kept)
