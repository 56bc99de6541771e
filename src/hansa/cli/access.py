"""`access …`: ask for access in a consumer's name, and decide about what others ask for."""

import contextlib
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli import explaining
from hansa.cli.options import JsonOption, MeshOption
from hansa.cli.output import say, write, write_json
from hansa.frozen import dataclass
from hansa.trouble import Trouble, TroubleError, did_you_mean, one_of

if TYPE_CHECKING:
    from hansa.access.history import AccessRequest
    from hansa.access.requests import AccessDesk
    from hansa.model import Principal, Terms

access = typer.Typer(
    name="access",
    help="Ask for access, and decide about what others ask for.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_REFUSALS = frozenset({"H752", "H754", "H756", "H760"})

IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The request, as `hansa access list` shows it.", show_default=False)
]
AsOption = Annotated[
    str, typer.Option("--as", metavar="USER", help="Who acts, of the directory. By default you, as operator of this machine.")
]
ColumnsOption = Annotated[str, typer.Option("--columns", metavar="A,B", help="Only these columns.")]
WhereOption = Annotated[str, typer.Option("--where", metavar="SQL", help="Only rows for which this condition is true.")]
UnmaskedOption = Annotated[str, typer.Option("--unmasked", metavar="A,B", help="Columns to be seen as they are, not masked.")]
DaysOption = Annotated[int | None, typer.Option("--days", metavar="N", help="For so many days from now.")]
UntilOption = Annotated[str, typer.Option("--until", metavar="DATE", help="Up to the end of a day, written 2027-01-31.")]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it stays on record.")]
WhyOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it stays on record. It must be said.")]


def add_to(app: typer.Typer) -> None:
    for command in (request, approve, deny, withdraw, renew, revoke, history):
        access.command()(command)
    access.command("list")(list_requests)
    explaining.add_to(access)
    app.add_typer(access)


@access.callback()
def access_of() -> None:
    """Ask for access, and decide about what others ask for."""


@dataclass(frozen=True, slots=True)
class _At:
    """The desk, and who stands before it. `now` is when statuses are judged: `HANSA_TODAY` may name a later day."""

    desk: "AccessDesk"
    principal: "Principal"
    now: dt.datetime


@contextlib.contextmanager
def _at_desk(mesh: Path | None, user: str, as_json: bool) -> Iterator[_At]:
    """The desk of a mesh. A refusal is an answer: it ends with 1, where what could not be done ends with 2."""
    from hansa.access.requests import AccessDesk
    from hansa.serving import Serving
    from hansa.wiring import Workplace, now

    with Workplace.open(mesh) as workplace, Serving(workplace) as serving:
        desk = AccessDesk(serving.mesh(), workplace.ledger, serving.decider, now)
        try:
            yield _At(desk, serving.reader(user).principal, serving.clock())
        except TroubleError as error:
            if not any(t.code in _REFUSALS for t in error.troubles):
                raise
            if as_json:
                write_json({"refused": [t.to_json() for t in error.troubles]})
            else:
                say("\n".join(str(t) for t in error.troubles))
            raise typer.Exit(1) from None


