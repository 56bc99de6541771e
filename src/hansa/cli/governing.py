"""`policy …`: rules as SQL over the mesh, put together from the modules that each know one side of them."""

import typer

from hansa.cli import policies, rehearsing, relations

policy = typer.Typer(
    name="policy",
    help="Rules over the whole mesh: what they are, who breaks them, and what a new one would hit.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def add_to(app: typer.Typer) -> None:
    for module in (policies, relations, rehearsing):
        module.add_to(policy)
    if policy.registered_commands:
        app.add_typer(policy)
