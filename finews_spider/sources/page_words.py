"""What pages call the parts that are an article, and those that are none, in classes, ids and lines. Pure."""

import re

CODE = frozenset(
    "script style noscript template svg form button input select textarea iframe object embed nav footer dialog canvas"
    " ins marquee".split()
)
BLOCKS = frozenset(
    "address article blockquote center dd div dl dt fieldset figcaption figure h1 h2 h3 h4 h5 h6 header hr li main"
    " ol p pre section table tbody td tfoot th thead tr ul".split()
)
# What elements are called whose text is none of the article's. Whole words of a class or an id.
ASIDE = re.compile(
    r"(?:^|[\s_-])(?:share|sharing|shareto|social|related|relate|relevant|recommend|recommended|recommendation|recirc"
    r"|comment|comments|cmnt|discuss|discussion|danmu|breadcrumb|breadcrumbs|crumb|crumbs|nav|navbar|navigation|menu"
    r"|footer|sidebar|aside|side|ad|ads|adbox|advert|advertisement|sponsor|sponsored|promo|promotion|newsletter"
    r"|subscribe|subscription|tags|taglist|tagcloud|keywords|pagination|pager|prevnext|tools|toolbar|vote|qrcode|qr"
    r"|byline|rank|ranking|popular|hot|trending|copyright|statement|statements|disclaimer|declare|law|legal|author-box"
    r"|author-bio|author-info|authorbox|bio|editor|popup|modal|cookie|login|signup|feedback|donate|reward|praise"
    r"|read-more|readmore|more-news|outbrain|taboola|widget|guess|bdsharebuttonbox|app-download|download-app|follow"
    r"|screen-reader-text|visually-hidden|sr-only|toc|gutter|lineno|line-numbers|linenos|jp-relatedposts|sharedaddy"
    r"|wp-block-buttons|loading)(?=$|[\s_-]|[0-9])",
    re.IGNORECASE,
)
_NAMES = (
    ".entry-content .post-content .article-content .article-body .article__body .article_content .article-text"
    " .articleText .post-body .story-body .news-content .news_content .detail-content .content-article .TRS_Editor"
    " .rich_media_content #artibody #article_content #ContentBody #articleContent #article-content #js_content"
).split()
# Paths to the elements that bodies are called as.
PLACES = (
    "//*[@itemprop='articleBody']",
    *(
        f"//*[@id='{name[1:]}']"
        if name[0] == "#"
        else f"//*[contains(concat(' ', normalize-space(@class), ' '), ' {name[1:]} ')]"
        for name in _NAMES
    ),
)
HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())

