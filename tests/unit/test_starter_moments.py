"""The starter model in the whole decision: anger, refusals to pay and routine take no boost, real need does."""

from collections.abc import Callable

import pytest

from services.router.domain.classification.record import Classification
from tests.benchmarks import bench_safety

FALSE_SHARE_MAX = 0.02  # of held-out texts that are no matter for an agent: their boost keeps others waiting
FOUND_SHARE_MIN = 0.80  # of held-out moments of truth; the others reach an agent without the boost


@pytest.fixture(scope="module")
def said() -> Callable[[str], Classification]:
    return bench_safety.classifiers()["plain"]


@pytest.mark.parametrize(
    "text",
    [
        "I REFUSE TO PAY THIS BILL!!!",
        "I am not paying for this rubbish, forget it",
        "You lot are useless, where is my parcel???",
        "this is a disgrace, three weeks and still no sofa",
        "I won't pay a penny until the thing works",
        "WORST SHOP EVER. Send me my money back NOW",
        "where do I find my invoice",
        "My boss wants the receipt for Monday's lunch",
        "I can't log in on my new phone",
        "No pienso pagar esto, sois unos inútiles",
        "¡¡ME NIEGO A PAGAR!!",
        "vaya desastre de empresa, ¿y mi paquete?",
        "no puedo entrar en mi cuenta",
        "quiero cambiar de tarifa, esta es carísima",
        "Ich zahle das nicht, vergesst es!!!",
        "SAFTLADEN! Wo bleibt mein Paket?",
        "ich weigere mich diese rechnung zu bezahlen",
        "wann habt ihr offen",
        "Mein Drucker zeigt Fehler 12 und druckt nicht.",
        "my device died",
        "The kettle died after two weeks, what now",
        "the screen is dead",
        "mein Handy ist tot",
        "der Akku ist gestorben",
        "se me murió el móvil",
        "la impresora ha muerto",
    ],
)
def test_anger_refusals_and_routine_go_before_nobody(said: Callable[[str], Classification], text: str) -> None:
    found = said(text)
    assert (found.moment_of_truth, found.priority_seconds) == (False, 0.0), found.reasons


@pytest.mark.parametrize(
    "text",
    [
        "my card was stolen on the bus",
        "my husband passed away last week",
        "my dad died, his phone is dead too",
        "mein Vater ist tot, sein Handy läuft noch",
        "murió mi padre y su teléfono sigue activo",
        "I don't want to live any more",
        "me han robado la tarjeta",
        "meine Karte wurde gestohlen",
        "I cannot afford to heat the house and have a baby here",
    ],
)
def test_real_need_goes_before_others(said: Callable[[str], Classification], text: str) -> None:
    assert said(text).priority_seconds == 600.0


@pytest.mark.parametrize("name", ["acme", "globex"])
@pytest.mark.parametrize(
    "text",
    [
        "Я хочу умереть",
        "Хочу умереть, помогите",
        "не хочу больше жить.",
        "Где мой заказ? Жить не хочется",
        "Я решила покончить с собой",
        "не вижу смысла жить",
        "хочу умереть\nпомогите",
        "хочу умереть 😭",
        "Я так устала. Умереть хочу",
        "хочу умереть уже",
        "хочу покончить жизнь самоубийством",
        "死にたい",
        "注文はどこですか。もう死にたいです",
        "自殺したい",
        "消えてしまいたい",
        "生きるのに疲れました",
        "死にたいと思っています",
        "もう死んでしまいたい",
        "首を吊りました",
        "أريد أن أموت",
        "اريد ان اموت",
        "أين طلبي؟ سأقتل نفسي",
        "أفكر في الانتحار",
        "بدي موت",
        "تعبت من الحياة",
        "تعبت من الحياة ساعدوني",
        "أريد الموت",
        "أريد إنهاء حياتي الآن",
        "كرهت كل شيء وبدي موت",
    ],
)
def test_who_wants_to_die_goes_before_others_in_writings_without_a_list_of_words(name: str, text: str) -> None:
    found = bench_safety.classifiers()[name](text)
    assert (found.tier, found.priority_seconds) == ("agent", 600.0), found.reasons


@pytest.mark.parametrize("name", ["acme", "globex"])
@pytest.mark.parametrize(
    "text",
    [
        "Где мой заказ?",
        "Я чуть не умер со смеху",
        "хочу умереть со смеху от вашей рекламы",
        "не хочу жить в этом номере, замените",
        "Книга о самоубийстве Есенина ещё не пришла",
        "жить не могу без ваших тапочек",
        "Я не хочу умереть, срочно замените котёл",
        "как не убить себя током",
        "покончить с жизнью холостяка хочу, где кольцо?",
        "注文はどこですか",
        "死にたいほど恥ずかしい",
        "死にたくないので保証をお願いします",
        "自殺に関する本を注文しました",
        "死にたいわけではないです",
        "死にたいとは思いません",
        "首を吊り下げランプにぶつけた",
        "アカウントを消したい",
        "أين طلبي؟",
        "أريد أن أموت من الضحك",
        "لا أريد أن أعيش في هذا الفندق",
        "كتاب عن الانتحار لم يصل",
        "نفسي أشتري هاتف جديد",
        "لا أريد أن أموت",
        "إنهاء حياتي المهنية في الشركة",
        "تعبت من الحياة في هذا الفندق",
    ],
)
def test_figures_of_speech_and_orders_in_those_writings_go_before_nobody(name: str, text: str) -> None:
    assert bench_safety.classifiers()[name](text).priority_seconds == 0.0


def test_few_held_out_texts_take_a_boost_that_is_not_theirs(said: Callable[[str], Classification]) -> None:
    tiers = {row["intent"]: row for row in bench_safety.rows("tiers.csv")}
    boosted: dict[str, list[bool]] = {}
    for row in bench_safety.rows("heldout.csv"):
        tier = tiers[row["intent"]]
        need = "moment" if tier["moment_of_truth"] == "1" else tier["tier"]
        boosted.setdefault(need, []).append(said(row["text"]).moment_of_truth)
    routine = boosted["self_service"] + boosted["bot"]
    assert sum(routine) <= FALSE_SHARE_MAX * len(routine)
    assert sum(boosted["moment"]) >= FOUND_SHARE_MIN * len(boosted["moment"])
