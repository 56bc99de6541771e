"""`--as USER`: what somebody may not discover is answered on the command line as what never was, and the operator sees it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Hansa = Callable[..., Any]
AS_MIA = ("--as", "mia", "--for", "campaign", "--purpose", "letters")


@pytest.mark.parametrize(
    "line",
    [
        ("query", "SELECT * FROM {}.keys", "--as", "nick"),
        ("query", "SELECT * FROM {}.keys.keys_v1", *AS_MIA),
        ("query", "SELECT * FROM {}.keys AT (VERSION => 1)", "--as", "nick", "--json"),
        ("access", "request", "{}.keys", *AS_MIA),
        ("access", "request", "{}.keys.keys@1", *AS_MIA, "--json"),
        ("access", "request", "customer.profiles", "--as", "nick", "--for", "{}.keys"),
    ],
)
def test_what_is_hidden_is_answered_as_what_never_was(hansa: Hansa, secretive_mesh: Path, line: tuple[str, ...]) -> None:
    hidden, never = (
        hansa(*(word.format(name) for word in line), "--mesh", secretive_mesh, code=None) for name in ("vault", "nihil")
    )
    assert hidden.code == never.code == 2
    assert (hidden.out.replace("vault", "nihil"), hidden.err.replace("vault", "nihil")) == (never.out, never.err)


def test_the_operator_sees_what_is_hidden_from_others(hansa: Hansa, secretive_mesh: Path) -> None:
    said = hansa("query", "SELECT count(*) AS n FROM vault.keys", "--json", "--mesh", secretive_mesh)
    assert said.json == [{"n": 2500}]
    assert "did you mean `vault.keys`" in hansa("query", "FROM vaul.keys", "--mesh", secretive_mesh, code=2).err
