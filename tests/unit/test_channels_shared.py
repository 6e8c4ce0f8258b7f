"""What people send without writing a word: a pressed button and a shared place have words all the same."""

from typing import Any

from tests.support.channel_payloads import direct, page
from tests.support.channels import json_of, telegram

QUERY = {"id": "cb1", "from": {"id": 99, "is_bot": False, "first_name": "Ana"}, "chat_instance": "1"}
KEYBOARD = {"inline_keyboard": [[{"text": "Help", "url": "https://x"}], [{"text": "Refund", "callback_data": "r:1"}]]}


def pressed(**message: Any) -> Any:
    about = {"message_id": 5, "date": 1, "chat": {"id": 99, "type": "private"}, **message}
    return json_of("telegram", {"update_id": 1, "callback_query": {**QUERY, "data": "r:1", "message": about}}).event()


def test_a_button_of_telegram_has_the_words_on_it_and_its_data_beside_them() -> None:
    event = pressed(reply_markup=KEYBOARD)
    assert (event.text, event.attributes["payload"]) == ("Refund", "r:1")


def test_of_a_message_that_is_not_told_any_more_the_data_are_the_words() -> None:
    assert pressed(date=0).text == "r:1"
    odd = pressed(reply_markup={"inline_keyboard": [{"text": 1}, "x"]})
    assert odd.text == "r:1"
    places = [f"callback_query.message.reply_markup.inline_keyboard[{number}]" for number in (0, 1)]
    assert odd.attributes["unread"] == ",".join(places)


def test_a_game_has_no_data_and_so_no_words_of_another_button() -> None:
    query = {**QUERY, "game_short_name": "chess", "message": {"chat": {"id": 99}, "reply_markup": KEYBOARD}}
    event = json_of("telegram", {"update_id": 1, "callback_query": query}).event()
    assert (event.text, event.attributes["game"]) == (None, "chess")


def test_an_animation_of_telegram_is_one_file() -> None:
    file = {"file_id": "a", "mime_type": "video/mp4"}
    assert len(telegram(text="", animation=file, document=file).event().attachments) == 1
    assert len(telegram(text="", document=file).event().attachments) == 1


def test_a_place_shared_over_messenger_has_words() -> None:
    place = {"type": "location", "title": "Pin", "payload": {"coordinates": {"lat": 1.5, "long": -2.25}}}
    found = json_of("messenger", page("page", direct(text=None, attachments=[place]))).event()
    assert found.text == "Pin, 1.5, -2.25"
    assert json_of("messenger", page("page", direct(text="here", attachments=[place]))).event().text == "here"
    bare = {"type": "location", "payload": None}
    assert json_of("messenger", page("page", direct(text=None, attachments=[bare]))).event().text is None
