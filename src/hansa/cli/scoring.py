"""`policy scorecard`: which share of the rules domains and products meet, and which way that goes."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import EnvOption, JsonOption, MeshOption
from hansa.cli.output import counted, table, write, write_json
from hansa.cli.products import in_trouble, tell_left_out
from hansa.trouble import Trouble, TroubleError, did_you_mean

if TYPE_CHECKING:
    from hansa.governance.scorecard import DomainStanding, Scorecard, Standing, Trend
    from hansa.model import Mesh

BAR = 10


def scorecard(
    name: Annotated[str, typer.Argument(metavar="DOMAIN|PRODUCT", help="Only this domain or product.", show_default=False)] = "",
    back: Annotated[
        int, typer.Option("--back", metavar="N", help="The trend over the last N moments of publication.", min=0)
    ] = 5,
    env: EnvOption = "prod",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Show which share of the policies each domain and product meets.

    Errors weigh 4, warnings 2, notes 1; what is waived does not count. The trend judges what was published at earlier moments by
    the policies of today.

    Example: hansa policy scorecard customer
    """
    from hansa.catalog.past import Past
    from hansa.governance.judging import judged
    from hansa.governance.scorecard import Trend
    from hansa.governance.scorecard import scorecard as card
    from hansa.wiring import Workplace

    with Workplace.open(mesh) as workplace:
        compiled = workplace.compiled.mesh
        wanted = _known(name, compiled)
        policies = compiled.governance.policies
        now = card(compiled, judged(compiled, policies, workplace.facts(env), workplace.today, workplace.open_database))
        past = Past(compiled, workplace.ledger, env)
        moments = [past.at(moment) for moment in reversed(past.changes(back))]
        earlier = ((m, judged(m.mesh, policies, m.facts, m.at.date(), workplace.open_database)) for m in moments)
        trend = Trend(tuple((m.at, card(m.mesh, judgement).shares()) for m, judgement in earlier))
    shown = [d for d in now.domains if not wanted or wanted.partition(".")[0] == d.domain.name]
    tell_left_out(p for p in compiled.broken if wanted in ("", p.domain))
    if json:
        write_json(_json(now, shown, trend, wanted))
        return
    if not now.counted:
        write("No policy is in force. `hansa policy adopt --list` has some to begin with.")
        return
    _write(now, shown, trend, wanted)


def _known(name: str, mesh: "Mesh") -> str:
    wanted = name.replace("/", ".")
    known = {str(d.name) for d in mesh.domains} | {str(p.address) for p in mesh.products}
    if wanted and wanted not in known:
        if wanted in map(str, mesh.broken):
            raise in_trouble(wanted)
        mend = did_you_mean(wanted, known) or "`hansa status` lists the products"
        raise TroubleError(Trouble("H905", f"there is no domain or product {wanted}", mend=mend))
    return wanted


def _json(card: "Scorecard", shown: Sequence["DomainStanding"], trend: "Trend", wanted: str) -> dict[str, object]:
    return {
        "domains": [
            {
                **_standing_json(d.domain, trend),
                "products": [_standing_json(p, trend) for p in d.products if wanted in ("", d.domain.name, p.name)],
            }
            for d in shown
        ],
        "elsewhere": [{"policy": v.policy, "subject": v.subject, "message": v.message} for v in card.elsewhere],
        "unjudged": list(card.unjudged),
    }


def _standing_json(s: "Standing", trend: "Trend") -> dict[str, object]:
    return {
        "name": s.name,
        "score": _rounded(s.score.share),
        "met": s.met,
        "violated": [
            {"policy": v.policy, "severity": str(v.severity), "subject": v.subject, "message": v.message} for v in s.violated
        ],
        "waived": len(s.waived),
        "trend": [{"at": at.isoformat(), "score": _rounded(share)} for at, share in trend.of(s.name)],
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def _write(card: "Scorecard", shown: Sequence["DomainStanding"], trend: "Trend", wanted: str) -> None:
    rows = []
    for d in shown:
        rows.append(_row(d.domain, trend, ""))
        rows += [_row(p, trend, "  ") for p in d.products if wanted in ("", d.domain.name, p.name)]
    head = ("domain or product", "policies met", "", "not met", "waived", "before", "to mend first")
    write(table(head, rows, right=(2, 3, 4)))
    for violation in card.elsewhere if not wanted else ():
        write(f"\n{violation.subject}: {violation.message} ({violation.policy})")
    if card.unjudged:
        write(f"\nNot counted, since they cannot be judged: {', '.join(card.unjudged)} (`hansa check` says why)")
    if trend.points:
        first, last = trend.points[0][0], trend.points[-1][0]
        write(f"\nBefore: what was published from {_day(first)} to {_day(last)}, judged by the policies of today.")
    if wanted.count(".") == 1:
        _write_violations(shown, wanted)


def _row(s: "Standing", trend: "Trend", indent: str) -> tuple[object, ...]:
    share = s.score.share
    bar = "" if share is None else "█" * round(share * BAR) + "░" * (BAR - round(share * BAR))
    told = "–" if share is None else f"{share:.0%}"
    before = " ".join(f"{old:.0%}" for _, old in trend.of(s.name))
    return f"{indent}{s.name}", bar, told, len(s.policies), len(s.waived), before, ", ".join(s.policies[:2])


def _write_violations(shown: Sequence["DomainStanding"], wanted: str) -> None:
    for standing in (p for d in shown for p in d.products if p.name == wanted):
        write(f"\n{counted(len(standing.violated), 'violation')}")
        for v in standing.violated:
            write(f"  {v.severity}  {v.policy}  {v.subject}: {v.message}")


def _day(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
