"""What of publishing cannot work, told before a run asks for anything."""

from pathlib import Path

from finews_spider.exceptions import PublishError
from finews_spider.publishing.commit import commit_error
from finews_spider.publishing.git import GitError
from finews_spider.publishing.push import upstream_of
from finews_spider.publishing.repository import Repository
from finews_spider.setting_values import Mode


def publishing_trouble(output: Path, mode: Mode, branch: str) -> str:
    """Return why no commit can be made or pushed, and what to do, as far as git tells; "" where nothing speaks against.

    What a remote says is not asked for.
    """
    try:
        repository = Repository(output, branch)
        try:
            for person in ("AUTHOR", "COMMITTER"):
                repository.git("var", f"GIT_{person}_IDENT")
        except GitError as error:
            return str(commit_error(repository, error))
        if mode == "push":
            upstream_of(repository)
    except (PublishError, OSError) as error:
        return str(error)
    return ""
