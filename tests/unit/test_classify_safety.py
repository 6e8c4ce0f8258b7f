"""Nobody in danger is answered by a machine: safeguards, traps, and what is no cause for alarm."""

from functools import cache

import pytest

from services.router.domain.classification.signs import Signs
from services.router.domain.classification.text import words_of
from services.router.domain.classification.words.safeguards import HARMLESS, SIGNS
from services.router.domain.classification.words.safeguards.situations import LISTS, RULES
from shared.folding import fold
from tests.benchmarks import bench_safety
from tests.support.classify_builders import decide, policy
from tests.unit.test_classify_model import predicted as by_model

MAIN = ("en", "es", "de")


@cache
def own_signs(tag):
    """The signs of one language alone, but for what its list reads over."""
    pairs = [(name, sign) for name, signs in SIGNS[tag].items() if name != HARMLESS for sign in signs]
    return Signs(pairs)


# Nothing was mended for the fresh ones; of mended-3 two say nothing that could be found.
TRAPS_WRONG_MAX = {"fresh": 0.04, "fresh-2": 0.05, "mended-3": 0.035}
TEXTS_MIN = {**dict.fromkeys(MAIN, 20), **dict.fromkeys(("fr", "pt", "it", "nl"), 10)}


@pytest.fixture(scope="module")
def found():
    return bench_safety.measure()


def test_safeguards_find_what_they_are_for_and_leave_ordinary_texts_alone(found):
    shares = found["safeguards"]
    for category in bench_safety.CATEGORIES:
        assert all(shares[category][tag] >= (0.95 if tag in MAIN else 0.8) for tag in TEXTS_MIN), category
    assert max(shares["ordinary"].values()) <= 0.05
    assert max(shares["lookalikes"].values()) <= 0.2


def test_there_are_enough_texts_of_each_category_and_language_to_say_so():
    rows = bench_safety.rows("safeguards.csv")
    for category in (*bench_safety.CATEGORIES, "none"):
        for tag, least in TEXTS_MIN.items():
            assert sum((row["category"], row["language"]) == (category, tag) for row in rows) >= least
    assert all(sum((row["category"], row["language"]) == ("lookalike", tag) for row in rows) >= 20 for tag in MAIN)
    sets = {kind: len(texts) for kind, texts in bench_safety.trap_sets().items()}
    assert sets["first"] >= 300
    assert min(sets["mended-1"], sets["mended-2"], sets["mended-4"]) >= 150
    assert min(sets["mended-3"], sets["mended-5"]) >= 60
    assert sets["fresh"] >= 50


def test_no_text_of_the_measures_was_trained_on():
    trained = {row["text"].casefold() for row in bench_safety.rows("train")}
    measured = [row for name in ("safeguards", "traps", "traps-2") for row in bench_safety.rows(f"{name}.csv")]
    moments = [row["text"] for row in measured if row.get("category") != "none" and row["text"].casefold() in trained]
    assert moments == []


@pytest.mark.parametrize("name", ["plain", "acme", "globex"])
def test_traps_get_a_person_with_the_model_alone_and_with_the_demos_patterns(found, name):
    said = found["policies"][name]
    for kind, traps in said["traps"].items():
        assert traps["share"] <= TRAPS_WRONG_MAX.get(kind, bench_safety.TRAPS_WRONG_MAX), traps["texts"]
    assert said["tiers"]["moment_of_truth"].keys() == {"agent"}
    assert said["tiers"]["agent"].keys() == {"agent"}
    served = said["tiers"]["self_service"]
    assert 1 - served["agent"] / sum(served.values()) >= 0.6
    assert all(each["served"] >= 0.6 for each in said["ordinary"].values()), said["ordinary"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"agent_probability": 0.03}, "probability 0.030 of an intent for agents"),
        ({"out_of_scope": True}, "human triage: out of scope"),
        (
            {"clause": 2, "clause_probability": 0.7, "clause_intent": "refund", "clause_share": 0.3},
            "clause 2: probability 0.700 of an intent for agents, likeliest refund",
        ),
        (
            {"clause": 2, "clause_probability": 0.06, "clause_explained": False},
            "clause 2: probability 0.060 of an intent for agents",
        ),
        (
            {"clause": 2, "clause_confidence": 0.59, "clause_explained": False},
            "clause 2: not explained by order_status, confidence 0.59",
        ),
    ],
)
def test_a_pattern_names_an_intent_and_silences_no_doubt(said, reason):
    found, _ = by_model(text="where is my order", **said)
    assert (found.intent, found.tier) == ("order_status", "agent")
    assert found.reasons[-1] == f"tier: agent by {reason}"


@pytest.mark.parametrize(
    "text",
    [
        "I REFUSE TO PAY THIS!!!",
        "I won't pay, you crooks",
        "no pienso pagar",
        "WO IST MEIN PAKET???",
        "this is daylight robbery, you thieves",
        "ES UN ROBO",
        "I'm starving, where's my pizza",
        "heart attack prices",
        "police my spending",
        "court of arbitration street address",
        "gas bill payment date",
        "shoot me an email",
    ],
)
def test_anger_and_refusals_to_pay_are_no_hardship(text):
    assert decide(text).priority_seconds == 0.0


