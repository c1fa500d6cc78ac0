"""What a run counts, in Scrapy's collector."""

from scrapy.statscollectors import MemoryStatsCollector


class StatsCollector(MemoryStatsCollector):
    """Scrapy's collector, whose methods are looked up as those of any object.

    Scrapy 2.19 wraps them, for components that hand over a spider as they once had to: 1.7 µs a count, thirty counts an
    article.
    """

    __getattribute__ = object.__getattribute__
