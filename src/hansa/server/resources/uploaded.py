"""Accepting manifests that are uploaded: who may, whether somebody else did meanwhile, and what the mesh says to it.

What is accepted is in force as soon as the mesh was compiled with it, here and at every other server of its ledger.
"""

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from hansa.access import Action
from hansa.frozen import dataclass
from hansa.ledger import Conflict, ManifestUploaded
from hansa.model import Domain, MeshChange
from hansa.model.document import Unreadable
from hansa.model.manifest import from_text
from hansa.model.uploaded import UploadedManifest, uploaded_version
from hansa.names import DomainName
from hansa.server.api import Viewer
from hansa.server.sight import known_changes
from hansa.server.transport import Answered
from hansa.trouble import Place, Trouble

if TYPE_CHECKING:
    from hansa.uploading import Candidate, Examined

MOST_TOLD = 20  # troubles of one answer
_NUMBER = re.compile(r'"(\d{1,18})(?:-[0-9a-f]+)?"')


@dataclass(frozen=True, slots=True)
class Precondition:
    """What a caller says of the version that they saw: `If-Match` and `If-None-Match`, as they were sent."""

    match: str = ""
    none_match: str = ""


def tag_of(version: int, told: str = "") -> str:
    """The entity tag of a manifest: its version, by which a later upload says what it rests on, and a print of what was told."""
    return f'"{version}-{told}"' if told else f'"{version}"'


def waiting_domain(viewer: Viewer, name: str) -> Domain:
    """A domain whose manifest the caller may upload. Raises a trouble: with 404, with 409 where it is not uploaded, with 403."""
    domain = next((d for d in viewer.sight.domains if str(d.name) == name), None) or viewer.nothing(name, "domain")
    if uploaded_version(domain.manifest) is None:
        mend = "let `hansa.yaml` of this mesh say so: `{manifest: uploaded, domain: …, owner: …}` under `domains`"
        raise Answered(Trouble("H874", f"the manifest of {domain.name} is not uploaded: it comes from elsewhere", mend=mend), 409)
    verdict = viewer.backing.decider.may(viewer.principal, Action.ADMINISTER, domain.name, viewer.now)
    if not verdict.allowed:
        summary = f"you may not upload the manifest of {domain.name}"
        discretion = viewer.discretion
        reason = "; ".join(r for r in verdict.reasons if discretion.plain(r))
        mend = f"it is for {domain.owner}, with a token that is good for `administer`"
        raise Answered(Trouble("H880", f"{summary}: {reason}" if reason else summary, mend=mend), 403)
    return domain


def stewards(viewer: Viewer, domain: Domain) -> bool:
    """Whether the caller may upload the manifest of a domain, and so knows what it says."""
    return viewer.backing.decider.may(viewer.principal, Action.ADMINISTER, domain.name, viewer.now).allowed


def accept(viewer: Viewer, domain: Domain, text: str, said: Precondition) -> tuple[UploadedManifest, bool]:
    """The version that a document became; and whether it is the newest already, so that nothing was done. Raises a trouble."""
    ledger = viewer.backing.ledger
    newest = next(iter(ledger.manifest_versions(domain.name)), None)
    if newest is not None and newest.digest == _digest(text) and _is_whole(text):
        return newest, True
    _require(said, newest.version if newest is not None else 0)
    before = ledger.manifest_text(domain.name, newest.version) if newest is not None else None
    from hansa.uploading import Candidate

    examined = _examined(viewer, Candidate(domain.name, domain.owner, text, before or ""))
    _refuse(viewer, domain.name, examined)
    version = newest.version + 1 if newest is not None else 1
    manifest = UploadedManifest(
        domain=domain.name,
        version=version,
        digest=_digest(examined.document),
        mesh=examined.manifest.mesh,
        products=len(examined.manifest.domains[0].products),
        size=len(examined.document.encode()),
        at=viewer.now,
        actor=viewer.principal.name,
    )
    try:
        ledger.apply([ManifestUploaded(manifest, examined.document)])
    except Conflict as conflict:
        raise _meanwhile(conflict.found) from None
    return manifest, False


