"""What commands write for people: one value in two views, and nothing in it steers a terminal."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hansa.cli.output import say, write

Hansa = Callable[..., Any]


def test_text_is_written_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    text = "größe\tחיפה 🙂\r\nnext\n"
    write(text)
    say(text)
    assert capsys.readouterr() == (f"{text}\n", f"{text}\n")


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b", "\x7f", "\x9b", "\r", "\u202e", "\u2066"])
def test_what_a_terminal_obeys_is_shown(sign: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(f"a{sign}b")
    say(f"a{sign}b")
    shown = f"a\\u{ord(sign):04x}b\n"
    assert capsys.readouterr() == (shown, shown)


def test_nothing_that_is_declared_steers_a_terminal(hansa: Hansa, in_folder: Path) -> None:
    hansa("init", ".")
    hansa("new", "domain", "customer")
    hansa("new", "product", "customer/profiles")
    file = in_folder / "domains" / "customer" / "profiles" / "contracts" / "profiles.odcs.yaml"
    hostile = file.read_text("utf-8").replace("physicalType: VARCHAR", 'physicalType: "\\e[31mBIG\\u202e"')
    file.write_text(hostile.replace("description: Name.", 'description: "\\e]0;mine\\aName"'), "utf-8")
    checked = hansa("check").out
    assert "`\\u001b[31mBIG\\u202e`" in checked
    described = hansa("describe", "customer.profiles").out
    assert "\\u001b]0;mine\\u0007Name" in described
    assert not {"\x1b", "\x07", "\u202e"} & set(checked + described)