def request(
    port: Annotated[str, typer.Argument(metavar="PORT", help="What to read: domain.product, or domain.product.port[@major].")],
    consumer: Annotated[str, typer.Option("--for", metavar="CONSUMER", help="Who reads it: a use case or a product.")],
    purpose: Annotated[str, typer.Option("--purpose", metavar="P", help="What for; may be left out if there is only one.")] = "",
    columns: ColumnsOption = "",
    where: WhereOption = "",
    unmasked: UnmaskedOption = "",
    days: DaysOption = None,
    until: UntilOption = "",
    reason: ReasonOption = "",
    accept_terms: Annotated[bool, typer.Option("--accept-terms", help="Accept the producer's terms of use.")] = False,
    user: AsOption = "",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Ask for access to a port, in the name of a use case or product.

    The owners of the port decide. Where a policy approves by itself, access is granted at once.

    Example: hansa access request customer.profiles --for churn_campaign --purpose retention --columns household_id --days 30
    """
    from hansa.access.requests import Asked

    with _at_desk(mesh, user, json) as at:
        asked = Asked(port, consumer, purpose, _terms(columns, unmasked, where, days, until), reason, accept_terms=accept_terms)
        _show(at, at.desk.request(at.principal, asked), json)


def approve(
    request: IdArgument,
    days: DaysOption = None,
    until: UntilOption = "",
    columns: ColumnsOption = "",
    where: WhereOption = "",
    unmasked: UnmaskedOption = "",
    reason: ReasonOption = "",
    user: AsOption = "",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Approve a request, as it is or for less: fewer columns, fewer rows, another end.

    Access begins once no further approval is needed.

    Example: hansa access approve req-8f3a2c1b --days 30 --columns household_id,income_band --as t.okafor
    """
    with _at_desk(mesh, user, json) as at:
        _show(at, at.desk.approve(at.principal, request, _terms(columns, unmasked, where, days, until), reason), json)


def deny(request: IdArgument, reason: WhyOption, user: AsOption = "", mesh: MeshOption = None, json: JsonOption = False) -> None:
    """Refuse a request.

    Example: hansa access deny req-8f3a2c1b --reason "the campaign needs no incomes" --as t.okafor
    """
    with _at_desk(mesh, user, json) as at:
        _show(at, at.desk.deny(at.principal, request, reason), json)


def withdraw(
    request: IdArgument, reason: ReasonOption = "", user: AsOption = "", mesh: MeshOption = None, json: JsonOption = False
) -> None:
    """Take back a request that is not decided yet.

    Example: hansa access withdraw req-8f3a2c1b
    """
    with _at_desk(mesh, user, json) as at:
        _show(at, at.desk.withdraw(at.principal, request, reason), json)


def renew(
    request: IdArgument,
    days: DaysOption = None,
    until: UntilOption = "",
    reason: ReasonOption = "",
    user: AsOption = "",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Prolong access that still holds.

    An approver prolongs it at once. For everybody else of the consumer, a new request on the same terms is made.

    Example: hansa access renew req-8f3a2c1b --days 90 --as t.okafor
    """
    with _at_desk(mesh, user, json) as at:
        _show(at, at.desk.renew(at.principal, request, _end(days, until), reason), json)


def revoke(
    request: IdArgument, reason: WhyOption, user: AsOption = "", mesh: MeshOption = None, json: JsonOption = False
) -> None:
    """End access now. The consumer may give it back, too.

    Example: hansa access revoke req-8f3a2c1b --reason "the campaign is over" --as t.okafor
    """
    with _at_desk(mesh, user, json) as at:
        _show(at, at.desk.revoke(at.principal, request, reason), json)


def history(request: IdArgument, mesh: MeshOption = None, json: JsonOption = False) -> None:
    """Show every step of a request.

    Example: hansa access history req-8f3a2c1b
    """
    with _at_desk(mesh, "", json) as at:
        at.desk.note_expired()
        found = at.desk.find(request)
        _show(at, found, json)
        if not json:
            from hansa.cli.requestview import write_history

            write("")
            write_history(found, at.now)


def list_requests(
    mine: Annotated[bool, typer.Option("--mine", help="Those that you made, or that are for your consumers.")] = False,
    inbox: Annotated[bool, typer.Option("--inbox", help="Those that you can approve now.")] = False,
    port: Annotated[str, typer.Option("--port", metavar="NAME", help="Those for a port, product or domain.")] = "",
    consumer: Annotated[str, typer.Option("--for", metavar="CONSUMER", help="Those of a consumer.")] = "",
    status: Annotated[str, typer.Option("--status", metavar="STATUS", help="Those that stand so, such as granted.")] = "",
    user: AsOption = "",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Show requests for access, the newest last.

    Example: hansa access list --inbox --as t.okafor
    """
    from hansa.access.history import Status
    from hansa.cli.requestview import request_json, write_list

    if status and status not in tuple(Status):
        mend = did_you_mean(status, tuple(map(str, Status))) or f"known: {one_of(map(str, Status))}"
        raise TroubleError(Trouble("H945", f"no request can be `{status[:40]}`", mend=mend))
    with _at_desk(mesh, user, json) as at:
        at.desk.note_expired()
        found = [
            r
            for r in at.desk.all()
            if (not mine or at.desk.concerns(at.principal, r))
            and (not inbox or at.desk.waits_for(at.principal, r))
            and (not port or f"{r.port}.".startswith((f"{port}.", f"{port}@")))
            and consumer in ("", r.consumer)
            and status in ("", r.status(at.now))
        ]
        if json:
            write_json({"requests": [request_json(r, at.now, at.desk.awaits(r)) for r in found]})
        elif found:
            write_list(found, at.now)
        else:
            write("No request. `hansa access request PORT --for CONSUMER` makes one.")


def _show(at: _At, found: "AccessRequest", as_json: bool) -> None:
    from hansa.cli.requestview import request_json, write_request

    awaits = at.desk.awaits(found)
    if as_json:
        write_json({"request": request_json(found, at.now, awaits)})
    else:
        write_request(found, at.now, awaits)


def _terms(columns: str, unmasked: str, where: str, days: int | None, until: str) -> "Terms":
    from hansa.model import Terms

    return Terms(_names(columns), _names(unmasked), where.strip(), _end(days, until))


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _end(days: int | None, until: str) -> dt.datetime | None:
    """When access ends; None for never."""
    from hansa.wiring import now

    if days is not None and until:
        raise TroubleError(Trouble("H943", "--days and --until cannot both be said", mend="say one of them"))
    try:
        if days is not None:
            return now() + dt.timedelta(days=days)
        day = dt.date.fromisoformat(until) if until else None
        return dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(days=1) if day is not None else None
    except (ValueError, OverflowError):
        said = f"--until {until}" if until else f"--days {days}"
        raise TroubleError(Trouble("H944", f"`{said[:60]}` names no day", mend="write it as --until 2027-01-31")) from None
