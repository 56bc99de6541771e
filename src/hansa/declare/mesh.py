"""Reads a mesh folder: `hansa.yaml`, its governance files, its domains and their products. The entrance of `declare`."""

import glob
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from hansa.beside import Beside, here, pieces
from hansa.declare.declarations import (
    Declarations,
    DomainDeclaration,
    MeshDeclaration,
    PlatformDeclaration,
    TeamDeclaration,
)
from hansa.declare.document import Document
from hansa.declare.domain import Along, DomainFolder, as_it_is
from hansa.declare.files import Folder, entries, is_folder
from hansa.declare.governance import read_governance
from hansa.declare.identity import check_accounts, check_oidc_teams, read_oidc, read_services
from hansa.declare.kinds import DEFAULT_DOMAINS, DomainEntry, MeshFile, TeamsFile, read
from hansa.declare.manifests import Fetch, FindUpload, ManifestReader, is_manifest
from hansa.declare.platforms import embedded, read_platforms
from hansa.declare.reading import Reader
from hansa.declare.shape import Kind
from hansa.declare.uploads import UPLOADED, read_uploads
from hansa.frozen import dataclass
from hansa.model import ServiceAccount
from hansa.names import is_word, word_like
from hansa.trouble import Place, Trouble, did_you_mean, in_order, one_of

MESH_FILE = "hansa.yaml"
MOST_PATTERN = 1_000
MOST_STEPS = 32
WORTHWHILE = 60
"""Products from which a second process wins more than it costs."""


_ReadDomain = tuple[str, DomainDeclaration | None, list[Trouble]]
"""The platform that the mesh gives a domain, the domain, and its troubles."""


def load(
    root: Path,
    environ: Mapping[str, str],
    fetch: Fetch | None = None,
    beside: Beside = here,
    find_upload: FindUpload | None = None,
    along: Along = as_it_is,
) -> Declarations:
    """Everything that people wrote below a mesh folder, with all troubles. Reads files, changes and runs nothing.

    `fetch` brings the manifests that `domains` names by URL, and `find_upload` those that are uploaded; without them they are a
    trouble. `beside` may read half of a large mesh in a second process. `along` makes of each product what is kept of it, where
    it was read.
    """
    root = Path(os.path.abspath(root))  # noqa: PTH100 - links keep the names that people typed
    folder = Folder(root)
    troubles: list[Trouble] = []
    document, unreadable = folder.document(root / MESH_FILE)
    if document is None:
        document = Document(MESH_FILE, {})
        troubles += _no_mesh(root) if not os.path.lexists(root / MESH_FILE) else unreadable
        said = MeshFile(name=root.name)
        mesh = _mesh(said, (embedded(document),), document)
        return Declarations(root, mesh, (), (), in_order(troubles))
    said, reader = read(MeshFile, document, environ)
    troubles += unreadable
    mesh = _mesh(said, read_platforms(said, reader), document)
    _check_mesh(mesh, said, reader)
    folders = [DomainFolder(folder, p, environ, on, along=along) for p, on in _domain_folders(folder, said, mesh, reader)]
    domains = _domains(folders, mesh, reader, beside)
    people = _people(folder, said, troubles, environ)
    oidc = read_oidc(said.identity, reader)
    check_oidc_teams(oidc, [t.name for t in people.teams], reader)
    mesh = replace(mesh, oidc=oidc)
    uploads = read_uploads(folder, said, reader, [t.name for t in people.teams], find_upload)
    troubles += reader.troubles
    governance = read_governance(folder, said.governance, domains, troubles)
    manifests = ManifestReader(folder, fetch)
    named = tuple(manifests.read(*entry) for entry in _manifests(said, reader))
    troubles += manifests.troubles
    found = (people.services, people.administrators)
    return Declarations(root, mesh, domains, people.teams, in_order(troubles), governance, (*named, *uploads), *found)


def load_products(root: Path, environ: Mapping[str, str], folders: Collection[str]) -> Declarations:
    """Only some product folders of a mesh that was loaded before, and what stands around them: the mesh's file and teams, and the
    files of their domains. `folders` are relative to the root. Neither governance nor manifests are read.
    """
    root = Path(os.path.abspath(root))  # noqa: PTH100 - links keep the names that people typed
    folder = Folder(root)
    document, unreadable = folder.document(root / MESH_FILE)
    troubles = list(unreadable)
    said, reader = read(MeshFile, document or Document(MESH_FILE, {}), environ)
    mesh = _mesh(said, read_platforms(said, reader), reader.document)
    wanted = sorted(Path(os.path.normpath(root / name)) for name in folders)
    found = []
    for path, platform in _domain_folders(folder, said, mesh, reader):
        only = tuple(each for each in wanted if each.is_relative_to(path))
        if only:
            domain = DomainFolder(folder, path, environ, platform, only)
            declared = domain.declaration()
            reader.troubles += domain.troubles
            found += [_on_platform(declared, mesh, reader, platform)] if declared is not None else []
    teams = _people(folder, said, troubles, environ).teams
    return Declarations(root, mesh, tuple(sorted(found, key=lambda d: d.name)), teams, in_order((*troubles, *reader.troubles)))


