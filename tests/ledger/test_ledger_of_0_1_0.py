"""The ledger of version 0.1.0 is brought to this version with all that it owes.

tests/fixtures/ledger/0.1.0.sqlite was made by this, on the code of 0.1.0:
"""

# from datetime import date, datetime, timedelta
# from pathlib import Path
# from tempfile import TemporaryDirectory
#
# from finews_spider import dates
# from finews_spider.dates import BEIJING
# from finews_spider.items import ArticleRef
# from finews_spider.ledger.database import Ledger
# from finews_spider.ledger.owed import Owed, State
#
# clock = [datetime(2021, 12, 30, 12, 0, tzinfo=BEIJING)]
# dates.now = lambda: clock[0]
# with TemporaryDirectory() as folder, Ledger(Path(folder)) as ledger:
#     owed = Owed(ledger, timedelta(days=14))
#     to_the_second = datetime(2021, 12, 30, 7, 57, 23, tzinfo=BEIJING)
#     owed.record_listed([
#         ArticleRef(
#             source="finews", id="NW202112302230672549", url="https://example.com/NW202112302230672549.html",
#             day=date(2021, 12, 30), title="“每日”\t\\ 一题", time=to_the_second, to_the_second=True,
#             media_name="中国证券报", digest="摘要\n第二行", category="zhongguozhengquanbao",
#         ),
#         ArticleRef(
#             source="eastmoney", id="202112302230672550", url="https://example.com/a/202112302230672550.html?a=1&b=/",
#             day=date(2021, 12, 30), title="快讯", time=datetime(2021, 12, 30, 7, 57, tzinfo=BEIJING),
#         ),
#         ArticleRef(source="finews", id="NW202112302230672551", url="", day=date(2021, 12, 29), title="只有一天"),
#         ArticleRef(source="finews", id="NW202112302230672552", url="https://example.com/NW202112302230672552.html"),
#         ArticleRef(
#             source="eastmoney", id="NW202112302230672553", url="https://example.com/3", title="无日",
#             time=datetime(2022, 1, 1, 0, 0, 0, tzinfo=BEIJING), to_the_second=True,
#         ),
#     ])
#     owed.fail("NW202112302230672549", "HTTP 503")
#     owed.fail("202112302230672550", "HTTP 503")
#     owed.withdraw("NW202112302230672551", "HTTP 404")
#     owed.forget("NW202112302230672552")
#     owed.forget("NW202112302230672554")
#     clock[0] += timedelta(days=14)
#     assert owed.fail("202112302230672550", "no text: 空") is State.GIVEN_UP
#     ledger.rows("VACUUM INTO 'tests/fixtures/ledger/0.1.0.sqlite'")

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from finews_spider import dates
from finews_spider.dates import BEIJING
from finews_spider.items import ArticleRef
from finews_spider.ledger.database import FILE, Ledger
from finews_spider.ledger.owed import Owed
from finews_spider.ledger.tries import State
from tests.support.paths import FIXTURES

SEEN = datetime(2021, 12, 30, 12, 0, tzinfo=BEIJING)
AT_ONCE = datetime.fromtimestamp(0, BEIJING)

WHOLE = ArticleRef(
    source="finews",
    id="NW202112302230672549",
    url="https://example.com/NW202112302230672549.html",
    day=date(2021, 12, 30),
    title="“每日”\t\\ 一题",
    time=datetime(2021, 12, 30, 7, 57, 23, tzinfo=BEIJING),
    to_the_second=True,
    media_name="中国证券报",
    digest="摘要\n第二行",
    category="zhongguozhengquanbao",
)
TO_THE_MINUTE = ArticleRef(
    source="eastmoney",
    id="202112302230672550",
    url="https://example.com/a/202112302230672550.html?a=1&b=/",
    day=date(2021, 12, 30),
    title="快讯",
    time=datetime(2021, 12, 30, 7, 57, tzinfo=BEIJING),
)
OF_A_DAY = ArticleRef(source="finews", id="NW202112302230672551", url="", day=date(2021, 12, 29), title="只有一天")
BARE = ArticleRef(source="finews", id="NW202112302230672552", url="https://example.com/NW202112302230672552.html")
AT_MIDNIGHT = ArticleRef(
    source="eastmoney",
    id="NW202112302230672553",
    url="https://example.com/3",
    title="无日",
    time=datetime(2022, 1, 1, tzinfo=BEIJING),
    to_the_second=True,
)
NEVER_LISTED = ArticleRef(source="", id="NW202112302230672554", url="")


@pytest.fixture
def old(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Owed]:
    """What a run finds that opens the ledger of 0.1.0."""
    file = tmp_path / FILE
    file.parent.mkdir()
    shutil.copyfile(FIXTURES / "ledger" / "0.1.0.sqlite", file)
    with Ledger(tmp_path) as ledger:
        assert caplog.records == []  # it would say that it is made anew
        yield Owed(ledger, timedelta(days=14))


def test_what_is_owed_is_read_with_its_state(old: Owed) -> None:
    assert [(article.ref, article.state, article.tries, article.reason, article.next_try) for article in old] == [
        (WHOLE, State.OWED, 1, "HTTP 503", SEEN + timedelta(minutes=10)),
        (AT_MIDNIGHT, State.OWED, 0, "", AT_ONCE),
        (BARE, State.FORGOTTEN, 0, "", AT_ONCE),
        (NEVER_LISTED, State.FORGOTTEN, 0, "", AT_ONCE),
        (TO_THE_MINUTE, State.GIVEN_UP, 2, "no text: 空", SEEN + timedelta(days=14, minutes=20)),
        (OF_A_DAY, State.WITHDRAWN, 0, "HTTP 404", AT_ONCE),
    ]
    assert {article.seen for article in old} == {SEEN}


def test_what_is_due_is_fetched(old: Owed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "now", lambda: SEEN + timedelta(hours=1))
    old.enqueue_due(["finews", "eastmoney"])
    assert [task.ref for task in old.take(9)] == [WHOLE, AT_MIDNIGHT]


def read_by_0_1_0(text: str) -> ArticleRef:
    """What the code of 0.1.0 makes of the text of a ref."""
    ref = ArticleRef(**json.loads(text))
    ref.day = date.fromisoformat(str(ref.day)) if ref.day else None
    ref.time = datetime.fromisoformat(str(ref.time)).astimezone(dates.BEIJING) if ref.time else None
    return ref


@pytest.mark.parametrize("ref", [WHOLE, TO_THE_MINUTE, OF_A_DAY, BARE, AT_MIDNIGHT])
def test_what_is_owed_now_could_be_read_by_0_1_0(tmp_path: Path, ref: ArticleRef) -> None:
    with Ledger(tmp_path) as ledger:
        Owed(ledger, timedelta(days=14)).record_listed([ref])
        row = ledger.row("SELECT typeof(ref), ref FROM owed")
    assert row[0] == "text"
    assert read_by_0_1_0(row[1]) == ref
    assert list(json.loads(row[1])) == list(asdict(ref))
