"""`lineage`: where data comes from and where it goes, across domains, or in one statement."""

import typer


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
