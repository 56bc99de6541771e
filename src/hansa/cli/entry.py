"""Where a command line begins and how it ends. What is asked after every edit begins without loading all commands."""

import contextlib
import errno
import gc
import os
import sys
import traceback
from collections.abc import Sequence

from hansa.cli.output import say, write_json
from hansa.trouble import Trouble, TroubleError


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


def report(arguments: Sequence[str], *troubles: Trouble) -> None:
    """Tell why a command could not be carried out."""
    if "--json" in arguments:
        write_json({"error": {"troubles": [t.to_json() for t in troubles]}})
        return
    sys.stdout.flush()
    for one in troubles:
        say(str(one))


def _outcome(arguments: list[str]) -> int:
    try:
        return _carried_out(arguments)
    except KeyboardInterrupt:
        return 130
    except TroubleError as error:
        report(arguments, *error.troubles)
    except BrokenPipeError:
        raise
    except Exception as bug:  # noqa: BLE001 - whatever nobody foresaw could not be done, which is exit code 2 and not 1
        if isinstance(bug, OSError) and bug.errno == errno.ENAMETOOLONG:
            report(arguments, _too_long(str(bug.filename)))
            return 2
        traceback.print_exception(bug, file=sys.stderr)
        report(arguments, _bug(bug))
    return 2


def _carried_out(arguments: list[str]) -> int:
    if arguments[:1] == ["check"]:
        from hansa.cli.checkup import check, plainly_asked

        asked = plainly_asked(arguments)
        if asked is not None:
            return check(asked)
    from hansa.cli.app import run

    return run(arguments)


def _too_long(name: str) -> Trouble:
    """Any command may be given such a name, for which the system says not even that there is no such file."""
    shown = name if len(name) <= 60 else f"{name[:59]}…"
    return Trouble("H908", f"there is no file or folder {shown}: its name is too long for one", mend="name a file that is there")


def _bug(bug: Exception) -> Trouble:
    summary = f"Hansa met what it did not foresee: {type(bug).__name__}: {bug}"
    return Trouble("H900", summary, mend="nothing half-done is visible to consumers; try again, and report the lines above")
