"""`export …`: what the mesh tells other systems and other repositories."""

import typer


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
