"""The refresh modes over real files: no row lost, none doubled, and files that need no change are never written again."""

from collections.abc import Callable
from typing import Any

import pytest

from hansa.engines import Cancellation
from hansa.model import ProductStatus
from hansa.run import StepEnded

Events = Callable[..., Any]
APPEND = "{mode: append, watermark: seq}"
PARTITION = "{mode: partition, by: [day]}"
MERGE = "{mode: merge, key: [id]}"
MONDAY, TUESDAY, WEDNESDAY = "2026-11-02", "2026-11-03", "2026-11-04"


class TestAppend:
    @pytest.mark.parametrize("key", [False, True])
    def test_only_rows_beyond_the_watermark_are_added(self, key: bool, events: Events) -> None:
        log = events(APPEND, key=key)
        log.are((1, 10, MONDAY, "a"), (2, 20, MONDAY, "b"))
        log.run()
        before = log.paths()
        log.are((1, 10, MONDAY, "changed in vain"), (2, 20, MONDAY, "b"), (3, 30, TUESDAY, "c"))
        assert log.run().status is ProductStatus.PUBLISHED
        assert log.published() == [(1, 10, "a"), (2, 20, "b"), (3, 30, "c")]
        assert log.paths() > before

    @pytest.mark.parametrize("key", [False, True])
    def test_later_rows_at_the_watermark_itself_are_not_lost_and_earlier_ones_not_doubled(
        self, key: bool, events: Events
    ) -> None:
        log = events(APPEND, key=key)
        log.are((1, 10, MONDAY, "a"), (2, 20, MONDAY, "b"))
        log.run()
        log.are((1, 10, MONDAY, "a"), (2, 20, MONDAY, "b"), (3, 20, MONDAY, "c"))
        log.run()
        assert log.published() == [(1, 10, "a"), (2, 20, "b"), (3, 20, "c")]

    def test_equal_rows_are_counted_where_there_is_no_key(self, events: Events) -> None:
        log = events(APPEND)
        log.are((1, 10, MONDAY, "a"))
        log.run()
        log.are((1, 10, MONDAY, "a"), (1, 10, MONDAY, "a"))
        log.run()
        assert log.published() == [(1, 10, "a"), (1, 10, "a")]

    def test_rows_below_the_watermark_come_too_late_until_the_next_full_build(self, events: Events) -> None:
        log = events(APPEND)
        log.are((2, 20, MONDAY, "b"))
        log.run()
        log.are((1, 10, MONDAY, "late"), (2, 20, MONDAY, "b"))
        log.run()
        assert log.published() == [(2, 20, "b")]
        assert log.run(force=True).status is ProductStatus.PUBLISHED
        assert log.published() == [(1, 10, "late"), (2, 20, "b")]

    def test_an_increment_of_nothing_publishes_the_same_snapshot(self, events: Events) -> None:
        log = events(APPEND)
        log.are((1, 10, MONDAY, "a"))
        first = log.run()
        before = log.paths()
        log.are((1, 10, MONDAY, "a"))
        second = log.run()
        assert second.ports[0].snapshot == first.ports[0].snapshot
        assert log.paths() == before
        assert log.run().reason == "nothing changed"

    def test_it_begins_with_no_rows_at_all(self, events: Events) -> None:
        log = events(APPEND)
        log.are()
        assert log.run().status is ProductStatus.PUBLISHED
        log.are((1, 10, MONDAY, "a"))
        log.run()
        log.are((1, 10, MONDAY, "a"), (2, 20, MONDAY, "b"))
        log.run()
        assert log.published() == [(1, 10, "a"), (2, 20, "b")]

    @pytest.mark.parametrize("step", ["compute", "audit", "commit"])
    def test_a_run_that_ends_on_its_way_is_repeated_without_loss_or_doubles(self, step: str, events: Events) -> None:
        log = events(APPEND)
        log.are((1, 10, MONDAY, "a"))
        log.run()
        log.are((1, 10, MONDAY, "a"), (2, 20, MONDAY, "b"))
        cancellation = Cancellation()

        def stop(event: object) -> None:
            if isinstance(event, StepEnded) and event.step == step:
                cancellation.request()

        assert log.run(tell=stop, cancellation=cancellation).status is ProductStatus.FAILED
        log.run()
        assert log.published() == [(1, 10, "a"), (2, 20, "b")]


