"""The base of the spiders of commands that look once at what answers. No person crawls them by name."""

from scrapy.settings import BaseSettings

from finews_spider.config import user_agent
from finews_spider.downloader.allowed_hosts import RestrictedSpider


class OneLookSpider(RestrictedSpider):
    """Requests what it looks at as a run would, but once."""

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Set a run's User-Agent, and no retries: the first response is the result."""
        super().update_settings(settings)
        settings.set("USER_AGENT", user_agent(settings), priority="spider")
        settings.set("RETRY_ENABLED", False, priority="spider")