# Lines that stand beside articles, whole, without white space.
_NETS = "微信|微博|朋友圈|QQ|空间|好友|豆瓣|facebook|twitter|linkedin|whatsapp|x"
_EDITOR = r"(?:(?:责任|网络|本文|值班)?编辑|责编|编审|校对|审核|监制|主编|值班主任|摄影|图片|供图)"
NO_LINES = re.compile(
    r"(?:相关|延伸|推荐|更多|热门|精彩|猜你|为你|往期|最新|热点)(?:阅读|新闻|文章|报道|推荐|内容|资讯|喜欢|链接|专题|回顾)(?:[:：>＞»].{0,60})?"
    r"|[«<]?(?:上|下)一?[篇页条](?:[:：].{0,80}|[»>])?|(?:返回|回到)(?:首页|列表|顶部|频道|搜狐首页)|打印(?:本页)?|收藏(?:本文)?"
    rf"|(?:一键)?(?:分享|转发)(?:到|至|给|本文|此文)*[:：]?(?:{_NETS}|[、,，|/])*"
    r"|(?:微信)?扫(?:码|一扫|描).{0,20}(?:二维码|下载|关注|打开|阅读|领取|加入).{0,30}|长按.{0,20}(?:识别|关注).{0,20}"
    r"|(?:打开|下载|立即下载).{0,12}(?:APP|客户端|微信|App).{0,30}|■?(?:立即)?下[载載]本[报報].{0,30}|(?:以上|本文|文中)?.{0,12}不构成(?:任何)?(?:投资|操作)?建议.{0,60}|继续阅读.{0,20}(?:登录|订阅).{0,20}|(?:欢迎)?(?:点击)?关注.{0,12}(?:公众号|微博|微信).{0,30}"
    r"|(?:更多|查看|点击|阅读|加载|展开)(?:精彩|更多|查看|阅读|全文|原文|详情|全部|收起)(?:内容|评论|资讯|文章)?[>＞».…]*"
    rf"|[(（【\[]?{_EDITOR}[:：/／|].{{0,30}}?[)）】\]]?|[(（【\[]?(?:责任编辑|责编)[:：]?\w{{2,4}}[)）】\]]?"
    r"|(?:本文|文章)?(?:标签|关键词|关键字|tags?|栏目|分类)[:：].{0,100}"
    r"|[【\[(（]?(?:版权|免责|特别|郑重|风险|法律)?(?:声明|提示)[】\])）]?[:：].{0,500}|[【\[(（](?:版权|免责|特别|郑重|风险|法律)(?:声明|提示)[】\])）].{0,500}"
    r"|(?:©|Copyright|版权所有).{0,200}|(?:未经.{0,20}(?:许可|授权|同意)|转载请|如需转载).{0,150}"
    r"|(?:relatedarticles?|readmore|readnext|sharethis.{0,20}|share|advertisement|sponsored|leaveacomment|filedunder.{0,60}|tags?:.{0,60})"
    r"|(?:发表|我要|网友|查看全部|全部)?评论(?:[(（]\d*[)）]|\d+条?)?|\d+条评论|广告|推广|字号.{0,10}|(?:赞|阅读|浏览|点击)\d*|\d+(?:赞|阅读|浏览)"
    r"|正在加载.{0,20}|没有可以展示的广告|您?(?:现在|当前)的?位置[:：].{0,60}",
    re.IGNORECASE | re.DOTALL,
)
# Of these, what may end as a sentence does.
SENTENCES_OF_SITES = re.compile(
    r"[【\[(（]?(?:版权|免责|特别|郑重|风险|法律)?(?:声明|提示)[】\])）]?[:：]|[【\[(（](?:版权|免责|特别|郑重|风险|法律)(?:声明|提示)"
    r"|©|Copyright|版权所有|未经|转载请|如需转载|打开|下载|立即下载|(?:以上|本文|文中).{0,12}不构成|(?:微信)?扫|长按|(?:欢迎)?(?:点击)?关注",
    re.IGNORECASE,
)
LABEL = re.compile(r"(?:^|[\s_-])(?:tag|label|badge|flag|more|toggle|expand)(?:$|[\s_-])", re.IGNORECASE)
# Headings of what follows an article.
TAIL = re.compile(
    r"(?:(?:法律|免责|版权|郑重|重要)?声明|风险提示|(?:相关|延伸|推荐|热门|精彩|更多|最新)(?:阅读|新闻|文章|报道|报告|推荐|快讯|资讯)"
    r"|相關(?:文章|新聞|閱讀)|熱門文章|(?:网友|全部|最新|精彩|精选|相关)?(?:评论|留言|跟帖|弹幕)(?:列表|区)?[:：]?\d*"
    r"|也可以读|猜你喜欢|为你推荐|relatedarticles?|relatedposts?|readnext|comments?|moretoread)",
    re.IGNORECASE,
)
INFO = re.compile(
    r"来源[:：]|作者[:：]|记者[:：]|时间[:：]|阅读次数|浏览次数|点击[:：]|字号|编辑[:：]|^(?:19|20)\d\d\s*[-/.年]\s*\d|(?:^|·)\d+(?:分钟|小时|天)前"
    r"|[发更][表布新]于?(?:19|20)\d\d|(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\d\d:\d\d)?|^By[A-Z]|^Posted|^Published|minread|^\d+分钟?\d*秒?$"
)
