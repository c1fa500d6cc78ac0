"""Which gap is left of a list that was read: opened, kept, closed or given up, by what the reading shows. Pure."""

from datetime import datetime, timedelta

from finews_spider.crawl.list_reading import ListReading
from finews_spider.ledger.gaps import Gap, GapState

FIRST_LOOK = timedelta(minutes=10)  # at a gap, after it was found; then twice as long each time
MAX_PAUSE = timedelta(hours=4)
MIN_LOOKS = 5  # at a gap of a list that shows no older rows, and
MIN_AGE = timedelta(days=1)  # of the gap, before it is given up;
MAX_AGE = timedelta(days=7)  # whatever the list shows


def gap_after(
    reading: ListReading, source: str, name: str, why: str, now: datetime, *, may_give_up: bool = True
) -> Gap | None:
    """Return the gap that is left after a reading that ended for this reason; None where there is none.

    It is closed by a look at it that comes to what was known before, without a jump, and finds nothing new in it.
    """
    is_joined = reading.is_joined(is_end=why != "known")
    doubt = reading.chain.jump if is_joined else f"its rows end ({why}) before those that were known"
    if look := reading.depth.gap:
        is_closed = is_joined and not doubt and not reading.found
        return (
            None if is_closed else _after_look(reading, look, doubt, now, is_joined=is_joined, may_give_up=may_give_up)
        )
    if not doubt:
        return reading.gap
    since, until = reading.state.newest or reading.missing_until, reading.missing_until
    gap = reading.gap or Gap(source, name, since, until, now, 0, now, GapState.OPEN, doubt)
    return gap._replace(
        since=min(since, gap.since), until=max(until, gap.until), reason=doubt, next_look=now + FIRST_LOOK
    )


def _after_look(
    reading: ListReading, gap: Gap, doubt: str, now: datetime, *, is_joined: bool, may_give_up: bool
) -> Gap:
    """Return the gap that a look has not closed; what the list shows no more, or hides for days, is given up."""
    age, looks = now - gap.opened, gap.looks + 1
    is_over = age >= MAX_AGE or (not is_joined and looks >= MIN_LOOKS and age >= MIN_AGE)
    return gap._replace(
        until=gap.until if is_joined else max(gap.since, min(gap.until, reading.missing_until)),
        looks=looks,
        next_look=now + min(FIRST_LOOK * 2 ** min(looks, 10), MAX_PAUSE),
        state=GapState.GIVEN_UP if is_over and may_give_up else GapState.OPEN,
        reason=doubt or gap.reason,
    )
