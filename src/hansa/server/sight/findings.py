"""Findings and troubles as one viewer may know them: none about what is hidden, and no word that names it."""

from collections.abc import Iterable
from dataclasses import replace

from hansa.model import Violation
from hansa.server.sight.discretion import UNSAID
from hansa.server.sight.sight import Sight
from hansa.trouble import Trouble


def known_violations(found: Iterable[Violation], sight: Sight, *, whole: bool) -> tuple[Violation, ...]:
    """Those about products that the viewer may have described, and with `whole` those about none; what refuses comes first."""
    discretion = sight.discretion
    known = [v for v in found if (discretion.finding(v) if v.product else whole)]
    known.sort(key=lambda v: (not v.refuses, v.waived is not None, v.policy, v.subject))
    return tuple(replace(v, message=discretion.said(v.message, UNSAID), mend=discretion.said(v.mend)) for v in known)


def known_troubles(found: Iterable[Trouble], sight: Sight, *, whole: bool) -> tuple[Trouble, ...]:
    """Those about products that the viewer may have described, and with `whole` those about none; without hidden places."""
    discretion = sight.discretion
    known = (t for t in found if (discretion.product(t.product) if t.product else whole))
    return tuple(
        replace(
            t,
            summary=discretion.said(t.summary, UNSAID),
            places=tuple(p for p in t.places if discretion.plain(f"{p.file} {p.note}")),
            mend=discretion.said(t.mend),
        )
        for t in known
    )
