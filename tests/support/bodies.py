"""Bodies as content systems write them, texts invented; and every HTML element, alone and inside every other."""

from itertools import product
from pathlib import Path

REALISTIC = Path(__file__).parent.parent / "fixtures/bodies.html"  # between lines of ---

ELEMENTS = (
    "a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink blockquote"
    " body br button canvas caption center cite code col colgroup command content data datalist dd del details dfn"
    " dialog dir div dl dt em embed fencedframe fieldset figcaption figure font footer form frame frameset h1 h2 h6"
    " head header hgroup hr html i iframe image img input ins isindex kbd keygen label legend li link listing main"
    " map mark marquee math menu menuitem meta meter multicol nav nextid nobr noembed noframes noscript object ol"
    " optgroup option output p param picture plaintext pre progress q rb rp rt rtc ruby s samp script search section"
    " select shadow slot small source spacer span strike strong style sub summary sup svg table tbody td template"
    " textarea tfoot th thead time title tr track tt u ul var video wbr xmp x-y em-stock o:p v:shape"
).split()
FORMS = (
    "前<{0}>中</{0}>后",
    "前<{0}>中",
    "前<{0}/>中",
    "前</{0}>中",
    "<p>前<{0}>中</{0}>后</p><p>末</p>",
    "<p>前</p><{0}><p>中</p></{0}><p>末</p>",
    "<p>前</p><{0}><p>中</p><p>末</p>",
    "<ul><li>前<{0}>中</{0}></li><li>末</li></ul>",
    "<table><tr><td>1<{0}>2</{0}>3</td><td>4</td></tr></table>",
    "<table>前<{0}>中</{0}><tr><td>末</td></tr></table>",
    "<b>前<{0}>中</b>后</{0}>末",
)


def elements() -> list[str]:
    """Every element in every form."""
    return [form.format(tag) for tag, form in product(ELEMENTS, FORMS)]


def nested() -> list[str]:
    """Every element inside every other."""
    return [f"前<{outer}>一<{inner}>二</{inner}>三</{outer}>后" for outer, inner in product(ELEMENTS, ELEMENTS)]


def realistic() -> list[str]:
    """Bodies of articles."""
    return [body.strip("\n") for body in REALISTIC.read_text(encoding="utf-8").split("\n---\n")]
