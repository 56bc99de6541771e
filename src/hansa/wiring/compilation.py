"""The mesh of a folder, compiled: as an earlier command kept it, or with what changed compiled again, or all of it."""

import datetime as dt
import gc
import os
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from hansa.beside import forked, left_behind
from hansa.cache import (
    Kept,
    Recalled,
    Said,
    Settings,
    await_claim,
    claim,
    keep,
    keep_again,
    keep_said,
    next_tick,
    recall,
    recall_answers,
    recall_verdicts,
    state,
)
from hansa.model import Compiled, Platform, PolicyLevel, Schema
from hansa.trouble import Trouble, TroubleError
from hansa.wiring.ledgers import Manifests

if TYPE_CHECKING:
    from hansa.declare import Declarations
    from hansa.governance.keeping import Kept as KnownAnswers

WORTH_LEAVING = 100  # products from which on a mesh is kept by a process that is left behind

Describe = Callable[[Platform, str, Mapping[str, Schema]], Schema]


class Compilation:
    """The declarations of a folder and the mesh that they come to, each made on first use; `keep` what is worth it at the end."""

    def __init__(
        self,
        root: Path,
        environ: Mapping[str, str],
        cache: Path,
        manifests: Manifests,
        describe: Describe,
        today: Callable[[], dt.date],
    ) -> None:
        """`cache` is the folder of kept meshes, `describe` the type-checker of all platforms, `today` may raise TroubleError."""
        self._root, self._environ = root, environ
        self._manifests, self._describe, self._today = manifests, describe, today
        self._cache_file, self._verdicts_file = cache / "mesh", cache / "verdicts"
        self._declarations: Declarations | None = None
        self._to_keep: tuple[Callable[[], str], int] | None = None
        self._said: Said | None = None
        self._began = 0

    @property
    def declarations(self) -> "Declarations":
        if self._declarations is None:
            from hansa.declare import load

            self._declarations = self._read(load)
        return self._declarations

    def _read(self, load: "Callable[..., Declarations]") -> "Declarations":
        self._began = next_tick()
        gc.disable()  # nothing of it is garbage, and a large mesh has millions of values to look through
        try:
            return load(self._root, self._environ, self._manifests.fetch, forked, self._manifests.find_upload)
        finally:
            gc.enable()

    @property
    def was_read(self) -> bool:
        """Whether all files were read for it: not so where an earlier command's mesh was used."""
        return self._declarations is not None

    @cached_property
    def compiled(self) -> Compiled:
        """The mesh: as it was kept by an earlier command while nothing that it is made of changed, else compiled."""
        if self.kept is not None and not self.kept.changed:
            return self.kept.kept.compiled
        return self._compiled_again() or self._compiled_anew()

    def compiled_with(self, domain: str, document: Path) -> Compiled:
        """The mesh as it would be with another manifest of a domain that is uploaded, at version 0. Nothing of it is kept."""
        from hansa.compile import compile as compile_mesh
        from hansa.declare import load
        from hansa.declare.manifests import FoundUpload

        def find(ledger: str, of: str) -> FoundUpload | None:
            return FoundUpload(document, 0) if of == domain else self._manifests.find_upload(ledger, of)

        declarations = load(self._root, self._environ, self._manifests.fetch, find_upload=find)
        return compile_mesh(declarations, self._describe, self._today())

    def _compiled_anew(self) -> Compiled:
        from hansa.compile import compile as compile_mesh
        from hansa.compile import with_meaning
        from hansa.declare import load

        declarations = self._declarations or self._read(partial(load, along=with_meaning))
        self._declarations = declarations
        # Everything read so far lives to the end: looking through it for garbage, again and again, would be most of a large
        # mesh's time, and would copy its pages in the second process.
        gc.freeze()
        compiled = compile_mesh(declarations, self._describe, self._today(), forked)
        if compiled.valid:
            kept = Kept(compiled, self.settings)
            before = state(str(self._root))
            keeping = partial(keep, self._cache_file, kept, declarations, self._environ, self._today(), self._began, before)
            self._to_keep = (keeping, len(compiled.mesh.products))
        return compiled

    def _compiled_again(self) -> Compiled | None:
        """The mesh with the few products compiled that changed since it was kept; None when all of it has to be compiled."""
        recalled = self.kept
        if recalled is None or not recalled.changed:
            return None
        from hansa.compile import compile_again
        from hansa.declare import load_products

        if not gc.isenabled():  # by who waits for the mesh and has nothing else to do
            gc.freeze()
            gc.enable()
        before, began = recalled.kept.compiled, next_tick()
        load = partial(load_products, self._root, self._environ)
        compiled = compile_again(before, recalled.changed, load, self._describe, self._today())
        if compiled is not None and compiled.valid:
            kept = Kept(compiled, recalled.kept.settings)
            keeping = partial(keep_again, self._cache_file, kept, self._root, recalled, self._environ, self._today(), began)
            self._to_keep = (keeping, len(compiled.mesh.products))
        return compiled

    def verdicts(self, ask: "Callable[[KnownAnswers], Said]") -> tuple[Trouble, ...]:
        """What policies say today of the declared mesh: as it was kept while the mesh is a kept one, else by asking them what is
        not known of it.
        """
        kept = self.kept
        unchanged = kept is not None and not kept.changed
        if kept is not None and unchanged:
            found = recall_verdicts(self._verdicts_file, kept.index, self._today())
            if found is not None:
                return found
        self._said = ask(self._still_known())
        if kept is not None and unchanged:
            keep_said(self._verdicts_file, kept.index, self._today(), self._said)
        return self._said.troubles

    def _still_known(self) -> "KnownAnswers":
        """The answers about the mesh as it was kept that an edit left as they are."""
        mesh = self.compiled.mesh
        declared = any(p.level is not PolicyLevel.BUILT_IN for p in mesh.governance.policies)
        if self.kept is None or self.was_read or not declared:
            return {}
        from hansa.governance.keeping import still_holding

        answers = recall_answers(self._verdicts_file, self.kept.index, self._today())
        return still_holding(answers, self.kept.kept.compiled.mesh, mesh, self._today())

    @cached_property
    def settings(self) -> Settings:
        """What hansa.yaml says of ledger, warehouse and platforms."""
        if self.kept is not None:
            return self.kept.kept.settings
        mesh = self.declarations.mesh
        platforms = tuple(Platform(p.name, p.engine, p.options, p.place) for p in mesh.platforms)
        remote = tuple(m.url for m in self.declarations.manifests if m.url)
        uploads = tuple((m.domain, m.version) for m in self.declarations.manifests if m.domain)
        return Settings(mesh.ledger, mesh.warehouse, platforms, remote, mesh.oidc, uploads, self._outside())

    def _outside(self) -> tuple[str, ...]:
        """What lies beside the mesh's folder and is read: governance, domains, and manifests that `domains` names by file."""
        declared = self.declarations
        governance = declared.governance.folder if declared.governance is not None else "governance"
        folders = {Path(os.path.normpath(self._root / folder)) for folder in (governance, *(d.folder for d in declared.domains))}
        files = {m.file for m in declared.manifests if m.file is not None and not m.url and not m.domain}
        return tuple(sorted(str(place) for place in folders | files if not place.is_relative_to(self._root)))

    @cached_property
    def kept(self) -> Recalled | None:
        """The mesh that an earlier command kept, if nothing changed but files of products."""
        await_claim(self._cache_file)
        recalled = recall(self._cache_file, self._environ, self._today())
        if recalled is not None and not self._has_uploads_of(recalled.kept.settings):
            return None
        if recalled is None or not recalled.kept.settings.manifests:
            return recalled
        try:
            told = any(self._manifests.fetch(url).troubles for url in recalled.kept.settings.manifests)
        except TroubleError:
            told = True
        # What there is to tell about a manifest is told where it is compiled.
        return None if told else recall(self._cache_file, self._environ, self._today())

    def _has_uploads_of(self, settings: Settings) -> bool:
        """Whether a mesh was compiled from the newest uploads. Where nobody can tell, compiling it says why."""
        if not settings.uploads:
            return True
        try:
            newest = self._manifests.uploads(settings.ledger)
        except TroubleError:
            return False
        return all(version == (newest[domain].version if domain in newest else 0) for domain, version in settings.uploads)

    def keep(self) -> None:
        """Keep for later commands what this one compiled; a large mesh by a process left behind, for which the next one waits."""
        if self._to_keep is None:
            return
        keeping, products = self._to_keep
        self._to_keep = None

        def work() -> None:
            # What policies said is kept only beside the mesh that they said it of.
            index = keeping()
            if index and self._said is not None:
                keep_said(self._verdicts_file, index, self._today(), self._said)

        if products < WORTH_LEAVING:
            work()
            return
        claimed = claim(self._cache_file)
        left_behind(work, holding=claimed)
        if claimed is not None:
            os.close(claimed)
