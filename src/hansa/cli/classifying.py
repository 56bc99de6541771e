"""`classify`: which classes of data hold where and why, and proposals for columns that nobody classified."""

import typer


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
