"""`policy list|test|waive`: the rules, their verdicts now, their examples, and leave to break one for a while."""

import typer


def add_to(policy: typer.Typer) -> None:
    """Add the commands of this module."""
