"""The shop of the bad days, on good ones."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

_SPEC = importlib.util.spec_from_file_location(
    "hansa_tests_shop_published", Path(__file__).parents[1] / "bad_day" / "conftest.py"
)
assert _SPEC is not None
assert _SPEC.loader is not None
_SHOP = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = _SHOP
_SPEC.loader.exec_module(_SHOP)


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    return _SHOP.two_products(tmp_path)


@pytest.fixture
def seen() -> Callable[[Any], tuple[int, int, int]]:
    found: Callable[[Any], tuple[int, int, int]] = _SHOP.versions_seen
    return found
