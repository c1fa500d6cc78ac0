"""A repository as the existing site's: flat posts, an `old_post/` folder, odd files, layouts and pages of its own.

`python -m tests.existing FOLDER 40000` makes one to look at.
"""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import chain
from pathlib import Path

from finews_spider.archive.posts import render
from finews_spider.dates import BEIJING
from finews_spider.items import Article
from finews_spider.newsroom.words import SLUGS
from finews_spider.sources.eastmoney_ids import ARTICLE, FLASH

LAST = datetime(2022, 6, 30, 23, 50, tzinfo=BEIJING)  # of the newest post
EVERY = timedelta(minutes=7)  # about 37,000 posts from December to June
SITE = "//finews.withounder.com"
BODY = "<p>各地稳步推进示范项目，企业订单回暖。</p>" * 4

ODD = {
    "_posts/-202205262391921712.md": '---\nlayout: post\ntitle: ""\ndate:  +0800\n---\n<p>文</p>\n\n<>\n',
    "_posts/2021-12-01-init.md": "---\nlayout: post\ntitle: 开始\n---\n# 你好\n",
    "_posts/.gitkeep": "",
    "_posts/notes.txt": "手记\n",
    "old_post/README.md": "旧文\n",
}
OWN = {
    "_config.yml": "title: 自己的站\ntimezone: Asia/Shanghai\nexclude: [old_post]\n",
    "_layouts/default.html": "<html><body><section>{{ content }}</section></body></html>\n",
    "_layouts/post.html": "---\nlayout: default\n---\n<h1>{{ page.title }}</h1>\n{{ content }}\n",
    "index.md": "---\nlayout: default\n---\n{% for tag in site.tags %}<h2>{{ tag[0] }}</h2>{% endfor %}\n",
    "emnews/index.html": "---\nlayout: default\ntitle: 东财滚动新闻\n---\n{{ site.categories.emnews.size }}\n",
    "CNAME": "finews.example\n",
}
RIGHT, WRONG, UNTITLED = "zhongguozhengquanbao", "guangzhouribao", "zhongqingshangbao"
LIST = "<ul>{% for post in site.categories[page.category] %}<li>{{ post.title }}</li>{% endfor %}</ul>\n"
PAGES = {
    f"category/{RIGHT}.html": f"---\nlayout: default\ntitle: 中国证券报新闻\ncategory: {RIGHT}\n---\n{LIST}",
    f"category/{WRONG}.html": f"---\r\nlayout: default\r\ntitle: 重庆商报新闻  \r\ncategory: {WRONG}\r\n---\r\n{LIST}",
    f"category/{UNTITLED}.html": f"---\nlayout: default\n---\n<h2>别家新闻</h2>\n{LIST}",
    "category/meirijingjixinwen.md": "---\nlayout: default\ntitle: '别家''新闻'\n---\n手写的一页\n",
    "category/about.html": "<p>不是分类</p>\n",
}


def make(folder: Path, posts: int) -> Path:
    """Write such a site; the folder."""
    for path, text in files(posts):
        there = folder / path
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes(text)
    return folder


def make_repository(folder: Path, posts: int, more: Iterable[tuple[str, bytes]] = ()) -> Path:
    """The same, and `more`, as one commit: 40,000 posts take some seconds. Somebody may commit there."""
    stream = [b"commit refs/heads/main\ncommitter a <a@example.org> 0 +0000\ndata 0\n"]
    for path, text in chain(files(posts), more):
        stream.append(b"M 644 inline %s\ndata %d\n%s\n" % (path.encode(), len(text), text))
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    subprocess.run(["git", "fast-import", "--quiet"], cwd=folder, input=b"".join(stream), check=True)
    git(folder, "reset", "--quiet", "--hard")
    for name, value in {"user.name": "a", "user.email": "a@example.org", "commit.gpgSign": "false"}.items():
        git(folder, "config", name, value)
    return folder


def files(posts: int) -> Iterator[tuple[str, bytes]]:
    """Paths and texts, so many posts among them, of which the older half lies in `old_post/`."""
    for path, text in {**ODD, **OWN, **PAGES}.items():
        yield path, text.encode()
    for n, article in enumerate(articles(posts)):
        below = "_posts" if n < posts // 2 else "old_post"
        text = _as_it_was_written(render(article, SITE))
        yield f"{below}/{article.time:%Y-%m-%d}-{article.id}.md", text.encode()


def articles(count: int, every: timedelta = EVERY) -> Iterator[Article]:
    """So many, newest first, at such intervals; every third is a flash."""
    names = list(SLUGS)
    for n in range(count):
        time = LAST - every * n
        number = f"{time:%Y%m%d%H%M}{n % 1_000_000:06}"
        article = Article(
            source="",
            id=number,
            url="",
            family=FLASH,
            title=f"第{n}篇：项目全面铺开",
            time=time,
            digest="要闻。",
            body=BODY,
        )
        if n % 3:
            article.id, article.family, article.media_name = f"NW{number}", ARTICLE, names[n % len(names)]
        article.share_link = f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={article.id}"
        yield article


def fingerprints(folder: Path) -> dict[str, tuple[int, str]]:
    """When each file was last touched, and its content; finews's own folder and git's aside."""
    files = (path for path in folder.rglob("*") if path.is_file() and not {".finews", ".git"} & set(path.parts))
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, sha256(path.read_bytes()).hexdigest())
        for path in files
    }


def git(folder: Path, *words: str) -> str:
    """What git says, as somebody."""
    someone = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *someone, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def commit_all(folder: Path) -> None:
    """Everything as one commit, in a repository that is made where there is none."""
    git(folder, "init", "--quiet")
    git(folder, "add", "--all", ".")
    git(folder, "commit", "--quiet", "--message", "all")


def _as_it_was_written(text: str) -> str:
    """Names with white space stood there without a list, and titles without quotes."""
    return text.replace('tags: ["', "tags: ").replace('"]\n', "\n")


if __name__ == "__main__":
    made = make_repository(Path(sys.argv[1]), int(sys.argv[2]))
    print(f"{made}: {len(list(made.glob('*/*.md')))} files")