@pytest.mark.parametrize(
    ("text", "sentiment", "urgency"),
    [
        ("where is my order", "neutral", "normal"),
        ("WHERE IS MY ORDER PLEASE", "negative", "normal"),
        ("where is my order, so slow!!", "strong_negative", "normal"),
        ("where is my order you idiots", "strong_negative", "normal"),
        ("where is my order \U0001f621", "strong_negative", "normal"),
        ("where is my order, I need it NOW", "neutral", "urgent"),
        ("where is my order, urgent!!", "neutral", "very_urgent"),
        ("thanks, perfect!!!", "positive", "normal"),
    ],
)
def test_loudness_adds_degrees_and_never_decides(text, sentiment, urgency):
    found = decide(text)
    assert (found.sentiment, found.urgency) == (sentiment, urgency)
    assert found.tier in ("self_service", "bot") or found.intent is None


@pytest.mark.parametrize("languages", [["en"], ["de"], []])
@pytest.mark.parametrize(
    "text",
    [
        "I want to speak to a human",
        "quiero hablar con una persona",
        "ich möchte mit einem Menschen sprechen",
        "Mitarbeiter bitte",
        "je veux parler à quelqu'un",
        "passez-moi un conseiller svp",
        "marre des robots",
        "vorrei parlare con un operatore",
        "mi passi qualcuno",
        "quero falar com um atendente",
        "chega de robôs",
        "ik wil een mens spreken",
        "medewerker graag",
        "can somebody please ring me about my delivery",
        "order status, is there anybody actually there?",
        "I'd rather hear a voice",
        "que me llame alguien por favor",
        "¿hay alguien ahí?",
        "ruft mich bitte kurz an",
        "sitzt da überhaupt jemand?",
        "kann mich bitte jemand anrufen",
        "quelqu'un peut me rappeler ?",
        "il y a quelqu'un ?",
        "c'è qualcuno?",
        "alguém pode me ligar?",
        "tem alguém aí?",
        "kan iemand me even terugbellen",
        "is daar wel iemand?",
    ],
)
def test_whoever_asks_for_a_person_is_heard_in_any_language(languages, text):
    using = policy(channels={"web": {"tier": "bot"}}, languages=languages)
    found = decide(text, channel="web", using=using)
    assert (found.tier, found.ground) == ("agent", "a person was asked for")


@pytest.mark.parametrize(
    "text",
    [
        "dov'è il mio pacco?",
        "la persona che ha consegnato il pacco era gentile",
        "le conseiller m'a dit que mon colis arrive",
        "o atendente disse que chega amanhã",
        "de medewerker was aardig",
        "der Mitarbeiter war nett",
        "someone called me about the parcel, fine",
        "alguien me llamó ayer y todo bien",
        "der Fahrer rief mich an, danke",
    ],
)
def test_whoever_speaks_of_staff_asks_for_nobody(text):
    assert "person_asked" not in decide(text).signals


def test_words_of_one_language_are_hardly_taken_for_signs_in_another():
    """*last* is a burden in German, *spat* nearly *spät*: all lists read all texts."""
    tiers = {row["intent"]: row["tier"] for row in bench_safety.rows("tiers.csv")}
    routine = [row for row in bench_safety.rows("heldout.csv") if tiers[row["intent"]] != "agent"]
    wrong = [
        row["text"]
        for row in routine
        for tag, sections in SIGNS.items()
        if tag != row["language"] and own_signs(tag).found(words_of(fold(row["text"])))
    ]
    assert len(wrong) <= 0.01 * len(routine), wrong


