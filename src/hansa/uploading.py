"""A manifest that somebody wants to upload, looked through before it is accepted.

Once accepted, a mesh compiles from it like from its own files, and what is wrong with it would hold up people who cannot mend it.
So it is read more strictly than one that `domains` names by file: it is just as it was exported, it is of its one domain, and
it takes nobody's name. Then the mesh is compiled with it, and those who read what it changes are found.
"""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hansa.declare import Document
from hansa.declare.files import parse
from hansa.frozen import dataclass
from hansa.model import Mesh, MeshChange
from hansa.model.document import Unreadable
from hansa.model.manifest import Manifest, from_text, to_text
from hansa.names import DomainName
from hansa.plan.manifests import ManifestVersions, changes_of_manifest
from hansa.trouble import Place, Trouble, TroubleError
from hansa.wiring import Workplace

FILE = "manifest.json"
"""How the document is called in places."""
_SEARCHED = 500_000
"""Characters of a document in which the place of a key is looked for: that takes far longer than to read it."""
_Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document for a domain that waits for it; `before` is the newest one that was accepted, empty for none."""

    domain: DomainName
    owner: str
    text: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Examined:
    """What is to be accepted or refused: the document in its one form, what it changes, and the errors the mesh would get."""

    manifest: Manifest
    document: str
    changes: tuple[MeshChange, ...]
    errors: tuple[Trouble, ...] = ()


def examined(workplace: Workplace, candidate: Candidate) -> Examined:
    """Look a document through. Raises TroubleError for one that is not to be trusted, whatever the mesh would make of it."""
    base = workplace.compiled
    manifest, document = read_candidate(candidate, base.mesh)
    with tempfile.TemporaryDirectory(prefix="hansa-upload-") as folder:
        file = Path(folder) / FILE
        file.write_text(document, encoding="utf-8")
        compiled = workplace.compilation.compiled_with(str(candidate.domain), file)
    known = {t for t in base.troubles if t.is_error}
    errors = tuple(t for t in compiled.troubles if t.is_error and t not in known)
    before = from_text(candidate.before, "").domains[0].products if candidate.before else ()
    versions = ManifestVersions(candidate.domain, before, manifest.domains[0].products)
    reads, grants = workplace.lately_read(), workplace.holding_grants()
    return Examined(manifest, document, changes_of_manifest(versions, compiled.mesh, base.mesh, grants, reads), errors)


def read_candidate(candidate: Candidate, mesh: Mesh) -> tuple[Manifest, str]:
    """What a document says, and its text as it would have been exported. Raises TroubleError."""
    try:
        manifest = from_text(candidate.text, "")
        document = to_text(manifest)
        document.encode()
        said, understood = json.loads(candidate.text), json.loads(document)
        # Two that differ have other digests, which says nothing of where.
        surplus = next(_differences({**said, "digest": ""}, {**understood, "digest": ""}, ()), None)
    except Unreadable as reason:
        raise _untrusted(str(reason)) from None
    except RecursionError:
        raise _untrusted("it is nested too deeply") from None
    except UnicodeEncodeError:
        raise _untrusted("it holds half of a character") from None
    if surplus is not None:
        raise _not_as_exported(candidate.text, surplus)
    names = [str(d.name) for d in manifest.domains]
    if names != [str(candidate.domain)]:
        place = Place(FILE, note=f"brings {', '.join(names[:5])}"[:200])
        mend = f"export that domain alone: `hansa export manifest {candidate.domain}`"
        raise TroubleError(Trouble("H874", f"the manifest is not of {candidate.domain} alone", (place,), mend))
    _refuse_names_of_others(candidate, manifest, mesh)
    return manifest, document


def _untrusted(reason: str) -> TroubleError:
    mend = "export it again with `hansa export manifest`, with a Hansa no newer than the server's, and send it unchanged"
    return TroubleError(Trouble("H283", f"the manifest is not taken: {reason}", (Place(FILE),), mend))


def _differences(said: Any, understood: Any, at: _Path) -> Iterator[_Path]:
    """Where a document says something else than what was understood of it: what nobody read may be what somebody meant."""
    if isinstance(said, dict) and isinstance(understood, dict):
        for key in dict.fromkeys((*said, *understood)):
            if key not in understood or key not in said:
                yield (*at, key)
            else:
                yield from _differences(said[key], understood[key], (*at, key))
    elif isinstance(said, list) and isinstance(understood, list) and len(said) == len(understood):
        for number, (one, other) in enumerate(zip(said, understood, strict=True)):
            yield from _differences(one, other, (*at, number))
    elif said != understood or ("\0" in said if isinstance(said, str) else False):
        yield at


def _not_as_exported(text: str, at: _Path) -> TroubleError:
    where = "".join(f"[{step}]" if isinstance(step, int) else f".{step[:60]}" for step in at).lstrip(".")
    mend = "upgrade the server when the manifest comes from a newer Hansa; else send what was exported, unchanged"
    return TroubleError(Trouble("H873", f"the manifest says what is not understood here: `{where}`", (_place(text, at),), mend))


def _place(text: str, at: _Path) -> Place:
    document: Document | None = parse(FILE, text)[0] if len(text) <= _SEARCHED else None
    return document.place_of_key(at) if document is not None else Place(FILE)


def _refuse_names_of_others(candidate: Candidate, manifest: Manifest, mesh: Mesh) -> None:
    """Who owns a product answers for it in this mesh, and a team is told from a person by where its name stands.

    So what is uploaded may neither make a team of somebody who is a person here, nor a person of a name that owns something here.
    """
    teams = {t.name for t in mesh.teams} | {candidate.owner}
    people = {n for t in mesh.teams for n in (*t.members, *t.delegates)} | {
        *mesh.administrators,
        *(s.name for s in mesh.services),
    }
    elsewhere = [d for d in mesh.domains if d.name != candidate.domain]
    owners = {d.owner for d in elsewhere} | {p.owner for d in elsewhere for p in d.products}
    unexplained = (owners | {c.owner for c in mesh.governance.consumers}) - teams - people
    for product in manifest.domains[0].products:
        team = product.team
        if team is None:
            continue
        taken = sorted(({team.name} & people - teams) | ({*team.members, *team.delegates} & unexplained))
        if taken:
            summary = f"{product.address} says of `{taken[0][:60]}` what is not so in this mesh"
            mend = "name the product's owner and its people as `governance/teams.yaml` of this mesh does"
            raise TroubleError(Trouble("H875", summary, (Place(FILE, note=str(product.address)),), mend))
