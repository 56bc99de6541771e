"""Domains of other repositories whose teams upload their manifests: entries of `domains` that say `manifest: uploaded`.

Such an entry keeps a domain's name free for its team. Who the team is, is said here and not by what it uploads: else whoever
uploaded first would say who may upload.
"""

from collections.abc import Collection, Iterator
from pathlib import Path

from hansa.declare.declarations import ManifestDeclaration
from hansa.declare.files import Folder
from hansa.declare.kinds import MeshFile
from hansa.declare.manifests import MOST_BYTES, FindUpload
from hansa.declare.reading import Reader
from hansa.model.uploaded import uploaded_at
from hansa.names import is_word
from hansa.trouble import Severity, Trouble, TroubleError, did_you_mean, one_of

UPLOADED = "uploaded"
_At = tuple[str | int, ...]


def read_uploads(
    folder: Folder, said: MeshFile, reader: Reader, teams: Collection[str], find: FindUpload | None
) -> tuple[ManifestDeclaration, ...]:
    """The newest upload of each domain that waits for uploads, without a text where there is none; troubles go to the reader.

    `find` looks one up, given the mesh's ledger; without it every one of them is a trouble.
    """
    found: dict[str, ManifestDeclaration] = {}
    for at, entry in _entries(said, reader):
        domain, owner = entry.get("domain"), entry.get("owner")
        if not (isinstance(domain, str) and is_word(domain) and isinstance(owner, str) and owner):
            mend = "write `{manifest: uploaded, domain: people, owner: people_team}`, with the team that uploads"
            reader.trouble("H170", "a manifest that is uploaded needs the name of its domain, and the owner", at, mend)
        elif domain in found:
            mend = "keep one of the entries"
            reader.trouble("H171", f"domain `{domain}` waits for uploads twice", (*at, "domain"), mend)
        else:
            _check_owner(owner, teams, reader, (*at, "owner"))
            found[domain] = _read(folder, said.ledger, reader, at, (domain, owner), find)
    return tuple(found.values())


def _entries(said: MeshFile, reader: Reader) -> Iterator[tuple[_At, dict[str, object]]]:
    """The entries that wait for uploads. What is said of uploads in any other entry would be passed over, and is told."""
    for number, entry in enumerate(said.domains or ()):
        at: _At = ("domains", number)
        if not isinstance(entry, dict):
            continue
        if entry.get("manifest") == UPLOADED:
            yield at, entry
            continue
        for key in ("domain", "owner"):
            if key in entry:
                mend = "leave it out, or write `manifest: uploaded` for a domain whose team uploads its manifest"
                reader.trouble("H172", f"`{key}` is for manifests that are uploaded", (*at, key), mend)


def _check_owner(owner: str, teams: Collection[str], reader: Reader, at: _At) -> None:
    if teams and owner not in teams:
        summary = f"the manifest is to be uploaded by {reader.shown(at)}, which is no declared team"
        reader.trouble("H230", summary, at, did_you_mean(owner, teams) or f"known teams: {one_of(teams)}", Severity.WARNING)


def _read(
    folder: Folder, ledger: str, reader: Reader, at: _At, whose: tuple[str, str], find: FindUpload | None
) -> ManifestDeclaration:
    domain, owner = whose
    place = reader.document.place((*at, "manifest"))
    nothing = ManifestDeclaration(uploaded_at(0), None, place, domain=domain, owner=owner)
    if find is None:
        mend = "name a file instead"
        reader.troubles.append(Trouble("H164", f"uploads of domain `{domain}` are not looked up here", (place,), mend))
        return nothing
    try:
        upload = find(ledger, domain)
    except TroubleError as error:
        reader.troubles += [Trouble(t.code, t.summary, (place,), t.mend, t.severity) for t in error.troubles]
        return nothing
    if upload is None:
        summary = f"no manifest of domain `{domain}` was uploaded to the ledger of this mesh"
        mend = "its team uploads one with `hansa export manifest --to URL`, to the server of this mesh"
        reader.troubles.append(Trouble("H173", summary, (place,), mend, Severity.WARNING))
        return nothing
    file, version = Path(upload.file), upload.version
    text, unreadable = folder.text(file, MOST_BYTES)
    reader.troubles += unreadable
    return ManifestDeclaration(uploaded_at(version), text, place, file, domain=domain, owner=owner, version=version)