def test_a_situation_is_told_in_all_languages_and_every_list_of_words_is_used():
    used = {part.lstrip("!") for rules in RULES.values() for rule in rules for part in rule.split(" & ")}
    assert used | {"at home", "kin", "of kin", "does", "for kin"} == LISTS.keys()
    assert all(LISTS[name].keys() == SIGNS.keys() for name in used)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("where is my wife's order", False),
        ("my son needs school shoes, when do you open", False),
        ("Geschenk für meine Frau, wann kommt es", False),
        ("mi marido hizo un pedido, dónde está", False),
        ("my wife's order, she is in hospital", True),
        ("my late husband's order", True),
        ("my husband ordered it and now he is hiding my phone, I am scared", True),
    ],
)
def test_what_a_family_buys_is_no_doubt_and_what_is_more_than_that_stays_one(text, read):
    found = decide(text)
    assert (found.signals != () or any("people or harm" in reason for reason in found.reasons)) is read


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("please call the police my dad is hitting my mum", "crime"),
        ("a man from your company called and I gave him the code you sent", "fraud"),
        ("I gave a stranger the code you texted and now my account is empty", "fraud"),
        ("got an email from you, clicked the link in the email and typed my card details, is it real?", "fraud"),
        ("di el código que me enviaron a uno que llamó del banco", "fraud"),
        ("me llamaron del banco y les di el código que me llegó", "fraud"),
        ("es un robo a mano armada, han entrado en mi tienda", "crime"),
        ("esto es un robo, me ha apuntado con una navaja", "crime"),
        ("I died laughing once, now I want to end my life", "self_harm"),
        ("no theft insurance and they stole my bike last night", "crime"),
        ("I sell carbon monoxide alarms and mine is going off, carbon monoxide here", "danger"),
        ("we ordered a carbon monoxide alarm from you and it is going off", "danger"),
        ("Kohlenmonoxidmelder bestellt und er schlägt an", "danger"),
        ("assurance incendie, ma maison brûle", "danger"),
        ("tengo seguro de incendios y hay un incendio en mi casa", "danger"),
        ("my ex is parked outside my flat again", "crime"),
        ("mein Ex steht vor meiner Tür", "crime"),
        ("cancel the bed, mum hasn't got long", "vulnerable"),
        ("mi casa ya no es segura, cambiad la dirección", "vulnerable"),
        ("I'm going to blow up your office", "danger"),
        ("there's a bomb in the parcel, no bath bomb", "danger"),
        ("refund me or I come to your office with a gun", "danger"),
        ("I am coming to the store and I have a knife", "danger"),
        ("I will blow up your phone shop", "danger"),
        ("i wanna kms", "self_harm"),
        ("I took 40 pills", "self_harm"),
        ("I took 20 pills from my order and I feel sick", "self_harm"),
        ("I swallowed 20 tablets from the order", "self_harm"),
        ("I took 20 pills from the parcel", "self_harm"),
    ],
)
def test_words_that_are_read_over_hide_no_danger_that_is_told_with_them(text, sign):
    assert sign in decide(text).signals


@pytest.mark.parametrize(
    "text",
    [
        "the code you sent does not work",
        "I entered the code you texted and it says invalid",
        "el código que me enviaron no funciona",
        "why do you police my spending",
        "esto es un robo",
        "Quiero un seguro para mi coche",
        "¿Es seguro para mi piel sensible?",
        "Das Paket lag vor meiner Tür und war offen",
        "Der Fahrer steht vor der Tür und klingelt nicht",
        "The parcel was left outside my flat",
        "The technician has been parked outside my flat for an hour",
        "el paquete está en mi portal",
        "Het pakket ligt voor mijn deur",
        "The present will arrive too late for her birthday",
        "My contract has not long left, can I renew?",
        "Ich will nicht mehr lange warten",
        "Llegará demasiado tarde para el cumpleaños",
        "Me queda poco saldo",
        "Resta poco credito sulla scheda",
        "numero sconosciuto, come lo blocco?",
        "The boiler is whistling",
        "Is theft covered?",
        "Is the carbon monoxide alarm in stock",
        "Do you sell rat poison?",
        "El seguro de incendios, ¿cuándo se renueva?",
        "assurance incendie, quel prix",
        "Haben Sie CO-Melder auf Lager?",
        "Bike theft insurance price",
        "Suicide Squad on which channel?",
        "I nearly died laughing, great ad",
        "I took 20 tablets off my order, how do I save it?",
        "I have taken 30 pills out of the order, is it still free delivery?",
        "Sick of living without internet for two weeks",
        "I'm fed up with life insurance adverts",
        "The site isn't safe for payments, says my browser",
        "I come to the store today to return the kitchen knife",
        "is the massage gun coming to the shop soon, with a voucher?",
        "how do I blow up your air mattress?",
        "the photo bomb letter board: where is the parcel?",
    ],
)
def test_what_stands_beside_such_words_in_routine_texts_is_no_sign(text):
    assert decide(text).signals == ()


def test_an_operator_adds_signs_that_end_a_word_or_exclude_one():
    words = {"de": {"safeguards": {"danger": {"add": ["*qualm & !kino"]}}}}
    using = policy(words=words)
    assert decide("Kabelqualm im Flur", using=using).signals == ("danger",)
    assert decide("Kabelqualm im Kino", using=using).signals == ()


def test_an_operator_adds_signs_and_has_words_read_over():
    words = {
        "en": {
            "safeguards": {"danger": {"add": ["wobbl* & ladder"], "remove": ["fire sauce"]}, "cult": {"add": ["zorg"]}}
        }
    }
    using = policy(words=words)
    assert decide("the ladder wobbles, where is my order", using=using).signals == ("danger",)
    assert decide("praise zorg", using=using).reasons[-1] == "tier: agent by human triage: no known intent"
    assert "cult" in decide("praise zorg", using=using).signals
    assert decide("fire sauce for my kitchen").signals == ("danger",)
    assert decide("fire sauce for my kitchen", using=using).signals == ()


def test_people_and_harm_are_read_by_a_person_and_go_before_nobody():
    found = decide("where is my order, my grandmother waits for it")
    assert (found.tier, found.priority_seconds, found.ground) == ("agent", 0.0, "")
