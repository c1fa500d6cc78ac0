"""A spider that tells how far it is, for tests/extensions/test_progress.py."""

import logging
from datetime import date

from finews_spider.crawl.progress import Figures
from finews_spider.spiders.finews import FinewsSpider


class WatchedSpider(FinewsSpider):
    """Figures from the stats; the first warning has what a terminal would obey, and is longer than its lines."""

    name = "watched"
    custom_settings = {  # noqa: RUF012  # no report: the test looks at what the display leaves
        "EXTENSIONS": {"finews_spider.extensions.progress.Progress": 100, "scrapy.extensions.logstats.LogStats": None}
    }
    warned = False

    def figures(self) -> Figures:
        if not self.warned:
            self.warned = True
            logging.getLogger("watched").warning("careful \x1b[2J%s the end", "x" * 200)
            print("printed", flush=True)
        archived = self.crawler.stats.get_value("item_scraped_count", 0)
        return Figures("finews", "category emnews", date(2021, 12, 14), 99, archived, archived)
