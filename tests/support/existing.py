"""A repository like the existing site's: flat posts, an `old_post/` folder, odd files, layouts and pages of its own.

`python -m tests.support.existing FOLDER 40000` makes one to look at.
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

LAST = datetime(2022, 6, 30, 23, 50, tzinfo=BEIJING)  # the newest post's time
INTERVAL = timedelta(minutes=7)  # between two posts: about 37,000 from December to June
SITE = "//finews.withounder.com"
BODY = "<p>各地稳步推进示范项目，企业订单回暖。</p>" * 4

ODD_FILES = {
    "_posts/-202205262391921712.md": '---\nlayout: post\ntitle: ""\ndate:  +0800\n---\n<p>文</p>\n\n<>\n',
    "_posts/2021-12-01-init.md": "---\nlayout: post\ntitle: 开始\n---\n# 你好\n",
    "_posts/.gitkeep": "",
    "_posts/notes.txt": "手记\n",
    "old_post/README.md": "旧文\n",
}
SITE_FILES = {
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
    """Write the files of such a site, and return the folder."""
    for path, text in files(posts):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text)
    return folder


def make_repository(folder: Path, posts: int, more: Iterable[tuple[str, bytes]] = ()) -> Path:
    """Make such a site, with `more`, in one commit, and return the folder; a person's name is configured there.

    40,000 posts take some seconds.
    """
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
    """Yield paths and texts, this many posts among them, of which the older half lies in `old_post/`."""
    for path, text in {**ODD_FILES, **SITE_FILES, **PAGES}.items():
        yield path, text.encode()
    for n, article in enumerate(articles(posts)):
        posts_folder = "_posts" if n < posts // 2 else "old_post"
        text = _as_the_site_wrote(render(article, SITE))
        yield f"{posts_folder}/{article.time:%Y-%m-%d}-{article.id}.md", text.encode()


def articles(count: int, interval: timedelta = INTERVAL) -> Iterator[Article]:
    """Yield articles, newest first, at this interval; every third is a flash."""
    names = list(SLUGS)
    for n in range(count):
        time = LAST - interval * n
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
    """Return mtime and digest of each file, but for finews's own folder and git's."""
    files = (path for path in folder.rglob("*") if path.is_file() and not {".finews", ".git"} & set(path.parts))
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, sha256(path.read_bytes()).hexdigest())
        for path in files
    }


def git(folder: Path, *words: str) -> str:
    """Run git with a person's name, and return what it prints."""
    someone = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *someone, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def commit_all(folder: Path) -> None:
    """Commit everything, in a repository that is made if there is none."""
    git(folder, "init", "--quiet")
    git(folder, "add", "--all", ".")
    git(folder, "commit", "--quiet", "--message", "all")


def _as_the_site_wrote(text: str) -> str:
    """Return a post with its tags as the existing site wrote them: without list and quotes."""
    return text.replace('tags: ["', "tags: ").replace('"]\n', "\n")


if __name__ == "__main__":
    made = make_repository(Path(sys.argv[1]), int(sys.argv[2]))
    print(f"{made}: {len(list(made.glob('*/*.md')))} files")
