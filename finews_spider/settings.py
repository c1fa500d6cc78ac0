"""What differs from Scrapy's defaults, each with its reason. `-s NAME=value` overrides any of it."""

from pathlib import Path

_HERE = Path(__file__).resolve().parent

BOT_NAME = "finews"
SPIDER_MODULES = ["finews_spider.spiders"]
COMMANDS_MODULE = "finews_spider.commands"

# The route map: what happens to an article after it was read.
ITEM_PIPELINES = {
    "pipelines.clean.CleanPipeline": 100,
    "pipelines.sanitize.SanitizePipeline": 200,
    "pipelines.validate.ValidatePipeline": 300,
    "pipelines.post.PostPipeline": 800,
}

# finews's own.
FINEWS_OUTPUT = str(_HERE.parent / "output")  # the static-site repository that gets the posts
FINEWS_SOURCES_FILE = str(_HERE / "sources.toml")
FINEWS_SITE = "//finews.withounder.com"  # where the back-links under a post lead
FINEWS_POST_PATH = "by-day"  # or "flat", or a pattern
FINEWS_OWED_DAYS = 14  # an article that could not be had for so long is given up
FINEWS_OWED_PAUSE = 600  # seconds between its first try and the second; then twice as long each time, a day at most
FINEWS_PUBLISH = "off"  # "commit" or "push": a commit is made in somebody's repository only when they ask for it
FINEWS_BRANCH = ""  # the only branch to commit on, for a repository where a person switches; else the one it is on
FINEWS_KEEP_DAYS = (
    0  # days; older posts move to old_post/, which Jekyll passes by; 0: a site's links are not broken unasked
)
FINEWS_CONTACT = "https://finews.withounder.com/"  # in the User-Agent: a page or mailto: where sites reach you

# Other people's sites: one request a second a host, none that robots.txt forbids.
DOWNLOAD_DELAY = 1.0
DOWNLOAD_DELAY_JITTER = 0  # half a second at times would be more than was promised
CONCURRENT_REQUESTS_PER_DOMAIN = 1
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "finews"  # the name to look for in robots.txt, not the whole header
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "finews_spider.downloader.robotstxt.RobotsTxtMiddleware": 100,  # Scrapy's lets a first batch through
    "finews_spider.downloader.throttle.ThrottleMiddleware": 840,  # sees each answer before a retry is decided
    "finews_spider.downloader.conditional.ConditionalMiddleware": 580,  # it keeps bodies that are unpacked
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "finews_spider.downloader.allowed_hosts.AllowedHostsMiddleware": 50,  # Scrapy's drops requests without a word
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,  # nothing here asks for a password
}

# Each of these handles every request, and nothing here looks at what they do.
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
}

# What comes over HTTP is a stranger's.
DOWNLOAD_HANDLERS = {
    "http": "finews_spider.downloader.handlers.DownloadHandler",  # Scrapy's reads headers for as long as they come
    "https": "finews_spider.downloader.handlers.DownloadHandler",
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}  # no link may reach anything but HTTP
TWISTED_DNS_RESOLVER = (
    "finews_spider.downloader.resolver.Resolver"  # a name may resolve to this machine, or to its network
)
FINEWS_PRIVATE_NETWORKS = ""  # "127.0.0.0/8": addresses that are not of the internet, and may be asked all the same
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024  # bytes, packed and unpacked; a category page of 40,000 rows has 6 MB
DOWNLOAD_TIMEOUT = 30  # seconds from the connection to the last byte, however slowly these come; most take under one
METAREFRESH_ENABLED = False  # a body may hold a refresh to anywhere
REDIRECT_MAX_TIMES = 5
COOKIES_ENABLED = False  # no page needs one
TELNETCONSOLE_ENABLED = False  # no listening ports
REMOTE_CONTROL_ENABLED = False

CONCURRENT_ITEMS = 1  # Scrapy starts that many tasks for each response, and a response here gives one item or two
WARN_ON_GENERATOR_RETURN_VALUE = False  # parses the source of every callback; mypy checks ours
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 1_000_000  # bytes of answers in work; more would only wait for the disk, in memory
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"  # in the listing's order, newest first
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # the spider knows what it asked for, by id

EXTENSIONS = {
    "finews_spider.extensions.progress.Progress": 100,
    "finews_spider.extensions.report.ReportExtension": 900,
    "scrapy.extensions.logstats.LogStats": None,  # Progress says the same, and more
}
FINEWS_PROGRESS = True  # the live lines on a terminal, or a line a minute in the log
LOG_LEVEL = "INFO"
LOG_FORMATTER = "finews_spider.logformatter.LogFormatter"  # Scrapy's prints whole articles
FEED_EXPORT_ENCODING = "utf-8"  # -O items.jsonl in readable Chinese
