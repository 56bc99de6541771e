"""`policy query|relations`: the mesh as relations, explored with SQL."""

import typer


def add_to(policy: typer.Typer) -> None:
    """Add the commands of this module."""
