"""The engines of platforms."""

from pathlib import Path

import pytest

from hansa.engines import Engine
from hansa.model import Platform
from hansa.trouble import TroubleError
from hansa.wiring import Workplace


def test_an_engine_that_hansa_does_not_have_is_told_with_what_was_meant(tmp_path: Path) -> None:
    (tmp_path / "hansa.yaml").write_text("apiVersion: hansa/v1\nkind: Mesh\nname: small\nplatforms:\n  here: {engine: dukdb}\n")
    with Workplace(tmp_path, {}) as workplace:
        assert any("duckdb" in t.mend for t in workplace.compiled.troubles), workplace.compiled.troubles


def test_platforms_with_the_same_settings_share_an_engine(tmp_path: Path) -> None:
    def engine(name: str, threads: str) -> Engine:
        return workplace.engine(Platform(name, "duckdb", (("threads", threads),)))

    with Workplace(tmp_path, {}) as workplace:
        assert engine("one", "1") is engine("other", "1")
        assert engine("one", "1") is not engine("one", "2")
        with pytest.raises(TroubleError, match="H902"):
            workplace.engine(Platform("strange", "oracle", ()))
