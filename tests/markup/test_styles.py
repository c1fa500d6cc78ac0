import pytest

from finews_spider.markup.declarations import declarations
from finews_spider.markup.styles import is_block
from pipelines.clean import clean


@pytest.mark.parametrize(
    ("style", "declared"),
    [
        ("a:1;b:2", {"a": "1", "b": "2"}),
        (" A : X  y ;; b ; :c; d:", {"a": "x y"}),
        ("display:none;display:block", {"display": "block"}),
        ("display:none;display:foo", {"display": "none"}),
        ("display:none ! IMPORTANT;display:block", {"display": "none"}),
        ("display:none!important;display:block!important", {"display": "block"}),
        ("--x-display:none", {"--x-display": "none"}),
        ("dis\\70lay:n\\6f ne", {"display": "none"}),
        ("a:'x;b:1';c:2", {"a": "'x;b:1'", "c": "2"}),
        ('a:"\\";b:1";c:2', {"a": '"\\";b:1"', "c": "2"}),
        ("a:url(x;b:1);c:2", {"a": "url(x;b:1)", "c": "2"}),
        ("a:{b:1;c:2};d:3", {"a": "{b:1;c:2}", "d": "3"}),
        ("/*a:1;*/b/**/:/**/2/*;", {"b": "2"}),
        ("font:bold 0/0 a", {"font": "bold 0/0 a", "font-size": "0"}),
        ("font-size:0;font:700 12px a", {"font-size": "12px", "font": "700 12px a"}),
        ("a:1\\", {"a": "1\\"}),
        ("a:\\110000 ", {"a": "\U0010ffff"}),
    ],
)
def test_declarations_are_read_as_css_reads_them(style: str, declared: dict[str, str]) -> None:
    assert declarations(style) == declared


@pytest.mark.parametrize(
    "style",
    [
        *(
            "content-visibility:hidden",
            "display:none",
            "DISPLAY : NONE",
            "dis\\70lay:none",
            "/**/display:none",
            "a;display:none",
        ),
        *("display:none;display:foo", "display:none!important;display:block", "display:none;display:none none"),
        *("visibility:hidden", "visibility:collapse", "visibility:visible;visibility:hidden"),
        *("opacity:0", "opacity:0.0", "opacity:.0%", "opacity:-1", "opacity:0;opacity:abc"),
        *("font-size:0", "font-size:0px", "font-size:0.0em", "font:0/0 a", "font:bold 0 a"),
        *("text-indent:-9999px", "text-indent:-999em", "text-indent:-100% hanging"),
        *("position:absolute;left:-9999px", "position:fixed;top:-999em", "position:relative;right:-5000px"),
        *("margin-left:-9999px", "margin:0 0 0 -9999px"),
        *("transform:translateX(-9999px)", "transform:translate3d(0,-200vh,0)", "transform:scale(0)"),
        *("position:absolute;clip:rect(0,0,0,0)", "position:absolute;clip:rect(1px 1px 1px 1px)"),
        *("clip-path:inset(50%)", "clip-path:circle(0)"),
        *("height:0;overflow:hidden", "height:1px;overflow:hidden", "width:0px;overflow:clip"),
        *("max-height:0;overflow:hidden", "max-width:0;overflow:hidden", "height:0;overflow-y:auto"),
        *("position:absolute;right:9999px", "position:fixed;bottom:9999px", "position:absolute;left:9999px"),
        *("position:absolute;inset:0 auto auto -9999px", "position:absolute;inset-inline-start:-999em"),
        *("margin-inline-start:-9999px", "translate:-9999px 0", "transform:translateX(9999px)", "scale:0"),
        *("transform:scale3d(0,0,0)", "filter:opacity(0)", "filter:blur(0) opacity(0%)"),
        *("text-indent:100%;white-space:nowrap;overflow:hidden", "font-size:0;font-size:12x", "left:1;display:none"),
    ],
)
def test_what_nobody_sees_goes(style: str) -> None:
    assert clean(f'<p>一</p><p style="{style}">藏<b>藏</b></p><p>二</p>') == "<p>一</p>\n <p>二</p>"


@pytest.mark.parametrize(
    "style",
    [
        *("", "display:none;display:block", "--x-display:none", "display:none none", "display:var(--x)", "display:non"),
        *("display:none}", "{display:none}", "background:url(a;display:none)", "content:';display:none'"),
        *("/*display:none*/", "displays:none", "display:none;display:initial", "color:red"),
        *("visibility:hidden;visibility:visible", "visibility:hiddn", "visibility:inherit"),
        *("opacity:0.5", "opacity:0;opacity:1", "opacity:a"),
        *("font-size:12px", "font-size:0;font-size:large", "font-size:a0", "font-size:smaller", "font:700 12px a"),
        *("text-indent:2em", "text-indent:-18.0pt"),
        *("left:-9999px", "position:static;left:-9999px", "position:absolute;left:-10px", "margin-left:-20px"),
        *("transform:scale(0.5)", "transform:translateX(-50%)", "clip:rect(0,0,0,0)", "clip-path:inset(5px)"),
        *("height:0;overflow:visible", "height:0", "overflow:hidden", "height:0;overflow:hidden;padding-top:56%"),
        *("height:20px;overflow:hidden", "width:100%;overflow:hidden"),
        *(
            "width:0;flex:1;overflow:hidden",
            "height:0;flex-grow:1;overflow:auto",
            "width:1px;min-width:100%;overflow:hidden",
        ),
        *("display:table;width:1px;overflow:hidden", "height:0;min-height:20px;overflow:hidden", "max-height:0"),
        *("display:none\\9", "display:no\\a ne", "*display:none", "_display:none", "display:none,block"),
        *("font-size:0x", "text-indent:-9999", "position:absolute;left:-9999", "margin-left:-9999x", "opacity:0px"),
        *("position:absolute;top:2400px;left:120px", "position:absolute;bottom:1200px", "position:relative;left:100%"),
        *("text-indent:100%", "text-indent:100%;overflow:hidden", "text-indent:2em;white-space:nowrap;overflow:hidden"),
        *("filter:opacity(0.5)", "filter:opacity(50%)", "translate:-10px", "scale:0.5", "transform:translateX(900px)"),
    ],
)
def test_what_is_seen_stays(style: str) -> None:
    assert clean(f'<p style="{style}">见</p>') == "<p>见</p>"


