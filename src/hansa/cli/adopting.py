"""`policy adopt`: rules to begin with, copied into the mesh."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import JsonOption, MeshOption
from hansa.cli.output import table, write, write_json
from hansa.trouble import Place, Trouble, TroubleError, did_you_mean, one_of

if TYPE_CHECKING:
    from hansa.wiring import Workplace


def adopt(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Policies of the starter pack.", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All policies of the pack.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="Only list the pack.")] = False,
    mode: Annotated[str, typer.Option("--mode", help="report: tell who breaks it; enforce: refuse them.")] = "report",
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Adopt policies of the starter pack.

    Each is copied into the mesh's governance folder and is yours from then on: change it as you like.

    Example: hansa policy adopt owner-present personal-data-masked --mode enforce
    """
    from hansa.declare.files import Folder
    from hansa.governance.starter import adopted_text, starter_pack
    from hansa.model import PolicyMode
    from hansa.wiring import Workplace

    pack = {p.id: p for p in starter_pack()}
    if listed:
        rows = [(p.id, p.group, p.severity, p.title) for p in pack.values()]
        head = ("policy", "group", "severity", "title")
        write_json({"policies": [dict(zip(head, r, strict=True)) for r in rows]}) if json else write(table(head, rows))
        return
    wanted = list(pack) if everything else list(dict.fromkeys(ids or ()))
    _refuse_unknown(wanted, list(pack), mode)
    with Workplace.open(mesh) as workplace:
        folder = workplace.root / governance_of(workplace.root) / "policies"
        named = Folder(workplace.root).name
        there = _there(workplace, {i: named(folder / pack[i].file) for i in wanted})
        if everything and not force:
            wanted = [i for i in wanted if i not in there]
        _refuse_taken([there[i] for i in wanted if i in there and not (force and there[i] == named(folder / pack[i].file))])
        files = {folder / pack[i].file: adopted_text(pack[i], PolicyMode(mode)) for i in wanted}
        names = [named(file) for file in files]
        _write(files)
    if json:
        write_json({"created": names})
        return
    for name in names:
        write(name)
    left = f", there already: {len(there)}" if everything and not force and there else ""
    write(f"adopted: {len(names)}{left}; next: hansa check")


def _write(files: dict[Path, str]) -> None:
    from hansa.scaffold import put

    for file, text in files.items():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            put(file, text)
        except OSError as error:
            summary = f"{file} cannot be written: {error.strerror or type(error).__name__}"
            mend = "make room, or give your user the right to write there; with --force it can be tried again"
            raise TroubleError(Trouble("H939", summary, (Place(str(file)),), mend)) from None


def _there(workplace: "Workplace", files: dict[str, str]) -> dict[str, str]:
    """The files that have one of the policies already, by its id, whatever they are called: two of one id would stop the mesh."""
    there = {i: file for i, file in files.items() if (workplace.root / file).exists()}
    policies = (p for p in workplace.compiled.mesh.governance.policies if p.level == "global" and p.id in files)
    return there | {p.id: p.place.file for p in policies if p.place is not None}


def _refuse_taken(files: list[str]) -> None:
    if files:
        summary = f"{files[0]} exists already; nothing was written"
        mend = "leave it out, or replace it with --force"
        raise TroubleError(Trouble("H910", summary, tuple(Place(f) for f in files), mend))


def governance_of(root: Path) -> str:
    """The governance folder that hansa.yaml names."""
    from hansa.declare.files import Folder
    from hansa.declare.kinds import MeshFile, read

    document, troubles = Folder(root).document(root / "hansa.yaml")
    if document is None:
        raise TroubleError(*troubles)
    return read(MeshFile, document, os.environ)[0].governance


def _refuse_unknown(wanted: list[str], known: list[str], mode: str) -> None:
    unknown = next((w for w in wanted if w not in known), None)
    if unknown is not None:
        mend = did_you_mean(unknown, known) or "`hansa policy adopt --list` lists them"
        raise TroubleError(Trouble("H925", f"the starter pack has no policy `{unknown}`", mend=mend))
    if not wanted:
        raise TroubleError(Trouble("H907", "no policy is named", mend="name some, or all with --all; --list lists them"))
    if mode not in ("report", "enforce"):
        raise TroubleError(Trouble("H907", f"a policy has no mode `{mode}`", mend=f"modes: {one_of(('report', 'enforce'))}"))
