"""`policy rehearse|scorecard|adopt`: what a new rule would hit, how domains stand, and rules to begin with."""

import typer


def add_to(policy: typer.Typer) -> None:
    """Add the commands of this module."""
