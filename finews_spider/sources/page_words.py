"""What pages call the parts that are an article, and those that are none, in classes, ids and lines. Pure."""

import re

CODE = frozenset(
    "script style noscript template svg form button input select textarea iframe object embed nav aside footer dialog"
    " canvas ins".split()
)
BLOCKS = frozenset(
    "address article blockquote center dd div dl dt fieldset figcaption figure h1 h2 h3 h4 h5 h6 header hr li main"
    " ol p pre section table tbody td tfoot th thead tr ul".split()
)
# What elements are called whose text is none of the article's. Whole words of a class or an id.
ASIDE = re.compile(
    r"(?:^|[\s_-])(?:share|sharing|social|related|relate|recommend|recommended|recommendation|comment|comments|breadcrumb"
    r"|breadcrumbs|nav|navbar|navigation|menu|footer|sidebar|aside|advert|advertisement|ads|promo|newsletter|subscribe"
    r"|subscription|tags|taglist|tagcloud|pagination|pager|prevnext|toolbar|qrcode|qr|byline|rank|ranking|popular|hot"
    r"|trending|copyright|statement|disclaimer|declare|author-box|author-bio|author-info|authorbox|bio|editor|popup|modal"
    r"|cookie|login|signup|paywall|feedback|donate|reward|praise|related-posts|read-more|readmore|more-news|sponsored"
    r"|outbrain|taboola|widget|relevant|guess|shareto|bdsharebuttonbox|statements|app-download|download-app|follow"
    r"|screen-reader-text|visually-hidden|sr-only|toc|jp-relatedposts|sharedaddy|wp-block-buttons)(?=$|[\s_-])",
    re.IGNORECASE,
)
PLACES = (
    "[itemprop=articleBody] .entry-content .post-content .article-content .article-body .article__body .article_content"
    " .article-text .articleText .post-body .story-body .news-content .news_content .detail-content .content-article"
    " .TRS_Editor .rich_media_content #artibody #article_content #ContentBody #articleContent"
    " #article-content #js_content"
).split()
HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())

# Lines that stand beside articles, whole.
NO_LINES = re.compile(
    r"(?:(?:相关|延伸|推荐|更多|热门|精彩|猜你|为你|编辑|往期|最新|热点)(?:阅读|新闻|文章|报道|推荐|内容|资讯|喜欢|链接|专题|回顾).{0,60}"
    r"|(?:上|下)一[篇页条][:：]?.{0,80}|返回(?:首页|列表|顶部|搜狐).{0,20}|(?:分享|转发)(?:到|至|给|本文)?.{0,30}|打印(?:本页)?|收藏(?:本文)?"
    r"|扫(?:码|一扫|描).{0,60}|(?:微信)?扫码.{0,40}|长按.{0,20}(?:识别|关注).{0,30}|(?:欢迎)?(?:点击)?关注(?:我们|微信|公众号|本站).{0,60}"
    r"|(?:更多|查看|点击|阅读|加载)(?:精彩|更多|查看|阅读|全文|原文|详情).{0,30}"
    r"|(?:责任)?编辑[:：].{0,30}|[(（【\[](?:责任)?编辑[:：].{0,30}[)）】\]]|责编[:：].{0,30}|(?:校对|审核|监制|值班主任|主编)[:：].{0,30}"
    r"|(?:本文)?(?:标签|关键词|关键字|[Tt]ags?|栏目|分类)[:：].{0,100}"
    r"|(?:版权|免责|特别|郑重|风险)?(?:声明|提示)[:：].{0,500}|(?:©|Copyright|版权所有).{0,200}|(?:未经|转载请|如需转载).{0,150}"
    r"|(?:Related|Read more|Read next|Share|Tags?|Advertisement|Comments?|Sponsored|Subscribe|Follow us|Sign up|Newer"
    r"|Older|Previous|Next|More from|Filed under|Posted in).{0,80}"
    r"|(?:评论|跟帖|条评论|发表评论|我要评论|网友评论).{0,30}|广告|推广|字号.{0,20}|(?:大|中|小)\s*(?:中|大)?\s*小?|(?:\d+\s*)?(?:赞|阅读|浏览).{0,15})",
    re.IGNORECASE | re.DOTALL,
)
