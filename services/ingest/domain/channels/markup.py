"""HTML to the text that a person reads: lxml's parser and one XSLT, so that all of the work is done in C.

inscriptis, which draws tables as well, takes 1.6 ms for each KiB (measured on 256 KiB); here every other request waits
meanwhile, so only what a message may take is turned into text: HTML_CHARACTERS_MAX.
"""

import re
from functools import lru_cache

from lxml import etree

__all__ = ["HTML_CHARACTERS_MAX", "text_of_html"]

HTML_CHARACTERS_MAX = 16_384  # of the body, from where the answer begins: some ms; what is quoted comes behind it

_STYLE = """
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output method="text"/>
<xsl:template match="script|style|head|title|template|noscript|comment()"/>
<xsl:template match="br"><xsl:text>&#10;</xsl:text></xsl:template>
<xsl:template match="p|div|li|tr|table|ul|ol|h1|h2|h3|h4|h5|h6|blockquote|pre|section|article|header|footer|hr">
<xsl:text>&#10;</xsl:text><xsl:apply-templates/><xsl:text>&#10;</xsl:text></xsl:template>
<xsl:template match="td|th"><xsl:apply-templates/><xsl:text> </xsl:text></xsl:template>
<xsl:template match="text()"><xsl:value-of select="translate(., '&#10;&#13;', '  ')"/></xsl:template>
</xsl:stylesheet>"""
# Where mail programs begin to quote: Gmail, Yahoo, Thunderbird, Outlook (web, desktop, Mac), Apple Mail.
_QUOTE = re.compile(
    r'<(?:div|blockquote|span|hr)[^<>]{0,200}?(?:class="?(?:[\w-]+ ){0,3}(?:gmail_quote|yahoo_quoted|moz-cite-prefix|'
    r'OutlookMessageHeader)|id="?(?:[\w-]*divRplyFwdMsg|appendonsend|reply-intro|stopSpelling)|type="?cite)',
    re.IGNORECASE,
)
_BODY = re.compile(r"<body\b", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\f\v\xa0\u200b\u200c\ufeff]+")
_LINES = re.compile(r" ?\n[ \n]*\n[ \n]*")
_LINE = re.compile(r" ?\n ?")


@lru_cache
def _sheet() -> etree.XSLT:
    return etree.XSLT(etree.XML(_STYLE))


def text_of_html(html: str, *, cut_quotes: bool = False) -> str:
    """The text of an HTML document or fragment, paragraphs apart by an empty line; "" for what holds none.

    ``cut_quotes``: without what a mail program quotes below the answer, unless there is nothing but quotes.
    """
    if "<" not in html and "&" not in html:
        return html.strip()
    body = _BODY.search(html)
    begin = body.start() if body else 0
    shown = html[begin : begin + HTML_CHARACTERS_MAX]
    quote = _QUOTE.search(shown) if cut_quotes else None
    text = _text(shown[: quote.start()]) if quote else ""
    return text or _text(shown)


def _text(html: str) -> str:
    parser = etree.HTMLParser(encoding="utf-8", recover=True, remove_comments=True, no_network=True)
    try:
        tree = etree.fromstring(html.encode("utf-8", "replace"), parser)
        text = str(_sheet()(tree)) if tree is not None else ""
    except (etree.LxmlError, ValueError, TypeError):
        return ""
    return _LINE.sub("\n", _LINES.sub("\n\n", _SPACES.sub(" ", text))).strip()
