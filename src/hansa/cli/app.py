"""The command line as a whole: the list of commands, and what happens when one is not written as its help says."""

from collections.abc import Sequence
from functools import cache

import typer
from typer._click.core import Command
from typer._click.exceptions import ClickException, NoArgsIsHelpError  # Typer ships its own Click and exports no name for them

import hansa
from hansa.cli import (
    access,
    acknowledging,
    agents,
    auditing,
    authoring,
    checking,
    classifying,
    contracting,
    discovery,
    exporting,
    feedback,
    governing,
    identities,
    plans,
    pointing,
    querying,
    running,
    serving,
    tracing,
)
from hansa.cli.entry import report
from hansa.cli.output import say, write
from hansa.trouble import Trouble

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


for module in (
    authoring,
    checking,
    plans,
    running,
    serving,
    agents,
    discovery,
    tracing,
    querying,
    auditing,
    contracting,
    classifying,
    governing,
    acknowledging,
    access,
    feedback,
    exporting,
    pointing,
    identities,
):
    module.add_to(app)


@cache
def commands() -> Command:
    """All of them, made once: they keep nothing of a command line."""
    return typer.main.get_command(app)


def run(arguments: Sequence[str]) -> int:
    """Carry a command line out, and say how it ended. What went wrong otherwise is raised."""
    try:
        # Typer's own `main` would take a closed pipe for a failure.
        command = commands()
        with command.make_context("hansa", list(arguments)) as context:
            command.invoke(context)
        return 0
    except typer.Exit as ended:
        return ended.exit_code
    except typer.Abort:
        return 130
    except NoArgsIsHelpError as nothing:
        say(nothing.format_message())
    except ClickException as wrong:
        report(arguments, _misuse(wrong))
    return 2


def _misuse(wrong: ClickException) -> Trouble:
    """A command that was not written as its help says."""
    context = getattr(wrong, "ctx", None)
    command = context.command_path if context is not None else "hansa"
    said = wrong.format_message().removesuffix(".").replace("Invalid value for ", "").replace("Value error, ", "")
    summary, question, hint = said.partition(". Did you mean")
    mend = f"did you mean{hint.rstrip('?')}? " if question else ""
    return Trouble("H907", summary[:1].lower() + summary[1:], mend=f"{mend}`{command} --help` shows how it is written")
