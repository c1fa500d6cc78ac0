"""What travels: a ref from a listing, then the article itself. The one place that names their fields."""

from dataclasses import dataclass
from datetime import date, datetime

from finews_spider import ids
from finews_spider.slugs import slug

FLASH_CATEGORY = "emnews"
FLASH_TAG = "东财滚动新闻"
TAG_ENDING = "新闻"


@dataclass(kw_only=True, slots=True)
class ArticleRef:
    """What a listing says of one article."""

    source: str
    id: str
    url: str
    day: date | None = None
    title: str = ""
    time: datetime | None = None
    to_the_second: bool = False
    media_name: str = ""
    digest: str = ""
    category: str = ""


@dataclass(kw_only=True, slots=True)
class Article:
    """One article of one family; `id` tells which. Times are aware; texts are plain but for `body`, which is HTML."""

    source: str
    id: str
    url: str
    title: str = ""
    time: datetime | None = None
    to_the_second: bool = False
    media_name: str = ""
    digest: str = ""
    body: str = ""
    share_link: str = ""

    @property
    def is_flash(self) -> bool:
        """Whether it is of the flash family: a digest, and the body only when there is one."""
        return ids.is_flash(self.id)

    @property
    def category(self) -> str:
        """The slug that is the folder of its URL."""
        return FLASH_CATEGORY if self.is_flash else slug(self.media_name)

    @property
    def tag(self) -> str:
        """`中国证券报新闻`: the media name with the ending, once more even where the name has it already."""
        return FLASH_TAG if self.is_flash else self.media_name + TAG_ENDING

    def missing(self) -> list[str]:
        """The names of the fields that a whole post needs and that are empty yet."""
        needed = ("title", "time", "digest") if self.is_flash else ("title", "time", "media_name", "body")
        return [name for name in needed if not getattr(self, name)]

    def is_whole(self) -> bool:
        """Whether no page is needed any more: nothing is missing, and the time tells the seconds."""
        return self.to_the_second and not self.missing()

    def fill(self, other: "Article") -> None:
        """Take from `other` what is missing here, and its time where that tells the seconds and ours does not."""
        for name in ("title", "media_name", "digest", "body"):
            setattr(self, name, getattr(self, name) or getattr(other, name))
        if self.time is None or (other.time and other.to_the_second and not self.to_the_second):
            self.time, self.to_the_second = other.time, other.to_the_second
