"""What differs from Scrapy's defaults, each with its reason. `-s NAME=value` overrides any of it."""

from pathlib import Path

from scrapy.settings import default_settings

_HERE = Path(__file__).resolve().parent

BOT_NAME = "finews"
SPIDER_MODULES = ["finews_spider.spiders"]
COMMANDS_MODULE = "finews_spider.commands"

# What happens to an article after its page was read, in this order.
ITEM_PIPELINES = {
    "pipelines.clean.CleanPipeline": 100,
    "pipelines.sanitize.SanitizePipeline": 200,
    "pipelines.validate.ValidatePipeline": 300,
    "pipelines.post.PostPipeline": 800,
}

# finews's own settings.
# The static-site repository that gets the posts: in a checkout its own, else the folder one stands in, if it is a site.
FINEWS_OUTPUT = str(_HERE.parent / "output") if (_HERE.parent / "scrapy.cfg").is_file() else "."
FINEWS_CONFIG = ""  # the finews.toml of a site; "": the one in the folder one stands in, or above it
FINEWS_SOURCES_FILE = str(_HERE / "sources.toml")
FINEWS_SITE = "//finews.withounder.com"  # the site that the back-links under a post lead to
FINEWS_POST_PATH = "by-day"  # or "flat", or a pattern
FINEWS_OWED_DAYS = 14  # an article that could not be fetched for so long is given up
FINEWS_OWED_PAUSE = 600  # seconds between the first try and the second; then twice as long each time, a day at most
FINEWS_PUBLISH = "off"  # "commit" or "push": no commit is made in somebody's repository unasked
FINEWS_BRANCH = ""  # the only branch to commit on, for a repository where a person switches; "": the current one
FINEWS_KEEP_DAYS = (
    0  # days; older posts move to old_post/, which Jekyll ignores; 0: no links of the site are broken unasked
)
FINEWS_EVIDENCE = "off"  # "articles" or "all": what is fetched is kept as WARC, which takes the disk of its posts again
FINEWS_EVIDENCE_DIR = "_evidence"  # in the output folder, or elsewhere; not .finews/, which may be deleted
FINEWS_EVIDENCE_MB = 100  # of one file; larger ones are slow to copy, and much is lost with one
FINEWS_OVERVIEW = "off"  # or "daily": pages of plots in the site's overview/, and a table of all posts to count them by
FINEWS_PICTURES = "off"  # "on": pictures of articles are kept, and a site grows by some 100 KB an article with one
FINEWS_PICTURES_DAYS = 0  # pictures of older posts leave the site's folder; 0: none does
FINEWS_PICTURES_MB = 0  # the oldest of more megabytes leave it; 0: no limit. GitHub Pages takes 1,000 in all
FINEWS_NOTIFY = ""  # a command that gets the summary on its standard input when a run's state has changed
FINEWS_METRICS = ""  # a file NAME.prom with the figures of the last run, for Prometheus
FINEWS_LOG = "text"  # or "json": a JSON object a line, for what collects logs
FINEWS_PING = ""  # a page that each run tells how it ended: …/start, …, …/fail, as healthchecks has it
FINEWS_QUEUE = ""  # postgresql://USER@HOST/NAME: the units of several machines; one machine needs none
FINEWS_CONTACT = "https://finews.withounder.com/"  # in the User-Agent: a page or mailto: where sites can reach you

# Other people's sites: one request a second a host, none that robots.txt forbids.
DOWNLOAD_DELAY = 1.0
DOWNLOAD_DELAY_JITTER = 0  # Scrapy's default would shorten the delay to half a second at times
CONCURRENT_REQUESTS_PER_DOMAIN = 1
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "finews"  # the name to look for in robots.txt, not the whole header
DOWNLOADER_MIDDLEWARES = {
    "finews_spider.downloader.robotstxt.RobotsTxtMiddleware": 100,
    "finews_spider.downloader.throttle.ThrottleMiddleware": 840,  # sees every response, before a retry is decided
    "finews_spider.downloader.playback.PlaybackMiddleware": 600,  # before bodies are unpacked, which raises errors
    "finews_spider.downloader.conditional.ConditionalMiddleware": 580,  # keeps decompressed bodies
    "finews_spider.downloader.allowed_hosts.AllowedHostsMiddleware": 50,
}

