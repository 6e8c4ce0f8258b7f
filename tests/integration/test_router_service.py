"""The router service on real Kafka and PostgreSQL: inputs go in, the log and the hand-off topics come out."""

from prometheus_client import generate_latest

from cli.customer.handles import Handles
from cli.explain import explain, lines
from cli.stack.articles import read_folder
from services.router.lookup.articles import store_articles
from services.router.lookup.forget import erase
from services.router.model.folders import STARTER_FOLDER
from shared.contract import inputs
from shared.contract.ids import derive
from shared.contract.topics import AGENT_OFFERS, SELF_SERVICE
from shared.postgres import connect
from tests.support.router_service import Running, accepted, agent, bodies, closed, kinds, left, message, policy


async def test_a_contact_goes_all_the_way_through_the_topics(running: Running) -> None:
    await running.say(policy(), agent("a1"), message("c1"))
    offers = await running.until(bool, AGENT_OFFERS)
    kind, offered = offers[0]
    assert kind == "usher.contact.offered.v1"
    assert offered["text"] == "secret words"
    await running.say(accepted(offered), accepted(offered))
    await running.say(closed(await running.saw("contact.assigned")))
    log = await running.until(lambda seen: "contact.closed" in kinds(seen))
    assert kinds(log) == [
        "policy.activated",
        "agent.availability_changed",
        "contact.received",
        "contact.classified",
        "contact.queued",
        "contact.offered",
        "agent.availability_changed",
        "contact.assigned",
        "agent.availability_changed",
        "contact.closed",
        "agent.availability_changed",
    ]
    shown = generate_latest(running.service.registry).decode()
    assert 'usher_contacts_ended_total{channel="chat",outcome="closed",workspace="acme"} 1.0' in shown
    assert 'usher_agents{availability="idle",workspace="acme"} 1.0' in shown
    assert "usher_orphans 0.0" in shown
    assert 'usher_duplicates_total{workspace="acme"} 1.0' in shown


async def test_a_contact_explains_itself(running: Running) -> None:
    await running.say(policy(), agent("a1"), message("c1"), message("c2"))
    log = await running.until(lambda seen: kinds(seen).count("contact.queued") == 2)
    offered, queued = bodies(log, "contact.offered")[0], bodies(log, "contact.queued")[-1]
    document = await explain(running.settings, offered["contact_id"])
    assert document is not None
    assert document["complete"]
    assert [event["version"] for event in document["events"]] == [1, 2, 3, 4]
    assert document["now"]["waits"] == "for the answer to its offer"
    shown = "\n".join(lines(document))
    assert f"    sentence: {offered['sentence']}" in shown
    waiting = await explain(running.settings, queued["contact_id"])
    assert waiting is not None
    assert waiting["now"]["agents"] == {"full": 1}
    assert (waiting["now"]["position"], waiting["now"]["breach_risk"]) == (1, None)
    assert await explain(running.settings, derive("nobody")) is None


async def test_an_offer_nobody_answers_expires_on_an_idle_log(running: Running) -> None:
    await running.say(policy(offers={"timeout": "1s"}), agent("a1"), message("c1"))
    expired, offered = await running.saw("contact.offer_expired"), await running.saw("contact.offered")
    assert expired["occurred_at"] == offered["expires_at"]
    shown = generate_latest(running.service.registry).decode()
    assert 'usher_queue_waiting{queue="general",workspace="acme"} 1.0' in shown
    assert 'usher_agents{availability="not_ready",workspace="acme"} 1.0' in shown


async def test_the_starter_model_sends_a_contact_to_its_article_and_an_unknown_wish_to_those_that_its_words_find(
    running: Running,
) -> None:
    await store_articles(running.settings, read_folder(STARTER_FOLDER.parent / "articles"), None)
    asked = inputs.RoutingHint(tier="self_service", intent="something")
    await running.say(
        policy(classification={"model": "starter", "intents": {}}),
        message("c1", "Can you tell me where my order is?"),
        message("c2", "My card was stolen on the train this morning, please block it"),
    )
    await running.say(message("c3", "Wie kann ich mein Passwort: zurücksetzen? (I can't 'log' in)", asked))
    log = await running.until(lambda seen: kinds(seen).count("contact.classified") == 3)
    verdicts = bodies(log, "contact.classified")
    assert [body["tier"] for body in verdicts] == ["self_service", "agent", "self_service"]
    assert [body["intent"] for body in verdicts] == ["order_status", "stolen_card", "something"]
    assert verdicts[0]["model_version"]
    answers = await running.until(lambda seen: len(seen) == 2, SELF_SERVICE)
    assert answers[0][1]["articles"] == ["where-is-my-order"]
    assert answers[0][1]["reply_to"] == {"address": "+34600000001"}
    assert answers[1][1]["articles"][0] == "reset-your-password"
    assert len(answers[1][1]["articles"]) <= 3
    shown = generate_latest(running.service.registry).decode()
    assert "usher_model_problems 0.0" in shown
    assert 'usher_model_info{model="starter"' in shown
    assert "usher_model_confidence_total{" in shown


async def test_a_model_that_is_not_there_costs_no_contact(running: Running) -> None:
    await running.say(policy(classification={"model": "nowhere", "intents": {}}), message("c1"))
    said = await running.saw("contact.classified")
    await running.saw("contact.queued")
    assert said["reasons"][0] == "model: nowhere cannot be used by this router, decided without it"
    assert "usher_model_problems 1.0" in generate_latest(running.service.registry).decode()


async def _tables_with(dsn: str, canary: str) -> set[str]:
    """Every table, but for the outbox, that holds the text anywhere; the outbox is emptied as it is published."""
    connection = await connect(dsn)
    try:
        names = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'usher'")
        found = set()
        for (name,) in names:
            row = f"SELECT count(*) FROM {name} AS t WHERE position($1 in t::text) > 0"
            if name != "outbox" and await connection.fetchval(row, canary):
                found.add(name)
        return found
    finally:
        await connection.close()


async def test_a_forgotten_customer_is_in_no_table(running: Running, database: str) -> None:
    await running.say(policy(), message("c1"), message("c2"), agent("a1"))
    contact = (await running.until(bool, AGENT_OFFERS))[0][1]["contact_id"]
    early = await erase(running.settings, Handles(b"key"), "cust-1", None)
    assert contact in early.live
    await running.say(left("c1"), left("c2"))
    await running.until(lambda seen: kinds(seen).count("contact.abandoned") == 2)
    assert await _tables_with(database, "cust-1") == {"router_outcome"}

    erased = await erase(running.settings, Handles(b"key"), "cust-1", None)

    assert (erased.contacts, erased.live) == (2, [])
    assert await _tables_with(database, "cust-1") == set()
    assert await _tables_with(database, "secret words") == set()
    assert await _tables_with(database, "+34600000001") == set()
    assert "cust-1" not in generate_latest(running.service.registry).decode()
