"""What the day makes of waivers: those that lapsed, those that hold for nothing, and those that hold for too long."""

import datetime as dt
from collections.abc import Iterable, Iterator

from hansa.governance.levels import covers
from hansa.governance.places import Register
from hansa.model import Mesh, Violation, Waiver
from hansa.names import is_word
from hansa.trouble import Severity, Trouble

LONGEST = dt.timedelta(days=366)


def waiver_troubles(mesh: Mesh, violations: Iterable[Violation], today: dt.date) -> tuple[Trouble, ...]:
    """Warnings about waivers; `violations` are those found today."""
    register = Register.of(mesh)
    standing = [v for v in violations if v.waived is None]
    return tuple(t for w in mesh.governance.waivers for t in _of_waiver(w, mesh, register, standing, today))


def _of_waiver(waiver: Waiver, mesh: Mesh, register: Register, standing: list[Violation], today: dt.date) -> Iterator[Trouble]:
    places = (waiver.place,) if waiver.place is not None else ()
    what = f"the waiver of `{waiver.policy}` for {waiver.subject}"
    if waiver.expires < today:
        covered = [v.subject for v in standing if v.policy == waiver.policy and covers(waiver.subject, v.subject)]
        left = f"; {', '.join(covered[:3])}{' and others' if len(covered) > 3 else ''} would need it" if covered else ""
        mend = "mend what it was for, or have it granted anew" if covered else "delete it"
        yield Trouble("H320", f"{what} lapsed on {waiver.expires}{left}", places, mend, Severity.WARNING)
        return
    if waiver.granted is not None and waiver.granted > today:
        mend = "write the day on which leave was given, or wait for it"
        yield Trouble("H320", f"{what} does not hold before {waiver.granted}", places, mend, Severity.WARNING)
    if _is_address(waiver.subject) and not register.knows(waiver.subject) and not _broken(waiver.subject, mesh):
        mend = "mend the address, or delete the waiver"
        yield Trouble("H319", f"{what} holds for nothing: the mesh has no such thing", places, mend, Severity.WARNING)
    if waiver.expires - (waiver.granted or today) > LONGEST:
        summary = f"{what} holds for more than a year, up to {waiver.expires}"
        yield Trouble("H322", summary, places, "let it end within a year; it can be granted anew", Severity.WARNING)


def _is_address(subject: str) -> bool:
    """Whether a subject is meant as an address; other subjects, such as the ids of terms, are a policy's own."""
    return all(is_word(word) for word in subject.partition("#")[0].partition("@")[0].split("."))


def _broken(subject: str, mesh: Mesh) -> bool:
    return any(covers(str(b), subject) for b in mesh.broken)