@pytest.mark.parametrize(
    "html",
    [
        '<div style="visibility:hidden">藏<p style="visibility:visible">见</p>藏</div>',
        '<div style="font-size:0">藏<p style="font-size:14px">见</p><i style="font-size:1em">藏</i></div>',
        '<div style="text-indent:-9999px">藏<p style="text-indent:0">见</p></div>',
        '<p hidden style="display:block">见</p><p hidden>藏</p><p hidden="until-found">藏</p>',
        '<dialog open>见</dialog><dialog style="display:block"></dialog>',
        '<span style="height:0;overflow:hidden">见</span>',
        '<p aria-hidden="true">见</p>',
    ],
)
def test_what_is_inside_may_be_seen(html: str) -> None:
    assert clean(html) == "<p>见</p>"


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ('5<span style="text-decoration:line-through red">4</span>', "5<s>4</s>"),
        ('5<font style="text-decoration-line:underline line-through">4</font>', "5<s>4</s>"),
        ('5<s style="text-decoration:line-through">4</s>', "5<s>4</s>"),
        ("5<strike>4</strike><del>3</del><ins>2</ins>", "5<s>4</s><del>3</del><ins>2</ins>"),
        ('5<span style="text-decoration:underline">4</span>', "54"),
    ],
)
def test_what_is_struck_out_keeps_its_mark(html: str, cleaned: str) -> None:
    assert clean(html) == f"<p>{cleaned}</p>"


@pytest.mark.parametrize(
    "html",
    [
        '<p align="center">文</p>',
        '<p align="left" style="text-align: CENTER !important">文</p>',
        '<div align="center">文</div>',
        '<div align="center"><div><p>文</p></div></div>',
        "<center><p>文</p></center>",
        '<div style="text-align:center"><p style="text-align:inherit">文</p></div>',
        '<p style="text-align:-webkit-center">文</p>',
    ],
)
def test_where_a_paragraph_stands_is_a_style(html: str) -> None:
    assert clean(html) == '<p style="text-align:center;">文</p>'


def test_where_a_cell_stands_is_a_style() -> None:
    assert clean('<table align="right"><tr><td align="RIGHT">1</table>') == (
        '<table><tbody><tr><td style="text-align:right;">1</td></tr></tbody></table>'
    )


@pytest.mark.parametrize(
    "html",
    [
        '<table><tr align="center"><td>1</td></tr></table>',
        '<table><tbody style="text-align:center"><tr><td>1</td></tr></tbody></table>',
        '<table style="text-align:center" align="right"><tr><td>1</td></tr></table>',
        '<table align="left"><tr align="right"><td align="center">1</td></tr></table>',
        "<center><table><tr><td>1</td></tr></table></center>",
        '<div align="center"><table><tr><td>1</td></tr></table></div>',
    ],
)
def test_cells_stand_where_what_holds_them_says(html: str) -> None:
    assert clean(html) == '<table><tbody><tr><td style="text-align:center;">1</td></tr></tbody></table>'


def test_paragraphs_of_a_cell_stand_where_it_does() -> None:
    table = '<center><table><tr><td align="left"><p>1</p><p align="right">2</p></table></center>'
    cell = '<td style="text-align:left;"><p>1</p><p style="text-align:right;">2</p></td>'
    assert clean(table) == f"<table><tbody><tr>{cell}</tr></tbody></table>"
    assert clean('<table align="center"><tr><td>1</table>') == "<table><tbody><tr><td>1</td></tr></tbody></table>"


@pytest.mark.parametrize("align", ["", "middle", "start", "center;color:red"])
def test_another_place_is_none(align: str) -> None:
    assert clean(f'<p align="{align}">文</p>') == "<p>文</p>"


@pytest.mark.parametrize(
    ("display", "is_one"),
    [
        ("block", True),
        ("flex", True),
        ("table", True),
        ("list-item", True),
        ("grid", True),
        ("", False),
        ("inline", False),
        ("inline-block", False),
        ("inline-flex", False),
        ("contents", False),
        ("none", False),
    ],
)
def test_some_displays_are_blocks(display: str, is_one: bool) -> None:
    assert is_block(display) is is_one


@pytest.mark.parametrize(
    "piece", ["display:none;", "(", "'", "\\", "/*", "a:(;", '"\\', "transform:translate(", "scale(0"]
)
def test_a_long_style_takes_no_longer_than_it_is(piece: str) -> None:
    assert isinstance(declarations(piece * 50_000), dict)
    clean(f"<p style='{piece.replace(chr(39), chr(34)) * 40_000}'>文</p>")
