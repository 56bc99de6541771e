"""What was written while somebody read, or might have been, counts as changed; what was written before does not."""

import os
import time
from pathlib import Path

from hansa.cache import stamps


def test_what_was_written_before_a_tick_is_earlier_and_what_is_written_after_it_is_not(tmp_path: Path) -> None:
    file = tmp_path / "model.sql"
    for number in range(20):
        file.write_text(f"SELECT {number}")
        began = stamps.next_tick()
        assert not stamps.touched({str(file): stamps.state(str(file))}, began)
        file.write_text(f"SELECT {number}, at once")
        assert stamps.touched({str(file): stamps.state(str(file))}, began)


def test_a_time_in_whole_seconds_may_be_that_of_a_later_moment() -> None:
    second = 1_000_000_000
    assert stamps.touched({"file": [1, 5 * second]}, 6 * second)
    assert not stamps.touched({"file": [1, 5 * second]}, 7 * second)
    assert not stamps.touched({"file": [1, 5 * second + 1]}, 6 * second)


def test_what_says_to_be_of_the_future_tells_nothing() -> None:
    assert not stamps.touched({"file": [1, time.time_ns() + 3600 * 1_000_000_000 + 1]}, 0)


def test_files_tell_their_content_and_the_variables_that_they_name(tmp_path: Path) -> None:
    (tmp_path / "product").mkdir()
    (tmp_path / "product/product.odps.yaml").write_text("id: ${NAME:-x}\n")
    (tmp_path / "product/__pycache__").mkdir()
    found = stamps.stamps_below([tmp_path / "product", tmp_path / "missing"])
    assert found is not None
    assert found[1] == {"NAME"}
    known = {os.path.relpath(path, tmp_path): len(stamp) for path, stamp in found[0].items()}
    assert known == {"product": 2, "product/product.odps.yaml": 3, "missing": 2}
    (tmp_path / "product/link").symlink_to(tmp_path)
    assert stamps.stamps_below([tmp_path / "product"]) is None
