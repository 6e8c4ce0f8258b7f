"""Messages of Slack that have no text, or another than their blocks: what a person reads is the contact's text."""

from typing import Any

import pytest

from tests.support.channels import slack


def rich(*elements: Any, kind: str = "rich_text_section") -> dict[str, Any]:
    return {"type": "rich_text", "block_id": "b", "elements": [{"type": kind, "elements": list(elements)}]}


def text(words: str, **style: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **style}


def shown(words: str, kind: str = "mrkdwn") -> dict[str, Any]:
    return {"type": kind, "text": words}


SECTION = {"type": "rich_text_section", "elements": [text("one")]}
BLOCKS = {
    "rich text": (
        [rich(text("Where is ", style={"bold": True}), {"type": "link", "url": "https://e.example/1", "text": "it"})],
        "Where is it",
    ),
    "what is no text": (
        [
            rich(
                {"type": "user", "user_id": "U9"},
                text(" "),
                {"type": "emoji", "name": "wave", "unicode": "1f44b-1f3fd"},
                {"type": "emoji", "name": "ours"},
                {"type": "emoji", "name": "odd", "unicode": "zz"},
                {"type": "emoji", "name": "long", "unicode": "-".join(["1f44b"] * 40_000)},
                text(" "),
                {"type": "link", "url": "https://e.example/2"},
                text(" "),
                {"type": "broadcast", "range": "here"},
                {"type": "channel", "channel_id": "C2"},
                {"type": "date", "timestamp": 1769851800, "format": "{date}", "fallback": " 31 Jan"},
                {"type": "of tomorrow", "depth": 3},
            )
        ],
        "U9 \U0001f44b\U0001f3fd:ours::odd::long: https://e.example/2 hereC2 31 Jan",
    ),
    "a list, a quote and code": (
        [
            {
                "type": "rich_text",
                "elements": [
                    {"type": "rich_text_list", "style": "bullet", "elements": [SECTION, SECTION]},
                    {"type": "rich_text_quote", "elements": [text("said")]},
                    {"type": "rich_text_preformatted", "elements": [text("a\nb\n")]},
                ],
            }
        ],
        "one\none\nsaid\na\nb",
    ),
    "typed signs are no mark-up": ([rich(text("a <b> &amp; c"))], "a <b> &amp; c"),
    "layout": (
        [
            {"type": "header", "text": shown("Refund", "plain_text")},
            {"type": "divider"},
            {
                "type": "section",
                "text": shown("See <https://e.example|the order> &amp; more"),
                "fields": [shown("4711")],
            },
            {"type": "context", "elements": [{"type": "image", "image_url": "https://e.example/i"}, shown("today")]},
            {"type": "image", "image_url": "https://e.example/i", "alt_text": "a parcel"},
            {"type": "video", "title": shown("How to", "plain_text"), "alt_text": "x"},
            {"type": "actions", "elements": [{"type": "button", "text": shown("Yes", "plain_text")}]},
        ],
        "Refund\nSee the order & more\n4711\ntoday\na parcel\nHow to",
    ),
    "markdown": ([{"type": "markdown", "text": "**Hello**"}], "**Hello**"),
    "a table": (
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}, rich(text("b"))]]}],
        "a | b",
    ),
    "none that is known": ([{"type": "of tomorrow", "text": 5}, {}], None),
}


@pytest.mark.parametrize(("blocks", "wanted"), BLOCKS.values(), ids=BLOCKS)
def test_a_message_of_blocks_alone_has_their_words(blocks: list[Any], wanted: str | None) -> None:
    for empty in ({"text": ""}, {"text": None}):
        assert slack(blocks=blocks, **empty).event().text == wanted


def test_text_goes_before_blocks() -> None:
    assert slack(text="as &lt;typed&gt;", blocks=[rich(text("other"))]).event().text == "as <typed>"


@pytest.mark.parametrize(
    "shared",
    [
        {
            "message_blocks": [{"team": "T", "message": {"blocks": [rich(text("forwarded"))]}}],
            "fallback": "[no preview]",
        },
        {"blocks": [rich(text("forwarded"))]},
        {"text": "forwarded", "fallback": "[31 Jan] ana: forwarded"},
        {"fallback": "forwarded"},
    ],
)
def test_what_is_passed_on_has_the_words_of_its_own_blocks(shared: dict[str, Any]) -> None:
    assert slack(text="", attachments=[{"is_share": True, **shared}]).event().text == "forwarded"


@pytest.mark.parametrize(
    ("blocks", "path"),
    [
        ([{"type": "section", "text": {"text": [1]}}], "event.blocks[0].text.text"),
        ([rich(text("x"), {"type": "text", "text": {}})], "event.blocks[0].elements[0].elements[1].text"),
        ("none", "event.blocks"),
    ],
)
def test_words_of_a_wrong_type_are_kept_as_a_dead_letter(blocks: Any, path: str) -> None:
    (refusal,) = slack(text="", blocks=blocks).refused
    assert refusal.letter.path == path