def _no_mesh(root: Path) -> list[Trouble]:
    mend = "run `hansa init DIR` to begin a mesh, or name its folder with `--mesh`"
    return [Trouble("H150", f"no {MESH_FILE} is in {root.name or root}", (Place(MESH_FILE),), mend)]


def _mesh(said: MeshFile, platforms: tuple[PlatformDeclaration, ...], document: Document) -> MeshDeclaration:
    return MeshDeclaration(
        document=document,
        name=said.name,
        title=said.title,
        description=said.description,
        ledger=said.ledger,
        warehouse=said.warehouse,
        platforms=platforms,
        platform=said.platform or platforms[0].name,
    )


def _check_mesh(mesh: MeshDeclaration, said: MeshFile, reader: Reader) -> None:
    if said.name and not is_word(said.name):
        summary = f"{reader.shown(('name',))} cannot name a mesh: lower-case letters, digits and underscores, a letter first"
        hint = word_like(said.name)
        reader.trouble("H154", summary, ("name",), f"call it `{hint}` and keep the words as its `title`" if hint else "")
    if said.platform:
        _check_platform(said.platform, mesh, reader, ("platform",))


def _check_platform(name: str, mesh: MeshDeclaration, reader: Reader, path: tuple[str | int, ...]) -> None:
    known = [platform.name for platform in mesh.platforms]
    if name not in known:
        mend = did_you_mean(name, known) or f"known: {one_of(known)}; add it to `platforms`"
        reader.trouble("H155", f"no platform is called {reader.shown(path)}", path, mend)


def _domains(folders: list[DomainFolder], mesh: MeshDeclaration, reader: Reader, beside: Beside) -> tuple[DomainDeclaration, ...]:
    found: dict[str, DomainDeclaration] = {}
    for platform, domain, troubles in _read_domains(folders, beside):
        reader.troubles += troubles
        if domain is None:
            continue
        if domain.name in found:
            places = tuple(d.document.place(("name",), d.folder) for d in (found[domain.name], domain))
            mend = "rename one, or take one out of `domains`; the first is used"
            reader.trouble("H152", f"two domains are called `{domain.name}`", places, mend)
            continue
        found[domain.name] = _on_platform(domain, mesh, reader, platform)
    return tuple(found[name] for name in sorted(found))


def _read_domains(folders: list[DomainFolder], beside: Beside) -> list[_ReadDomain]:
    """Every domain folder in its order; of a large mesh some of them in a second process, the largest first."""
    sizes = [_products_in(f.path) for f in folders]
    if sum(sizes) < WORTHWHILE:
        return [_read_domain(f) for f in folders]
    parts = pieces(sorted(range(len(folders)), key=lambda n: -sizes[n]))
    found: dict[int, _ReadDomain] = {}
    for number, domains in beside(parts, lambda part: [_read_domain(folders[n]) for n in part]):
        found.update(zip(parts[number], domains, strict=True))
    return [found[n] for n in range(len(folders))]


def _read_domain(folder: DomainFolder) -> _ReadDomain:
    domain = folder.declaration()
    return folder.platform, domain, folder.troubles


def _products_in(folder: Path) -> int:
    """About how many products a domain has: the folders in it."""
    try:
        return sum(is_folder(entry, broken=False) for entry in entries(folder))
    except OSError:
        return 0


def _on_platform(domain: DomainDeclaration, mesh: MeshDeclaration, reader: Reader, from_mesh: str) -> DomainDeclaration:
    """The domain with the platform that holds for it; an unknown one that it names itself is a trouble."""
    known = [platform.name for platform in mesh.platforms]
    if domain.platform and not from_mesh and domain.platform not in known:
        place = (domain.document.place(("platform",)),)
        mend = did_you_mean(domain.platform, known) or f"known: {one_of(known)}; add it to `platforms` in {MESH_FILE}"
        written = domain.document.written(("platform",)) or ""
        reader.trouble("H155", f"no platform is called `{written[:60]}`", place, mend)
    return replace(domain, platform=domain.platform or mesh.platform)


