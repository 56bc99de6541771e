"""Addresses of ledgers, and what opening one costs."""

import subprocess
import sys
from pathlib import Path

import pytest

from hansa.ledger import LedgerGone
from hansa.ledger.opening import DEFAULT_URL, open_ledger, sqlite_path
from hansa.trouble.catalogue import title


def test_a_relative_address_lies_in_the_root_and_its_folder_is_made(tmp_path: Path) -> None:
    open_ledger("sqlite:///deep/er/ledger.db", tmp_path).close()
    assert (tmp_path / "deep/er/ledger.db").is_file()


def test_an_absolute_address_is_taken_as_it_is(tmp_path: Path) -> None:
    assert sqlite_path(f"sqlite:///{tmp_path}/a b%20ü.db", Path("elsewhere")) == tmp_path / "a b%20ü.db"
    open_ledger(f"sqlite:///{tmp_path}/a b%20ü.db", Path("elsewhere")).close()
    assert (tmp_path / "a b%20ü.db").is_file()


def test_what_was_recorded_is_there_after_opening_again(tmp_path: Path) -> None:
    import datetime as dt

    now = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    first = open_ledger(DEFAULT_URL, tmp_path)
    lease = first.acquire("k", "a", now=now, seconds=30)
    first.close()
    assert open_ledger(DEFAULT_URL, tmp_path).holder("k", now=now) == lease


@pytest.mark.parametrize(
    "url",
    ["", "ledger.db", "sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite://ledger.db", "sqlite:///a.db?mode=ro"],
)
def test_an_address_that_names_no_file_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(LedgerGone) as raised:
        open_ledger(url, tmp_path)
    assert raised.value.code == "H456"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scheme", ["postgresql+psycopg", "mysql"])
def test_another_database_is_not_supported_yet_and_its_password_is_not_told(tmp_path: Path, scheme: str) -> None:
    with pytest.raises(LedgerGone, match="not supported yet") as raised:
        open_ledger(f"{scheme}://ada:s3cret@db.example/hansa", tmp_path)
    assert scheme in raised.value.reason
    assert "s3cret" not in str(raised.value) + str(raised.value.trouble)


@pytest.mark.parametrize("code", ["H450", "H451", "H452", "H453", "H454", "H455", "H456"])
def test_each_way_to_be_gone_is_explained(code: str) -> None:
    assert title(code)
    assert LedgerGone("two\nlines", code).trouble.summary == "two lines"


def _run(script: str, *arguments: str) -> str:
    return subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True).stdout.strip()


def test_the_door_and_the_opener_import_nothing_heavy() -> None:
    script = "import sys, hansa.ledger, hansa.ledger.opening; print({'sqlalchemy', 'alembic', 'sqlite3'} & set(sys.modules))"
    assert _run(script) == "set()"


def test_a_ledger_that_is_up_to_date_opens_without_alembic_and_in_thirty_milliseconds(tmp_path: Path) -> None:
    open_ledger(DEFAULT_URL, tmp_path).close()
    script = """
import sys, time
from pathlib import Path
from hansa.ledger.opening import open_ledger
import hansa.ledger.sql
best = 1.0
for _ in range(5):
    begin = time.perf_counter()
    ledger = open_ledger(sys.argv[1], Path(sys.argv[2]))
    ledger.currents("prod")
    best = min(best, time.perf_counter() - begin)
    ledger.close()
print("alembic" in sys.modules, best)
"""
    alembic, seconds = _run(script, DEFAULT_URL, str(tmp_path)).split()
    assert alembic == "False"
    assert float(seconds) < 0.03
