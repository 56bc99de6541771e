"""Which version a change asks for (semver.org 2.0.0)."""

from hansa.model import Impact
from hansa.names import Version


def suggested(before: Version, impact: Impact | None) -> Version:
    """The lowest version after `before` that a change of this impact allows.

    Before 1.0.0 anything may change (semver 4), so a new minor version is enough for what is major. A pre-release is brought
    out under its own number when that number already promises as much: a candidate of 2.0.0 may still change everything.
    """
    core = Version(before.major, before.minor, before.patch)
    match impact:
        case None:
            return before
        case Impact.MAJOR if before.major > 0:
            return core if before.pre and not (before.minor or before.patch) else Version(before.major + 1)
        case Impact.MAJOR | Impact.MINOR:
            return core if before.pre and not before.patch else Version(before.major, before.minor + 1)
        case Impact.PATCH:
            return core if before.pre else Version(before.major, before.minor, before.patch + 1)


def too_small(before: Version, after: Version, impact: Impact | None) -> bool:
    """Whether `after` claims less than its changes. A pre-release of the version that they ask for is enough."""
    if impact is None:
        return after < before
    core = Version(after.major, after.minor, after.patch)
    asked = suggested(before, impact)
    return not before < after or core < asked
