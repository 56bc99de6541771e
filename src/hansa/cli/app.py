"""The command line as a whole: the list of commands, and what happens when one cannot do its work."""

import os
import sys

import typer
from typer._click.exceptions import ClickException  # Typer ships its own copy of Click and exports no name for it

import hansa
from hansa.cli import authoring, checking, discovery, pointing, querying, running
from hansa.cli.output import say, write, write_json
from hansa.trouble import TroubleError

app = typer.Typer(
    name="hansa",
    help="A data mesh that a company can run: data products as code, traded through ports under contracts.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


def _version(shown: bool) -> None:
    if shown:
        write(f"hansa {hansa.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version and exit."),
) -> None:
    """A data mesh that a company can run: data products as code, traded through ports under contracts."""


for module in (authoring, checking, running, discovery, querying, pointing):
    module.add_to(app)


def main() -> None:
    """Run the command line and exit: 0 done and good, 1 the answer is no, 2 could not be done."""
    try:
        code = app(standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        code = 130
    except ClickException as wrong:
        wrong.show()
        code = 2
    except TroubleError as trouble:
        _report(trouble)
        code = 2
    except BrokenPipeError:
        # The reader of our output is gone, as with `| head`; that is no trouble of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code or 0)


def _report(trouble: TroubleError) -> None:
    if "--json" in sys.argv:
        write_json({"error": {"troubles": [t.to_json() for t in trouble.troubles]}})
        return
    sys.stdout.flush()
    for one in trouble.troubles:
        say(str(one))
