import pytest

from pipelines.clean import clean

A, B, C = (f"https://pictures.example/{name}.jpg" for name in "abc")
BASE = "https://finance.eastmoney.com/a/1.html"
DATA = "data:image/gif;base64,R0lGODlhAQABAAAAACw="


@pytest.mark.parametrize(
    "image",
    [
        f'<img src="{A}">',
        f'<img data-original="{DATA}" src="{A}">',
        f'<img src="{DATA}" data-src="{A}">',
        f'<img src="/images/loading.gif" data-src="{A}">',
        f'<img src="https://a.example/img/blank.gif" data-lazy-src="{A}">',
        f'<img orginial_src="{B}" src="{A}">',
        f'<img orginial_src="{A}">',
        f'<img orginial_src="{A}" src="{DATA}">',
        f'<img data-large="{B}" zoomfile="{C}" src="{A}">',
        f'<img data-croporisrc="{B}" data-src="{A}" data-ratio="0.66" data-type="png" data-w="640">',
        f'<img data-lazy="{A}" src="{B}">',
        f'<img data-echo="{A}" src="{B}">',
        f'<img original="{A}" src="{B}">',
        f'<img _src="{A}" src="{B}">',
        f'<img file="{A}" src="/static/none.gif">',
        f'<img data-actualsrc="{A}" src="{DATA}">',
        f'<img data-src="true" src="{A}">',
        f'<img data-src="" src="{A}">',
        f'<img data-src="loading" data-original="{A}">',
        f'<img data-default-src="{B}" data-loading="{C}" data-page-url="{B}" src="{A}">',
        f'<img data-filename="b.jpg" data-image-title="c.jpg" data-lazy-sizes="a/b" src="{A}">',
        f'<img data-pic-caption="甲/乙" data-file-type="image/png" src="{A}">',
        f'<img data-author-pic="{B}" data-qrcode-url="{C}" data-backsrc="{B}" data-img-icon="{C}" src="{A}">',
        f'<img data-medium-file="{B}" data-large-file="{C}" data-orig-file="{B}" data-hi-res-src="{C}" src="{A}">',
        *(f'<img {name}="{B}" src="{A}">' for name in ("orginal_src", "orignal-src", "data-orginial", "oringinal_src")),
        f'<img data-thumb="{A}" src="{DATA}">',
        f'<img data-origin="{A}" src="/s.gif">',
        f'<img data-real="{A}" src="{DATA}">',
        f'<img data-src="/" src="{A}">',
        f'<img data-src="https://a.example/" src="{A}">',
        f'<img onerror="this.src=\'{B}\'" src="{A}">',
        f'<img src=" {A[:20]}\n{A[20:]}\t">',
        f'<img srcset="{A} 1x, {B} 2x">',
        f'<img srcset=" , {A}, {B} 640w">',
        f'<img srcset="{DATA} 1x, {A} 2x">',
        f'<img data-srcset="{A} 300w" src="{DATA}">',
        f'<img src="javascript:a()" srcset="{A}">',
        f'<picture><source srcset="{A} 1x" type="image/webp"><source srcset="{B}"><img src="{DATA}"></picture>',
        f'<picture><source srcset="{B}"><img src="{A}"></picture>',
        f'<picture><source data-srcset="{A}"><img></picture>',
        f'<img src="{DATA}"><noscript><img src="{A}"></noscript>',
        f'<img src="/img/placeholder.png"> <noscript><img src="{A}"></noscript>',
        f'<img data-src="{A}"><noscript><img src="{B}"></noscript>',
        f'<noscript><img src="{A}"></noscript><img data-src="{A}">',
        f'<noscript><img src="{A}"></noscript><img src="/img/blank.gif">',
        f'<span data-x="{B}"></span><noscript><img src="{A}"></noscript>',
        f'<span><img data-src="{A}"></span><noscript><img src="{A}"></noscript>',
        f'<img src="{A}" style="opacity:0" data-src="{A}">',
        f"<svg><image href='{A}'></image></svg>",
        f'<object data="{A}" type="image/jpeg">图</object>',
        f'<embed src="{A}">',
        f'<image src="{A}">',
        f'<amp-img src="{A}"><noscript><img src="{B}"></noscript></amp-img>',
        '<img src="//pictures.example/a.jpg">',
        '<img src="\\\\pictures.example\\a.jpg">',
    ],
)
def test_the_first_usable_candidate_is_the_picture(image: str) -> None:
    assert clean(f"<p>文</p><p>{image}</p>", BASE) == f'<p>文</p>\n <p><img src="{A}" /></p>'


@pytest.mark.parametrize(
    ("src", "address"),
    [
        ("/1.jpg", "https://finance.eastmoney.com/1.jpg"),
        ("1.jpg", "https://finance.eastmoney.com/a/1.jpg"),
        ("../b/1.jpg", "https://finance.eastmoney.com/b/1.jpg"),
        ("/images/loading.gif", "https://finance.eastmoney.com/images/loading.gif"),  # it has no other
    ],
)
def test_a_relative_address_is_that_of_the_page(src: str, address: str) -> None:
    assert clean(f'<img src="{src}">', BASE) == f'<p><img src="{address}" /></p>'
    assert clean(f'<img data-src="{src}">', BASE) == f'<p><img src="{address}" /></p>'


@pytest.mark.parametrize(
    "image",
    [
        *("<img>", "<img src>", f'<img src="{DATA}">', '<img src="#">', '<img src="about:blank">'),
        *(f'<img src="{A}" width="1" height="1">', f'<img src="{A}" height="0px">', f'<img src="{A}" hidden>'),
        *(f'<img src="{A}" style="display:none">', f'<p style="visibility:hidden"><img src="{A}"></p>'),
        *(f'<noscript><p>请启用脚本</p><img src="{A}" width=0></noscript>', "<picture></picture>"),
    ],
)
def test_what_shows_nothing_is_no_picture(image: str) -> None:
    assert clean(f"<p>文</p>{image}", BASE) == "<p>文</p>"


def test_a_picture_is_seen_where_letters_have_no_size() -> None:
    assert clean(f'<div style="font-size:0">藏<img src="{A}"></div>') == f'<p><img src="{A}" /></p>'


@pytest.mark.parametrize("piece", ["<source srcset=a>", f"<img src={A}>", f"<noscript><img src={A}></noscript>"])
def test_any_number_of_candidates_is_looked_through(piece: str) -> None:
    assert clean(f"<picture>{piece * 9_000}<img src={A}>").startswith(f'<p><img src="{A}" />')


@pytest.mark.parametrize("piece", [",", "a,", "a ,", " ", f"{DATA},"])
def test_a_long_set_takes_no_longer_than_it_is(piece: str) -> None:
    assert clean(f"<img srcset='{piece * 40_000}'>文") == "<p>文</p>"
