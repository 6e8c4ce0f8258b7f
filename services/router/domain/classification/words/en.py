"""English words."""

from services.router.domain.classification.words.lexicon import Lexicon, words

_WHO = r"(person|human( being)?|agent|somebody|someone|operator|representative|rep|advisor|adviser|supervisor|manager)"
_SOME = r"(a |an |the |some |any |your |one of your |my )?(real |live |actual |human |proper )*"

ENGLISH = Lexicon(
    negative=words(
        "bad poor annoyed annoying disappointed disappointing unhappy upset frustrated frustrating wrong broken faulty "
        "slow late useless confusing problem problems unfair ignored damaged refuse complaint complain fail failed "
        "mistake overcharged"
    ),
    strong_negative=(
        *words(
            "terrible awful horrible disgusting disgrace disgraceful unacceptable appalling furious outrageous "
            "outraged worst scam ripoff nightmare shocking shameful livid pathetic incompetent angry hate"
        ),
        "fed up",
        "rip off",
        "sick of",
        "never again",
    ),
    positive=words("thanks thank great excellent perfect love lovely happy brilliant amazing wonderful helpful"),
    urgent=(
        *words("urgent urgently asap immediately emergency desperate"),
        "right now",
        "right away",
        "as soon as possible",
        "at once",
        "stranded",
        "locked out",
    ),
    person=(
        rf"\b(speak|talk|chat|connect(ed)?|transfer(red)?|put through|through)( me)? (to|with) {_SOME}{_WHO}\b",
        rf"\b(want|need|get|give|gimme|like)( me)? {_SOME}(person|human( being)?|agent|operator|representative)\b",
        r"\b(real|live|actual) (person|human|agent)\b",
        r"\b(no|not a|not another|stop|instead of a|hate) (bot|bots|robot|robots|chatbot|machine)\b",
        r"(^|[.,;:!?\n])\s*(an? )?(person|human|agent|operator|representative)( please| pls)?\W*$",
        r"\b(somebody|someone|anybody|anyone) (please |just |actually )*(call|ring|phone)s? (me|us)\b",
        r"\bis (there )?(anybody|anyone|somebody|someone) (actually |really |even |still )*(there|reading|listening)\b",
        r"\b(hear|talk to|speak to) a (voice|real voice|living soul)\b",
    ),
    buying=(
        r"\b(want|like|looking|interested) (to|in) (buy(ing)?|order(ing)?|purchas\w+|subscrib\w+|upgrad\w+)\b",
        r"\b(get|need|send me) (a )?quote\b",
    ),
)
