"""`policy waive`: leave for one subject to break one policy for a while, written where people review it."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import JsonOption, MeshOption
from hansa.cli.output import counted, write, write_json, write_troubles
from hansa.trouble import Place, Trouble, TroubleError, did_you_mean, one_of

if TYPE_CHECKING:
    from hansa.model import Violation
    from hansa.wiring import Workplace


def add_to(policy: typer.Typer) -> None:
    policy.command()(waive)


def waive(
    policy: Annotated[str, typer.Argument(metavar="POLICY", help="The id of a policy.")],
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="What may break it: an address, and all below it.")],
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="The last day on which the waiver holds.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it may.")],
    approver: Annotated[str, typer.Option("--approver", metavar="WHO", help="Who gives leave.")],
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Let one subject break one policy for a while.

    Writes an entry at the end of governance/waivers.yaml and leaves every other line as it is. It lapses by itself.

    Example: hansa policy waive owner customer.legacy --until 2027-03-31 --reason "moves in spring" --approver dpo@example.com
    """
    from hansa.wiring import Workplace

    with Workplace.open(mesh) as workplace:
        expires = _day(until, workplace.today)
        _refuse_unknown(workplace, policy)
        _refuse_empty(("--reason", reason), ("--approver", approver), ("SUBJECT", subject))
        root, today = workplace.root, workplace.today.isoformat()
        entry = {
            "policy": policy,
            "subject": subject,
            "reason": reason,
            "approver": approver,
            "granted": today,
            "expires": expires.isoformat(),
        }
        file = _append(root, entry)
    with Workplace.open(root) as workplace:
        covered, troubles = _covered(workplace, entry)
    if json:
        told = [{"subject": v.subject, "message": v.message} for v in covered]
        write_json({"waiver": entry, "file": file, "covers": told, "troubles": [t.to_json() for t in troubles]})
        return
    write(f"{file}: {subject} may break `{policy}` up to {expires}")
    for violation in covered:
        write(f"  {violation.subject}  {violation.message}")
    write(f"It covers {counted(len(covered), 'violation')} of today.")
    if troubles:
        write("")
        write_troubles(troubles)


def _covered(workplace: "Workplace", entry: dict[str, str]) -> tuple[list["Violation"], list[Trouble]]:
    """The violations of today that the new waiver covers, and what is to be said of it."""
    from hansa.cli.judging import judged_now
    from hansa.governance.waiving import waiver_troubles

    violations = judged_now(workplace).violations
    mesh = workplace.compiled.mesh
    own = [w for w in mesh.governance.waivers if (w.policy, w.subject) == (entry["policy"], entry["subject"])]
    places = {w.place for w in own}
    troubles = [t for t in waiver_troubles(mesh, violations, workplace.today) if places & set(t.places)]
    return [v for v in violations if v.waived is not None and v.waived in own], troubles


def _append(root: Path, entry: dict[str, str]) -> str:
    """Write the entry; the file's name relative to the mesh."""
    from hansa.cli.adopting import governance_of
    from hansa.declare.files import Folder
    from hansa.declare.governance.waivers import NotAppended, with_waiver
    from hansa.scaffold import amend

    path = root / governance_of(root) / "waivers.yaml"
    name = Folder(root).name(path)
    try:
        amend(path, lambda text: with_waiver(text, entry))
    except (NotAppended, OSError) as wrong:
        reason = (wrong.strerror if isinstance(wrong, OSError) else str(wrong)) or type(wrong).__name__
        mend = "write the entry by hand: " + ", ".join(f"{key}: {value}" for key, value in entry.items())
        raise TroubleError(Trouble("H921", f"{name} cannot be added to: {reason}", (Place(name),), mend)) from None
    return name


def _day(text: str, today: dt.date) -> dt.date:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise TroubleError(Trouble("H921", f"`{text}` is not a day", mend="write it as 2026-12-31")) from None
    if day < today:
        raise TroubleError(Trouble("H921", f"a waiver up to {day} has lapsed already", mend="name a day to come"))
    return day


def _refuse_unknown(workplace: "Workplace", policy: str) -> None:
    ids = {p.id for p in workplace.compiled.mesh.governance.policies}
    if policy not in ids:
        mend = did_you_mean(policy, ids) or f"policies: {one_of(ids)}"
        raise TroubleError(Trouble("H920", f"there is no policy `{policy}`", mend=mend))


def _refuse_empty(*given: tuple[str, str]) -> None:
    for what, text in given:
        if not text.strip() or not text.isprintable():
            raise TroubleError(
                Trouble("H921", f"{what} says nothing that can be written in a line", mend="say it in a few words")
            )