# Of Scrapy's, what is not used. Named with None above and below it would be imported all the same, to be compared.
_UNUSED = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware",  # lets a first batch through
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware",  # drops requests silently
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware",  # no site here needs a password
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware",  # and no page cookies; its import takes 50 ms
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware",  # an article's body may hold a refresh to anywhere
    "scrapy.spidermiddlewares.depth.DepthMiddleware",  # these would handle every request, for results that nobody reads
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware",
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware",
    "scrapy.extensions.logstats.LogStats",  # Progress logs the same, and more
    "scrapy.extensions.telnet.TelnetConsole",  # finews listens on no ports
    "scrapy.extensions.remote_control.RemoteControl",  # likewise; it imports a web server, which takes 100 ms
}


def _without_unused(components: dict[str, int]) -> dict[str, int]:
    return {name: place for name, place in components.items() if name not in _UNUSED}


DOWNLOADER_MIDDLEWARES_BASE = _without_unused(default_settings.DOWNLOADER_MIDDLEWARES_BASE)
SPIDER_MIDDLEWARES_BASE = _without_unused(default_settings.SPIDER_MIDDLEWARES_BASE)
EXTENSIONS_BASE = _without_unused(default_settings.EXTENSIONS_BASE)

# Responses are not to be trusted.
DOWNLOAD_HANDLERS = {
    "http": "finews_spider.downloader.handlers.DownloadHandler",  # Scrapy's does not limit the size of headers
    "https": "finews_spider.downloader.handlers.DownloadHandler",
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}  # links to anything but HTTP are not followed
TWISTED_DNS_RESOLVER = (
    "finews_spider.downloader.resolver.Resolver"  # a name may resolve to this machine, or to its network
)
FINEWS_PRIVATE_NETWORKS = ""  # "127.0.0.0/8": private addresses that requests may go to all the same
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024  # bytes, compressed and decompressed; a category page of 40,000 rows has 6 MB
DOWNLOAD_TIMEOUT = 30  # seconds from the connection to the last byte, however slowly these come; most take under one
REDIRECT_MAX_TIMES = 5

CONCURRENT_ITEMS = 1  # Scrapy starts this many tasks for each response, and a response here gives one item or two
WARN_ON_GENERATOR_RETURN_VALUE = False  # it parses the source of every callback; mypy checks ours
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 1_000_000  # bytes of responses in work; more would only wait for the disk, in memory
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"  # requests in the listing's order, newest first
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # no filter: the run knows by id what it has requested

EXTENSIONS = {
    "finews_spider.extensions.clock.ClockWatch": 700,  # what waits while the clock is doubted is decided after it
    "finews_spider.extensions.progress.Progress": 100,
    "finews_spider.extensions.publisher.Publisher": 800,  # before the report, which tells what came of it
    "finews_spider.extensions.report.ReportExtension": 900,
}
STATS_CLASS = "finews_spider.extensions.stats.StatsCollector"
DOWNLOADER_STATS = False  # it writes each request as bytes to count them; the throttle counts by host
FINEWS_PROGRESS = True  # live lines on a terminal; elsewhere a line a minute in the log
LOG_LEVEL = "INFO"
LOG_VERSIONS = ["Python", "Twisted", "lxml"]  # "Platform" would start a program; `scrapy version -v` tells it all
LOG_FORMATTER = "finews_spider.logformatter.LogFormatter"  # Scrapy's logs whole articles
FEED_EXPORT_ENCODING = "utf-8"  # with -O items.jsonl, Chinese is not escaped
FEED_EXPORT_FIELDS = "source id url title time to_the_second media_name digest body share_link".split()  # not family