def _digest(text: str) -> str:
    """The digest that a document says it has."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    found = said.get("digest") if isinstance(said, dict) else None
    return found if isinstance(found, str) else ""


def _is_whole(text: str) -> bool:
    """Whether a document holds what its digest says."""
    try:
        from_text(text, "")
    except Unreadable:
        return False
    return True


def _require(said: Precondition, version: int) -> None:
    """Raises a trouble when somebody uploaded since the caller looked, with 412; with 428 when they do not say what they saw."""
    if said.match and not (said.match.strip() == "*" and version) and version not in _numbers(said.match):
        raise _meanwhile(version)
    if said.none_match and (version if said.none_match.strip() == "*" else version in _numbers(said.none_match)):
        raise _meanwhile(version)
    if version and not said.match and not said.none_match:
        summary = f"version {version} is there, and the request does not say that it replaces it"
        mend = "send the ETag of what you saw as If-Match, or `If-Match: *` to replace whatever is there"
        raise Answered(Trouble("H878", summary, mend=mend), 428, {"ETag": tag_of(version)})


def _numbers(tags: str) -> set[int]:
    """The versions of strong tags; a weak one names nothing that could be replaced (RFC 9110, 13.1.1)."""
    found = (_NUMBER.fullmatch(t.strip()) for t in tags.split(","))
    return {int(f[1]) for f in found if f is not None}


def _meanwhile(found: object) -> Answered:
    there = f"version {found} is there" if found else "nothing was uploaded yet"
    mend = "look at it, export yours anew, and send its ETag as If-Match"
    headers = {"ETag": tag_of(found)} if isinstance(found, int) and found else {}
    return Answered(Trouble("H878", f"{there}, and that is not what the request rests on", mend=mend), 412, headers)


def _examined(viewer: Viewer, candidate: "Candidate") -> "Examined":
    backing = viewer.backing
    if backing.examiner is None:
        raise Answered(Trouble("H879", "this server takes no manifests", mend="upload it to one that `hansa serve` runs"), 503)
    # The mesh is compiled for it, which takes a while and much memory: one after the other.
    with backing.examining:
        return backing.examiner(candidate)


def _refuse(viewer: Viewer, domain: DomainName, examined: "Examined") -> None:
    """Raises a trouble with 409 for what would leave the mesh in pieces, or break its readers."""
    if examined.errors:
        known = _heard(viewer, examined.errors)
        summary = f"this mesh does not hold together with it: {_count(len(examined.errors), 'error')}"
        more = tuple(known[:MOST_TOLD])
        mend = "offer what is read there, or let those who read it change first; a new major leaves the old one to them"
        raise Answered(Trouble("H876", summary + _unsaid(examined.errors, known), (), mend), 409, more=more)
    breaking = [c for c in examined.changes if c.with_impact]
    if breaking:
        known_breaking = [c for c in known_changes(breaking, viewer.sight, domain) if c.breaking]
        summary = f"it breaks who reads {domain}: {_count(len(breaking), 'change')} that somebody has not accepted"
        mend = "let their owners acknowledge it (`hansa acknowledge`), or offer a new major beside the old one"
        more = tuple(_breaks(c) for c in known_breaking[:MOST_TOLD])
        raise Answered(Trouble("H877", summary, (), mend), 409, more=more)


def _heard(viewer: Viewer, troubles: Iterable[Trouble]) -> list[Trouble]:
    """The troubles that name nothing which the viewer may not know of."""
    discretion = viewer.discretion

    def may_hear(trouble: Trouble) -> bool:
        told = " ".join((trouble.summary, trouble.mend, *(f"{p.file} {p.note}" for p in trouble.places)))
        return (not trouble.product or discretion.product(trouble.product)) and discretion.plain(told)

    return [t for t in troubles if may_hear(t)]


def _unsaid(all_: Iterable[Trouble], known: Iterable[Trouble]) -> str:
    hidden = len(tuple(all_)) - len(tuple(known))
    return f", of which {hidden} are about what you may not know of" if hidden else ""


def _breaks(change: MeshChange) -> Trouble:
    readers = [f"{h.name} (owner {h.owner or '–'})" for h in change.consumers if not h.acknowledged]
    who = ", ".join(dict.fromkeys(readers)) or "somebody of whom you may not know"
    place = Place(change.port or change.product, note=change.path)
    return Trouble("H877", f"{change.subject}: {change.change}; read by {who}", (place,), product=change.product)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