def _manifests(said: MeshFile, reader: Reader) -> Iterator[tuple[str, str, Place]]:
    """Each manifest that `domains` names by file or URL: its location, the location as written, and where it stands."""
    for number, entry in enumerate(said.domains or ()):
        at: tuple[str | int, ...] = ("domains", number)
        if isinstance(entry, str) and is_manifest(entry):
            yield entry, reader.document.written(at) or entry, reader.document.place(at)
        elif isinstance(entry, dict) and isinstance(named := entry.get("manifest"), str) and named not in ("", UPLOADED):
            where = (*at, "manifest")
            yield named, reader.document.written(where) or named, reader.document.place(where)


def _domain_folders(folder: Folder, said: MeshFile, mesh: MeshDeclaration, reader: Reader) -> list[tuple[Path, str]]:
    """Each domain folder once, sorted, with the platform that the mesh gives it; a later entry overrules an earlier."""
    folders: dict[str, tuple[Path, str]] = {}
    if said.domains is None:
        for path in _matches(folder, DEFAULT_DOMAINS):
            folders[os.path.realpath(path)] = (path, "")
    for number, entry in enumerate(said.domains or ()):
        at: tuple[str | int, ...] = ("domains", number)
        platform = ""
        if isinstance(entry, dict):
            long = reader.record(DomainEntry, entry, at)
            if long is not None and bool(long.path) == bool(long.manifest):
                both = "both a path and a manifest" if long.path else "neither a path nor a manifest"
                reader.trouble("H151", f"an entry of `domains` names {both}", at, "write `path: …` or `manifest: …`")
            entry, at, platform = (long.path, (*at, "path"), long.platform) if long is not None else (None, at, "")
            if platform:
                _check_platform(platform, mesh, reader, ("domains", number, "platform"))
        elif not isinstance(entry, str):
            reader.wrong_type(Kind.TEXT, entry, at, "write a path such as `domains/*`, or `{path: …, platform: …}`")
        if not isinstance(entry, str) or not entry or is_manifest(entry):
            continue
        matched = _matches(folder, entry)
        if not matched and not _has_room(folder, entry):
            summary = f"{reader.shown(at)} matches no folder"
            reader.trouble("H151", summary, at, "make the folder, or mend the path; it is relative to this file")
        for path in matched:
            real = os.path.realpath(path)
            before = folders.get(real, (path, ""))
            folders[real] = (before[0], platform or before[1])
    return sorted(folders.values(), key=lambda pair: folder.name(pair[0]))


def _has_room(folder: Folder, pattern: str) -> bool:
    """Whether a glob such as `domains/*` waits for its first folder: the one that it looks into is there."""
    before, _, last = pattern.rpartition("/")
    return last == "*" and "*" not in before and (folder.root / before).is_dir()


def _matches(folder: Folder, pattern: str) -> list[Path]:
    """Folders that a path or glob names, relative to the root. `**` is not followed: it could lead anywhere."""
    if "\0" in pattern or len(pattern) > MOST_PATTERN or pattern.count("/") > MOST_STEPS:
        return []
    if not glob.has_magic(pattern):
        found = [pattern]
    else:
        found = glob.glob(pattern, root_dir=folder.root)  # noqa: PTH207 - patterns may lead out of the folder
    paths = (Path(os.path.normpath(folder.root / each)) for each in found)
    return sorted(path for path in paths if os.path.isdir(path))  # noqa: PTH112 - `Path` would raise for a name too long


@dataclass(frozen=True, slots=True)
class _People:
    """What `teams.yaml` says."""

    teams: tuple[TeamDeclaration, ...] = ()
    services: tuple[ServiceAccount, ...] = ()
    administrators: tuple[str, ...] = ()


def _people(folder: Folder, said: MeshFile, troubles: list[Trouble], environ: Mapping[str, str]) -> _People:
    path = folder.root / said.governance.replace("\0", "") / "teams.yaml"
    if not os.path.lexists(path):
        return _People()
    document, unreadable = folder.document(path)
    troubles += unreadable
    if document is None:
        return _People()
    teams_file, reader = read(TeamsFile, document, environ)
    reader.once(document.data.get("teams"), "name", ("teams",), code="H160")
    check_accounts(reader)
    services = read_services(teams_file.services, {m for team in teams_file.teams for m in team.members}, reader)
    troubles += reader.troubles
    found: dict[str, TeamDeclaration] = {}
    for team in teams_file.teams:
        place = document.place((*team.at, "name"))
        found.setdefault(team.name, TeamDeclaration(team.name, team.title, team.contact, team.members, place, team.delegates))
    teams = tuple(found[name] for name in sorted(found) if name)
    return _People(teams, services, tuple(sorted(set(teams_file.administrators))))
