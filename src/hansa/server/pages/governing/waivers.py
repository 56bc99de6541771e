"""Leave to break a rule: what holds, what lapses soon, what lapsed; and the lines that would give more of it, as code."""

import datetime as dt
import shlex

from starlette.responses import Response

from hansa.frozen import dataclass
from hansa.governance.levels import covers
from hansa.governance.waiving import LONGEST
from hansa.model import Waiver
from hansa.server.governing.seen import Seen
from hansa.server.pages.badges import Badge
from hansa.server.pages.governing.showing import waiting
from hansa.server.pages.rendering import plural
from hansa.server.pages.visit import Visit
from hansa.trouble import Trouble

SOON = dt.timedelta(days=30)
USUAL = dt.timedelta(days=90)
_STATES = ("lapsed", "lapsing", "held", "to come")


@dataclass(frozen=True, slots=True)
class WaiverLine:
    """A waiver and what the day makes of it. `covers` counts the findings of now that it excuses, or no longer does."""

    waiver: Waiver
    state: str
    badge: Badge
    covers: int
    reason: str
    place: str


@dataclass(frozen=True, slots=True)
class Wished:
    """A waiver that somebody would write. `until` is as it was typed."""

    policy: str = ""
    subject: str = ""
    until: str = ""
    reason: str = ""
    approver: str = ""


def waivers(visit: Visit) -> Response:
    """All waivers; with a policy and a subject in the address, also the lines that would grant one."""
    seen = visit.catalogue.rulings.seen(visit.sight)
    if seen is None:
        return waiting(visit)
    names = ("policy", "subject", "until", "reason", "approver")
    wished = Wished(*(visit.asked(n, 500).strip() for n in names))
    asked = bool(wished.policy or wished.subject)
    trouble = _trouble(wished, seen) if asked else None
    if asked and not wished.until:
        wished = Wished(wished.policy, wished.subject, (seen.ruled.today + USUAL).isoformat(), wished.reason, wished.approver)
    good = asked and trouble is None
    return visit.page(
        "governance_waivers.html",
        part="waivers",
        lines=waiver_lines(visit, seen),
        wished=wished,
        trouble=trouble,
        entry=_entry(wished, seen) if good else "",
        command=_command(wished) if good else "",
        policies=sorted({line.policy.id for line in seen.lines}),
        today=seen.ruled.today,
        soon=SOON.days,
    )


def waiver_lines(visit: Visit, seen: Seen) -> list[WaiverLine]:
    """What lapsed and what lapses soon comes first."""
    told = (w for w in visit.sight.mesh.governance.waivers if seen.discretion.subject(w.subject))
    known = {line.policy.id for line in seen.lines}
    lines = [_line(w, seen) for w in told if w.policy in known]
    return sorted(lines, key=lambda w: (_STATES.index(w.state), w.waiver.expires, w.waiver.subject))


def _line(waiver: Waiver, seen: Seen) -> WaiverLine:
    today, left = seen.ruled.today, (waiver.expires - seen.ruled.today).days
    findings = [v for line in seen.lines if line.policy.id == waiver.policy for v in (*line.standing, *line.waived)]
    count = sum(covers(waiver.subject, v.subject) or covers(waiver.subject, v.product) for v in findings)
    place = waiver.place
    if waiver.expires < today:
        state, badge = "lapsed", Badge(f"lapsed {plural(-left, 'day')} ago", "cross", "bad" if count else "calm")
    elif not waiver.holds(today):
        state, badge = "to come", Badge(f"from {waiver.granted}", "clock", "calm")
    elif waiver.expires - today <= SOON:
        state, badge = "lapsing", Badge(f"lapses in {plural(left, 'day')}" if left else "lapses today", "clock", "warn")
    else:
        state, badge = "held", Badge(f"holds {plural(left, 'day')}", "check", "good")
    reason = seen.discretion.said(waiver.reason, "its reason names something that you may not know of")
    return WaiverLine(waiver, state, badge, count, reason, f"{place.file}:{place.line}" if place is not None else "")


def _trouble(wished: Wished, seen: Seen) -> Trouble | None:
    """Why a wish cannot be written as a waiver."""
    if wished.policy not in {line.policy.id for line in seen.lines}:
        return Trouble("H844", "there is no policy of this name", mend="choose one of the list")
    if not wished.subject or not wished.subject.isprintable():
        return Trouble(
            "H844", "a waiver is for a subject", mend="write an address, such as domain.product; all below it is meant"
        )
    if not wished.until:
        return None
    try:
        until = dt.date.fromisoformat(wished.until)
    except ValueError:
        return Trouble("H844", "this is not a day", mend="write it as 2027-03-31")
    if until < seen.ruled.today:
        return Trouble("H844", f"a waiver up to {until} has lapsed already", mend="name a day to come")
    if until - seen.ruled.today > LONGEST:
        return Trouble("H844", "a waiver ends within a year", mend="name an earlier day; it can be granted anew")
    return None


def _entry(wished: Wished, seen: Seen) -> str:
    """The entry of `governance/waivers.yaml`, as `hansa policy waive` would write it."""
    from hansa.declare.governance.waivers import with_waiver

    entry = {
        "policy": wished.policy,
        "subject": wished.subject,
        "reason": wished.reason or "WHY IT MAY",
        "approver": wished.approver or "WHO GIVES LEAVE",
        "granted": seen.ruled.today.isoformat(),
        "expires": wished.until,
    }
    return with_waiver("", entry)


def _command(wished: Wished) -> str:
    words = ["hansa", "policy", "waive", wished.policy, wished.subject, "--until", wished.until]
    words += ["--reason", wished.reason or "WHY IT MAY", "--approver", wished.approver or "WHO GIVES LEAVE"]
    return shlex.join(words)
