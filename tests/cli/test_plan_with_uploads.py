"""`hansa plan` in a mesh that waits for uploads: the newest one counts, also beside a base."""

import datetime as dt
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.repositories import SHOP, exported, write, write_people

from hansa.ledger import ManifestUploaded
from hansa.model.uploaded import UploadedManifest
from hansa.names import DomainName
from hansa.wiring import Workplace

GIT = ("git", "-c", "user.name=Ann", "-c", "user.email=ann@people.example")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The shop in a repository, with what people uploaded."""
    root = write(tmp_path / "shop", {**SHOP, ".gitignore": ".hansa\n"})
    text = exported(write_people(tmp_path / "people"))
    digest = json.loads(text)["digest"]
    made = UploadedManifest(DomainName("people"), 1, digest, "people", 1, len(text), dt.datetime.now(dt.UTC), "ann")
    with Workplace(root, {}) as workplace:
        workplace.ledger.apply([ManifestUploaded(made, text)])
    for command in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "The shop")):
        subprocess.run([*GIT, *command], cwd=root, check=True, capture_output=True)
    return root


def test_a_base_is_compiled_with_what_was_uploaded(shop: Path, hansa: Callable[..., Any]) -> None:
    model = "SELECT town, count(*) AS persons FROM profiles WHERE town <> '' GROUP BY town\n"
    write(shop, {"domains/orders/towns/models/towns.sql": model})
    told = hansa("plan", "--base", "HEAD", "--mesh", shop, "--json").json
    assert [c["change"] for c in told["changes"]] == ["model towns changed"]
    assert [(s["product"], s["reason"]) for s in told["steps"]] == [("orders.towns", "its models, types or engine changed")]


def test_without_uploads_on_record_what_reads_them_is_blocked(shop: Path, hansa: Callable[..., Any]) -> None:
    (shop / ".hansa" / "ledger.db").unlink()
    told = hansa("plan", "--mesh", shop, "--json", code=1).json
    assert [(s["product"], s["action"]) for s in told["steps"]] == [("orders.towns", "blocked")]
    assert "H173" in {t["code"] for t in hansa("check", "--mesh", shop, "--json", code=1).json["troubles"]}
