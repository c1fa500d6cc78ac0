"""What is to be said of how finews is set up. `doctor` says it each time, a run says most of it once."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from finews_spider.archive import site_config
from finews_spider.config import Config
from finews_spider.reporting.program import command
from finews_spider.settings import FINEWS_CONTACT

NO_CONTACT = (
    "FINEWS_CONTACT is not set: the sites cannot reach you; give them a page of yours, or mailto: and an address"
)
INCLUDE = "_includes/pictures.html"
INCLUDED = "include pictures.html html=content path=page.path root=site.baseurl"
MAX_LAYOUT = 1_000_000  # bytes
_INCLUDES = re.compile(r"\{%-?\s*include(?:_\w+)?\s+pictures\.html\s")


def lasting_doubts(config: Config) -> list[str]:
    """Return what each run says."""
    return [NO_CONTACT] if config.contact == FINEWS_CONTACT else []


def doubts(config: Config) -> list[str]:
    """Return what a run says once, until it is another sentence."""
    return [*_missing_site(config), *site_config.doubts(config.output, config.site), *_unshown_pictures(config)]


def _missing_site(config: Config) -> Iterator[str]:
    if not (config.output / site_config.CONFIG).exists():
        yield f"an archive begins, in a folder that is no site yet; `{command('init')} DIR` makes one"


def _unshown_pictures(config: Config) -> Iterator[str]:
    """Yield what to add to a site of another hand, whose layouts do not know of kept pictures."""
    if not config.pictures or not (config.output / site_config.CONFIG).exists():
        return
    missing = [] if (config.output / INCLUDE).exists() else [f"take {INCLUDE} from the delivered site"]
    if not any(_INCLUDES.search(text) for text in _layouts(config.output)):
        missing.append(f"have its layout of posts write {{% {INCLUDED} %}} where it writes {{{{ content }}}}")
    if missing:
        yield f"pictures are kept, and the pages of this site do not show them: {'; '.join(missing)}"


def _layouts(output: Path) -> Iterator[str]:
    for file in sorted((output / "_layouts").rglob("*.html")):
        with suppress(OSError):
            yield file.read_bytes()[:MAX_LAYOUT].decode("utf-8", "replace")
