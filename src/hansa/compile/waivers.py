"""Waivers: who may break which policy until when. Whether one has lapsed is a matter of the day, so it is not judged here."""

import datetime as dt
from collections.abc import Sequence

from hansa.compile.findings import Findings
from hansa.declare.governance import GovernanceFiles
from hansa.declare.governance.waivers import WaiverEntry, read_waivers
from hansa.declare.reading import Reader
from hansa.model import Policy, Waiver
from hansa.trouble import Severity, did_you_mean, one_of


def compile_waivers(files: GovernanceFiles, findings: Findings, policies: Sequence[Policy] = ()) -> tuple[Waiver, ...]:
    """The waivers that say all they must; one that lacks its reason, approver or end waives nothing."""
    if files.waivers is None:
        return ()
    entries, reader = read_waivers(files.waivers)
    ids = {p.id for p in policies}
    found = tuple(w for e in entries if (w := _waiver(e, ids, reader)) is not None)
    findings.troubles += reader.troubles
    return found


def _waiver(entry: WaiverEntry, ids: set[str], reader: Reader) -> Waiver | None:
    if not (entry.policy and entry.subject):
        return None  # told by the reader already
    for key in ("reason", "approver", "expires"):
        if not getattr(entry, key).strip() and reader.document.value((*entry.at, key)) is not None:
            reader.trouble("H321", f"a waiver needs its {key}", (*entry.at, key), f"say the {key}; until then nothing is waived")
    expires, granted = _day(entry, "expires", reader), _day(entry, "granted", reader)
    if entry.policy not in ids:
        mend = did_you_mean(entry.policy, ids) or f"policies: {one_of(ids)}"
        summary = f"a waiver is for the policy `{entry.policy}`, which does not exist"
        reader.trouble("H319", summary, (*entry.at, "policy"), mend, Severity.WARNING)
    if not (entry.reason.strip() and entry.approver.strip() and expires):
        return None
    place = reader.document.place((*entry.at, "policy"))
    return Waiver(entry.policy, entry.subject.strip(), entry.reason, entry.approver, expires, granted, place)


def _day(entry: WaiverEntry, key: str, reader: Reader) -> dt.date | None:
    text = getattr(entry, key).strip()
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        reader.trouble("H321", f"`{key}` of a waiver is not a day: `{text[:40]}`", (*entry.at, key), "write it as 2026-12-31")
        return None
