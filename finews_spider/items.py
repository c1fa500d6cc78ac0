"""What travels: a ref from a listing, then the article itself. The one place that names their fields."""

from dataclasses import dataclass
from datetime import date, datetime

from finews_spider.slugs import slug


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """What the posts of one kind have in common, of which their source tells by their ids.

    A flash is a digest, with a body under it only when there is one. `category` and `tag`, both or none, are those of
    all posts of the family; else both are made of the media name, the tag by `tag_ending`. A category that `has_folder`
    has its page there, `emnews/`; others have theirs in `category/`.
    """

    is_flash: bool = False
    category: str = ""
    tag: str = ""
    tag_ending: str = ""
    has_folder: bool = False

    def category_of(self, media_name: str) -> str:
        """Return the slug that is the folder of the posts' URLs."""
        return self.category or slug(media_name)

    def tag_of(self, media_name: str) -> str:
        """Return `中国证券报新闻`: the media name with the ending, once more even where the name has it already."""
        return self.tag or media_name + self.tag_ending

    def media_name_of(self, tag: str) -> str:
        """Return the media name that gave the tag; empty where all posts have the same."""
        return "" if self.tag else tag.removesuffix(self.tag_ending)

    def needed(self) -> tuple[str, ...]:
        """Return the names of the fields that a whole post needs."""
        return ("title", "time", *(() if self.category else ("media_name",)), "digest" if self.is_flash else "body")


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
    share_link: str = ""  # where the listing tells the article's own
    body: str = ""  # HTML, where the listing has the whole text
    captures: str = ""  # of its page, a line each, best first, where an archive of the web named it


@dataclass(kw_only=True, slots=True)
class Article:
    """One article of one family. Times are aware; texts are plain but for `body`, which is HTML."""

    source: str
    id: str
    url: str
    family: Family
    title: str = ""
    time: datetime | None = None
    to_the_second: bool = False
    media_name: str = ""
    digest: str = ""
    body: str = ""
    share_link: str = ""
    body_url: str = ""  # where the body was read from: what its links are relative to
    raw_body: str = ""  # as its source wrote it, from when the pipelines have cleaned `body`

    @property
    def is_flash(self) -> bool:
        """Whether it is of the flash family: a digest, and the body only when there is one."""
        return self.family.is_flash

    @property
    def category(self) -> str:
        """The slug that is the folder of its URL."""
        return self.family.category_of(self.media_name)

    @property
    def tag(self) -> str:
        """What its post is tagged with."""
        return self.family.tag_of(self.media_name)

    def missing(self) -> list[str]:
        """The names of the fields that a whole post needs and that are empty yet."""
        return [name for name in self.family.needed() if not getattr(self, name)]

    def is_whole(self) -> bool:
        """Whether no page is needed any more: nothing is missing, and the time tells the seconds."""
        return self.to_the_second and not self.missing()

    def fill(self, other: "Article") -> None:
        """Take from `other` what is missing here, and its time where that tells the seconds and ours does not."""
        if not self.body:
            self.body, self.body_url = other.body, other.body_url
        for name in ("title", "media_name", "digest"):
            setattr(self, name, getattr(self, name) or getattr(other, name))
        if self.time is None or (other.time and other.to_the_second and not self.to_the_second):
            self.time, self.to_the_second = other.time, other.to_the_second
