"""The options that commands share."""

from pathlib import Path
from typing import Annotated

import typer

MeshOption = Annotated[
    Path | None,
    typer.Option("--mesh", metavar="DIR", help="The mesh folder; by default the nearest one upwards with a hansa.yaml."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout; progress goes to stderr.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the result.")]
EnvOption = Annotated[str, typer.Option("--env", metavar="NAME", help="The environment: a set of pointers over the same data.")]
SelectorArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SELECTOR",
        help="Products or domains: customer, customer.profiles, +orders.history (with suppliers), x+ (with readers).",
        show_default=False,
    ),
]
