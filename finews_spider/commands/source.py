"""`scrapy source try URL`: what a table of kind "feed" would make of a site, and the table to paste."""

import argparse
from dataclasses import replace

from scrapy.commands import ScrapyCommand

from finews_spider.archive.posts import render
from finews_spider.commands.base import ExitCodeCommand
from finews_spider.commands.source_spider import Findings, SourceSpider
from finews_spider.crawl.article_fetch import ArticleFetch
from finews_spider.exceptions import ConfigurationError
from finews_spider.exit_codes import ExitCode
from finews_spider.items import Article, ArticleRef
from finews_spider.markup.parsing import IncompleteBodyError
from finews_spider.markup.text import visible
from finews_spider.printable import printable_lines
from finews_spider.reporting.program import command
from finews_spider.sources.feed import FeedSource, missing_libraries
from finews_spider.sources.links import address
from pipelines.clean import clean
from pipelines.sanitize import sanitize

WHOLE = 0.9  # of the page's text, that a feed has of an article which it has whole
MOST = 0.8  # of the articles, that a feed has whole which may be taken for them


class Command(ExitCodeCommand, ScrapyCommand):
    """Requests a site's lists and some articles, at a crawl's pace, and writes nothing."""

    requires_project = True
    takes_arguments = True
    is_quiet = True

    def syntax(self) -> str:
        """Return the arguments, as the usage shows them."""
        return "try URL"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Find a site's feeds and sitemaps, and print its table for the sources file and a post of it"

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK where an article was read, else BROKEN. Raise ConfigurationError for wrong arguments."""
        site = self.config().site
        url = _address(args)
        assert self.crawler_process is not None
        crawler = self.crawler_process.create_crawler(SourceSpider)
        print("Looking for feeds and sitemaps, one request a second ...", flush=True)
        self.crawler_process.crawl(crawler, url=url, say=_say)
        self.crawler_process.start()
        assert isinstance(crawler.spider, SourceSpider)
        found = crawler.spider.found
        for line in _conclusion(found, site):
            print(printable_lines(line))
        return ExitCode.OK if found.articles else ExitCode.BROKEN


def _say(line: str) -> None:
    print(printable_lines(line), flush=True)


def _address(args: list[str]) -> str:
    if len(args) != 2 or args[0] != "try":
        raise ConfigurationError(f"what is meant is: {command('source', 'try')} URL")
    if missing := missing_libraries():
        raise ConfigurationError(missing)
    url = address(args[1] if "://" in args[1] else f"https://{args[1]}")
    if not url or "." not in url:
        raise ConfigurationError(f"try: {args[1]!r} is no address of a site; one is like https://www.example.com/")
    return url


def _conclusion(found: Findings, site: str) -> list[str]:
    """Return what is said in the end: the table, and the post of the newest article; or why there is none."""
    if not found.feeds and not found.sitemaps:
        return ["\nNo feed and no sitemap was found; give the address of one, or of a page that links one."]
    assert found.source
    if not found.articles:
        return ["\nNo article was read; name its parts in the table, title, time and body:\n", table(found.source)]
    source = replace(found.source, full_text=has_whole_text(found))
    (ref, article), *_ = found.articles
    return [
        "\nThis table, pasted into the sources file:\n",
        table(source),
        "\ngives posts like this:\n",
        post(source, ref, article, site),
    ]


def has_whole_text(found: Findings) -> bool:
    """Return whether the feeds have most of the articles as whole as their pages."""
    shares = [len(_seen(ref.body, ref.url)) / (len(_seen(page.body, ref.url)) or 1) for ref, page in found.articles]
    return sum(share >= WHOLE for share in shares) >= MOST * len(shares)


def _seen(body: str, url: str) -> str:
    try:
        return visible(sanitize(clean(body, url))) if body else ""
    except IncompleteBodyError:
        return ""


def table(source: FeedSource) -> str:
    """Return the source's table: what differs from the defaults."""
    lines = [f"[{source.name}]", 'kind = "feed"']
    for name in ("feeds", "sitemaps", "article_hosts"):
        values = ", ".join(map(_quoted, getattr(source, name)))
        lines += [f"{name} = [{values}]"] if values else []
    if source.full_text:
        lines.append("full_text = true")
    if source.media_name:
        lines.append(f"media_name = {_quoted(source.media_name)}")
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def post(source: FeedSource, ref: ArticleRef, page: Article, site: str) -> str:
    """Return the post of an article, made as a run makes it; what is missing where there can be none."""
    fetch = ArticleFetch(number=ref.id)
    fetch.add(
        ref if source.full_text else replace(ref, body=""), source.article(ref, share_link=ref.share_link), [], None
    )
    if not source.full_text or not fetch.is_whole():
        fetch.take(page)
    (item,) = fetch.hand_over()
    try:
        item.body = sanitize(clean(item.body, item.body_url or item.url))
    except IncompleteBodyError as error:
        return f"(none: the body is {error})"
    if missing := item.missing():
        return f"(none yet: the article has no {', no '.join(missing)})"
    return render(item, site)
