"""The command line as a whole: the list of commands, and what happens when one cannot do its work."""

import contextlib
import gc
import os
import sys
import traceback
from collections.abc import Sequence

import typer
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
    governing,
    identities,
    plans,
    pointing,
    querying,
    running,
    serving,
    tracing,
)
from hansa.cli.output import say, write, write_json
from hansa.trouble import Trouble, TroubleError

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
    exporting,
    pointing,
    identities,
):
    module.add_to(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done and good, 1 the answer is no, 2 could not be done.

    With `arguments`, for callers within a process, the exit is a SystemExit; without, it is the process's.
    """
    # A command makes many small lasting values and hardly any garbage; looking for it early and often costs a tenth of its time.
    gc.set_threshold(100_000, 20, 20)
    try:
        code = _outcome(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output is gone, as with `| head`; that is no trouble of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    if arguments is not None:
        sys.exit(code)
    # Everything is written and closed; to take the interpreter down object by object would cost half a second after a run.
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    os._exit(code)


def _outcome(arguments: list[str]) -> int:
    as_json = "--json" in arguments
    try:
        # Typer's own `main` would take a closed pipe for a failure.
        command = typer.main.get_command(app)
        with command.make_context("hansa", arguments) as context:
            command.invoke(context)
        return 0
    except typer.Exit as ended:
        return ended.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except NoArgsIsHelpError as nothing:
        say(nothing.format_message())
    except ClickException as wrong:
        _report(as_json, _misuse(wrong))
    except TroubleError as error:
        _report(as_json, *error.troubles)
    except BrokenPipeError:
        raise
    except Exception as bug:  # noqa: BLE001 - whatever nobody foresaw could not be done, which is exit code 2 and not 1
        traceback.print_exception(bug, file=sys.stderr)
        _report(as_json, _bug(bug))
    return 2


def _misuse(wrong: ClickException) -> Trouble:
    """A command that was not written as its help says."""
    context = getattr(wrong, "ctx", None)
    command = context.command_path if context is not None else "hansa"
    said = wrong.format_message().removesuffix(".").replace("Invalid value for ", "").replace("Value error, ", "")
    summary, question, hint = said.partition(". Did you mean")
    mend = f"did you mean{hint.rstrip('?')}? " if question else ""
    return Trouble("H907", summary[:1].lower() + summary[1:], mend=f"{mend}`{command} --help` shows how it is written")


def _bug(bug: Exception) -> Trouble:
    summary = f"Hansa met what it did not foresee: {type(bug).__name__}: {bug}"
    return Trouble("H900", summary, mend="nothing half-done is visible to consumers; try again, and report the lines above")


def _report(as_json: bool, *troubles: Trouble) -> None:
    if as_json:
        write_json({"error": {"troubles": [t.to_json() for t in troubles]}})
        return
    sys.stdout.flush()
    for one in troubles:
        say(str(one))