class TestPartition:
    def test_only_partitions_that_changed_are_written_again(self, events: Events) -> None:
        log = events(PARTITION, partitioned=True)
        log.are((1, 1, MONDAY, "a"), (2, 2, TUESDAY, "b"), (3, 3, None, "c"))
        log.run()
        before = by_day(log)
        log.are((1, 1, MONDAY, "a"), (2, 2, TUESDAY, "B"), (3, 3, None, "c"), (4, 4, WEDNESDAY, "d"))
        log.run()
        after = by_day(log)
        assert log.published() == [(1, 1, "a"), (2, 2, "B"), (3, 3, "c"), (4, 4, "d")]
        assert after[MONDAY] == before[MONDAY]
        assert after[None] == before[None]
        assert after[TUESDAY] != before[TUESDAY]
        assert set(after) == {MONDAY, TUESDAY, WEDNESDAY, None}

    def test_with_a_watermark_a_touched_partition_is_replaced_whole(self, events: Events) -> None:
        log = events("{mode: partition, by: [day], watermark: seq}", partitioned=True)
        log.are((1, 1, MONDAY, "a"), (2, 2, TUESDAY, "b"), (3, 2, None, "c"))
        log.run()
        before = by_day(log)
        log.are((1, 1, MONDAY, "not looked at"), (2, 2, TUESDAY, "B"), (3, 2, None, "C"), (4, 3, TUESDAY, "d"))
        log.run()
        assert log.published() == [(1, 1, "a"), (2, 2, "B"), (3, 2, "C"), (4, 3, "d")]
        assert by_day(log)[MONDAY] == before[MONDAY]

    def test_the_same_rows_again_publish_the_same_snapshot(self, events: Events) -> None:
        log = events(PARTITION, partitioned=True)
        log.are((1, 1, MONDAY, "a"), (2, 2, TUESDAY, "b"))
        first = log.run()
        log.are((2, 2, TUESDAY, "b"), (1, 1, MONDAY, "a"))
        assert log.run().ports[0].snapshot == first.ports[0].snapshot


class TestMerge:
    def test_changed_and_new_rows_replace_those_of_their_key(self, events: Events) -> None:
        log = events(MERGE, key=True)
        log.are((1, 1, MONDAY, "a"), (2, 2, TUESDAY, "b"))
        log.run()
        log.are((2, 3, TUESDAY, "B"), (3, 4, TUESDAY, "c"))
        log.run()
        assert log.published() == [(1, 1, "a"), (2, 3, "B"), (3, 4, "c")]

    def test_only_files_that_hold_a_changed_key_are_written_again(self, events: Events) -> None:
        log = events(MERGE, key=True)
        log.are((1, 1, MONDAY, "a"))
        log.run()
        log.are((1, 1, MONDAY, "a"), (2, 2, TUESDAY, "b"))
        log.run()
        first, second = log.paths(), {f.path for f in log.shop.files("log.events")["events"] if f.rows == 1}
        assert len(first) == len(second) == 2, "the new key touched no file"
        log.are((1, 1, MONDAY, "a"), (2, 3, TUESDAY, "B"))
        log.run()
        assert log.published() == [(1, 1, "a"), (2, 3, "B")]
        assert len(log.paths() & first) == 1

    def test_the_same_rows_again_publish_the_same_snapshot(self, events: Events) -> None:
        log = events(MERGE, key=True)
        log.are((1, 1, MONDAY, "a"), (2, 2, TUESDAY, "b"))
        first = log.run()
        log.are((2, 2, TUESDAY, "b"), (1, 1, MONDAY, "a"))
        assert log.run().ports[0].snapshot == first.ports[0].snapshot

    def test_with_a_watermark_only_later_rows_count(self, events: Events) -> None:
        log = events("{mode: merge, key: [id], watermark: seq}", key=True)
        log.are((1, 10, MONDAY, "a"), (2, 20, MONDAY, "b"))
        log.run()
        log.are((1, 15, MONDAY, "too late"), (2, 20, MONDAY, "b, mended at the same moment"), (3, 30, MONDAY, "c"))
        log.run()
        assert log.published() == [(1, 10, "a"), (2, 20, "b, mended at the same moment"), (3, 30, "c")]


@pytest.mark.parametrize(
    ("refresh", "key", "partitioned"), [(APPEND, False, False), (PARTITION, False, True), (MERGE, True, False)]
)
def test_changed_code_builds_everything_anew(refresh: str, key: bool, partitioned: bool, events: Events) -> None:
    log = events(refresh, key=key, partitioned=partitioned)
    log.are((1, 1, MONDAY, "a"), (2, 2, TUESDAY, "b"))
    log.run()
    before = log.paths()
    model = log.shop.root / "domains/log/events/models/events.sql"
    model.write_text("SELECT id, seq, day, upper(what) AS what FROM raw")
    assert log.run().reason == "its models, types or engine changed"
    assert log.published() == [(1, 1, "A"), (2, 2, "B")]
    assert not log.paths() & before


def test_after_a_rollback_new_data_continues_from_what_is_shown(events: Events) -> None:
    from hansa.names import parse_product
    from hansa.publish import rollback
    from hansa.wiring import now

    log = events(APPEND)
    log.are((1, 10, MONDAY, "a"))
    log.run()
    log.are((1, 10, MONDAY, "a"), (2, 20, MONDAY, "bad"))
    log.run()
    with log.shop.open() as w:
        product = parse_product("log.events")
        rollback(product, None, environment="prod", ledger=w.ledger, lake=w.lake, now=now(), actor="ada")
    assert log.published() == [(1, 10, "a")]
    held = log.run()
    assert (held.status, "rolled back" in held.reason) == (ProductStatus.UNCHANGED, True)
    log.are((1, 10, MONDAY, "a"), (2, 20, MONDAY, "good"), (3, 30, MONDAY, "c"))
    log.run()
    assert log.published() == [(1, 10, "a"), (2, 20, "good"), (3, 30, "c")]


def by_day(log: Any) -> dict[str | None, set[str]]:
    found: dict[str | None, set[str]] = {}
    for file in log.shop.files("log.events")["events"]:
        found.setdefault(dict(file.partition)["day"], set()).add(file.path)
    return found
