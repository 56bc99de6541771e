"""The options that commands share."""

from pathlib import Path
from typing import Annotated

import typer

from hansa.trouble import Trouble, TroubleError

MeshOption = Annotated[
    Path | None,
    typer.Option("--mesh", metavar="DIR", help="The mesh folder; by default the nearest one upwards with a hansa.yaml."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout; progress goes to stderr.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the result.")]
_LONGEST_NAME = 100


def _environment(name: str) -> str:
    """A name that somebody can say again. Raises TroubleError: of an empty one, a variable of the shell is the usual reason."""
    if not name or len(name) > _LONGEST_NAME or not name.isprintable() or " " in name:
        mend = "name one such as `pr-17`, in one word; leave --env out for the one that all see"
        raise TroubleError(Trouble("H907", f"`{name[:60]}` cannot name an environment", mend=mend))
    return name


EnvOption = Annotated[
    str,
    typer.Option("--env", metavar="NAME", help="The environment: a set of pointers over the same data.", callback=_environment),
]
SelectorArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SELECTOR",
        help="Products or domains: customer, customer.profiles, +orders.history (with suppliers), x+ (with readers).",
        show_default=False,
    ),
]
