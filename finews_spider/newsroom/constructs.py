"""The constructs that bodies are made of: as the sites serve them in articles and flashes, and cleaned."""

from dataclasses import dataclass
from random import Random

from finews_spider.newsroom.words import text, words

INDENT = "\u3000\u3000"
PICTURE = "https://dfscdn.dfcfw.com/download/D{pic}.jpg"
BORDER = "border:#d1d1d1 1px solid;padding:3px;margin:5px 0;"
CHART = "https://webquoteklinepic.eastmoney.com/GetPic.aspx?imageType=k&nid={market}.{code}"
QUOTE = "http://quote.eastmoney.com/unify/r/{market}.{code}"
ARTICLE = "https://finance.eastmoney.com/a/{pic:.18}.html"
CLEAN_PICTURE = f'<center><img src="{PICTURE}" alt="Image" width="395" style="{BORDER}" /></center>'


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a body: in an article, in a flash, and cleaned; empty where that form does not have it."""

    name: str
    plain: str
    wrapped: str
    clean: str


@dataclass(frozen=True, slots=True)
class Construct:
    """Templates of a block. By default `wrapped` is `plain`, and `clean` is `plain` without its indent."""

    name: str
    plain: str
    wrapped: str | None = None
    clean: str | None = None

    def block(self, rng: Random) -> Block:
        """Return a block with random words."""
        values = _values(rng)
        wrapped = self.plain if self.wrapped is None else self.wrapped
        clean = self.plain.replace(INDENT, "") if self.clean is None else self.clean
        return Block(self.name, *(form.format(**values) for form in (self.plain, wrapped, clean)))


def _values(rng: Random) -> dict[str, object]:
    values = {"text": text(rng), "more": text(rng), "market": rng.randrange(2)}
    return {
        **words(rng),
        **values,
        "code": f"{rng.randrange(10**6):06}",
        "pic": f"{rng.randrange(10**20):020}",
    }


def _wrapped(name: str, wrapper: str) -> Construct:
    """Return the construct of a paragraph in which flashes wrap a word."""
    before, after = f"<p>{INDENT}{{text}}其中，", "表现突出。{more}</p>"
    return Construct(name, f"{before}{{company}}{after}", f"{before}{wrapper}{after}")


def _dropped(name: str, html: str) -> Construct:
    return Construct(name, html, clean="")


def _picture(name: str, attributes: str) -> Construct:
    return Construct(name, f"<center><img {attributes} /></center>", clean=CLEAN_PICTURE)


PARAGRAPH = Construct("paragraph", "<p>{text}{more}</p>")
INDENTED = Construct("indent", f"<p>{INDENT}{{text}}{{more}}</p>")
STOCK = _wrapped(
    "stock",
    f'<span id="stock_{{market}}.{{code}}"><a href="{QUOTE}" class="keytip" data-code="{{market}},{{code}}">'
    '{company}</a></span><span id="quote_{market}.{code}"></span>',
)
SECTOR = _wrapped(
    "sector",
    '<span id="bk_90.BK{n:04}"><a href="http://quote.eastmoney.com/unify/r/90.BK{n:04}" class="keytip" '
    'data-code="90,BK{n:04}">{company}</a></span><span id="bkquote_90.BK{n:04}"></span>',
)
KEYWORD = _wrapped(
    "keyword",
    '<span id="Info.{n}"><a href="http://data.eastmoney.com/info/{n}.html" class="infokey" target="_blank">'
    "{company}</a></span>",
)
COMMON_KEYWORD = _wrapped(
    "common keyword",
    f'<span web="1" href="{QUOTE}" class="em_stock_key_common" data-code="{{market}},{{code}}">{{company}}</span>',
)

KEPT = (
    Construct("pseudo-heading", "<p><strong>{industry}{verb}的背后</strong></p>"),
    Construct("caption", '<p style="text-align:center;">图片来源：{company}官网</p>',
              '<p style="text-align: center">图片来源：{company}官网</p>'),
    Construct("editorial link", f'<p>{INDENT}{{text}}<a href="{ARTICLE}" target="_blank" class="link">'
              "点击阅读报告全文</a></p>", clean=f'<p>{{text}}<a href="{ARTICLE}">点击阅读报告全文</a></p>'),
    Construct("query link", f'<p>{INDENT}<a href="https://data.eastmoney.com/report/?type=1&page={{n}}">数据</a></p>',
              clean='<p><a href="https://data.eastmoney.com/report/?type=1&amp;page={n}">数据</a></p>'),
    Construct("entities", f"<p>{INDENT}《&lt;{{place}}议定书&gt;{{industry}}修正案》，R&amp;D增{{n}}%。</p>"),
    Construct("no-break space", "<p>&nbsp;&nbsp;{text}净利润&nbsp;{n}亿元。</p>",
              clean="<p>{text}净利润&nbsp;{n}亿元。</p>"),
    Construct("table", '<table border="0"><tbody><tr><th>地区</th><th>家数</th></tr>'
              "<tr><td>{place}</td><td>{n}</td></tr></tbody></table>"),
    Construct("list", "<ul><li>{text}</li><li>{more}</li></ul>"),
    Construct("heading", "<h3>{place}：{result}</h3>"),
    Construct("sup and sub", f"<p>{INDENT}减排{{n}}万吨CO<sub>2</sub>，覆盖{{n}}km<sup>2</sup>。</p>"),
    # `ad` is in `lazyload`: a cleaner that matches parts of class names takes this for an advertisement.
    Construct("lazyload class", f'<p class="lazyload">{INDENT}{{text}}</p>', clean="<p>{text}</p>"),
)  # fmt: skip

PICTURES = (
    _picture("picture", f'src="{PICTURE}" alt="Image" width="395" style="{BORDER}"'),
    _picture("misspelt lazy picture", f'orginial_src="{PICTURE}" src="{PICTURE}" alt="Image" width="395" '
             f'style="{BORDER}"'),
    _picture("data-src picture", f'class="lazyload" src="/images/loading.gif" data-src="{PICTURE}" '
             f'width="395" alt="Image" style="{BORDER}"'),
    _picture("data-original picture", f'data-original="{PICTURE}" alt="Image" width="395" style="{BORDER}"'),
    _picture("picture without a scheme", f'src="{PICTURE[6:]}" alt="Image" width="395" style="{BORDER}"'),
    Construct("picture with its height", f'<center><img src="{PICTURE}" width="580" height="326" border="0" '
              'alt="{place}" title="{place}"></center>',
              clean=f'<center><img src="{PICTURE}" alt="{{place}}" width="580" height="326" /></center>'),
    Construct("picture with quotes", f'<center><img src="{PICTURE}" alt="“{{place}}&quot;{{company}}&quot;"></center>',
              clean=f'<center><img src="{PICTURE}" alt="“{{place}}&quot;{{company}}&quot;" /></center>'),
)  # fmt: skip

CHARTS = (
    Construct("live chart", "", '<!-- EM_StockImg_Start --><p style="text-align:center;">'
              f'<a href="{QUOTE}" class="EmImageRemark" target="_blank"><img src="{CHART}" border="0" '
              'alt="K图 {code}_{market}" style="border:0;" /></a></p><!-- EM_StockImg_End -->'),
    _dropped("bare live chart", f'<img src="{CHART}" alt="K图 {{code}}_{{market}}" />'),
)  # fmt: skip

HIDDEN = Construct(
    "hidden paragraph",
    f"<p>{INDENT}{{text}}</p>",
    f'<p style="display:none;height:1px;overflow:hidden;"><br /></p>\n <p>{INDENT}{{text}}<br /></p>',
)

ADVERTISING = (
    _dropped("top link", f'<p>{INDENT}<a class="toplink" href="https://finance.eastmoney.com/app/">下载看{{industry}}</a></p>'),
    Construct("act link", f'<p>{INDENT}{{text}}<a href="https://acttg.eastmoney.com/pub/{{n}}">开户享好礼</a></p>',
              clean="<p>{text}</p>"),
    _dropped("close button", '<div class="em_handle_adv_close"><a href="#">关闭</a></div>'),
    _dropped("ad division", '<div class="ad_{n}"><p>{company}邀您体验{industry}</p></div>'),
    _dropped("stock picker", '<div class="em_xuangu"><a href="http://xuangu.eastmoney.com/">{industry}选股</a></div>'),
    _dropped("quotes slogan", f"<p>{INDENT}在东方财富看资讯行情，一站式了解{{industry}}&gt;&gt;</p>"),
    _dropped("funds slogan", f"<p>{INDENT}主力资金加仓名单实时更新，免费看{{industry}}&gt;&gt;</p>"),
)  # fmt: skip

MACHINERY = (
    _dropped("script", '<script>var code = "{code}"; document.write("<p>" + code + "</p>");</script>'),
    _dropped("style sheet", "<style>p {{ color: #{code}; }}</style>"),
    _dropped("live frame", '<iframe src="https://quote.eastmoney.com/frame/{code}" width="100"></iframe>'),
    Construct("frame", '<iframe src="https://data.eastmoney.com/frame/{code}.html" width="100"></iframe>',
              clean='<p><a href="https://data.eastmoney.com/frame/{code}.html">页面</a></p>'),
    Construct("video", '<p><video src="https://video.eastmoney.com/{pic}.mp4">您的浏览器不支持视频</video></p>',
              clean='<p><a href="https://video.eastmoney.com/{pic}.mp4">视频</a></p>'),
    _dropped("form", '<form action="/vote?id={n}" method="post"><input /><button>投票</button></form>'),
    Construct("event attribute", f'<p onclick="track({{n}})" onmouseover="show()">{INDENT}{{text}}</p>',
              clean="<p>{text}</p>"),
    Construct("comment", f"<p>{INDENT}{{text}}<!-- <b>旧稿</b> -->{{more}}</p>", clean="<p>{text}{more}</p>"),
)  # fmt: skip

FILLING = (INDENTED, INDENTED, PARAGRAPH, STOCK, KEYWORD)
MIDDLE = (
    INDENTED, PARAGRAPH, STOCK, SECTOR, KEYWORD, COMMON_KEYWORD, HIDDEN,
    *KEPT, *PICTURES, *CHARTS, *ADVERTISING, *MACHINERY,
)  # fmt: skip
AFTER = (
    _dropped(
        "disclaimer",
        f"<p>{INDENT}郑重声明：东方财富网发布此信息的目的在于传播更多信息，与本网站立场无关。"
        "相关信息并未经过本网站证实，据此操作，风险自担。</p>",
    ),
    _dropped("editor", f"<p>{INDENT}责任编辑：{{code}}</p>"),
    _dropped("editor's class", '<p class="res-edit">（编辑工号：{code}）</p>'),
    _dropped("wechat", "<p>打开微信，</p><p>点击底部的“发现”，</p><p>使用“扫一扫”即可将网页分享至朋友圈。</p>"),
    _dropped("others", '<div class="zwothers"><p>{company}相关阅读</p></div>'),
)


def source_line(media_name: str, cut: bool) -> Block:
    """Return the line that names the publisher; `cut`: in a flash, a wrapper is around a part of the name."""
    line = '<p class="em_media">（文章来源：{}）</p>'
    plain = line.format(media_name)
    if not cut:
        return Block("source line", plain, plain, plain)
    wrapper = '<span id="Info.1"><a href="http://data.eastmoney.com/" class="infokey">{}</a></span>{}'
    return Block("cut source line", plain, line.format(wrapper.format(media_name[:2], media_name[2:])), plain)
