"""The ledger of a mesh, opened when somebody looks, and the manifests of other repositories, some of which are kept in it."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hansa.declare.manifests import Fetched, FoundUpload
    from hansa.ledger import Ledger
    from hansa.model.uploaded import UploadedManifest


class Ledgers:
    """Ledgers by their addresses. While declarations are read, before there are settings, uploads are in one of them."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._opened: dict[str, Ledger] = {}

    def at(self, url: str) -> "Ledger":
        """The ledger at an address, opened once. Raises TroubleError."""
        if url not in self._opened:
            from hansa.ledger.opening import open_ledger

            self._opened[url] = open_ledger(url, self._root)
        return self._opened[url]

    def is_begun(self, url: str) -> bool:
        """Whether there is anything in it. One that was never begun is not begun by asking."""
        from hansa.ledger.opening import is_begun

        return url in self._opened or is_begun(url, self._root)

    def close(self) -> None:
        for ledger in self._opened.values():
            ledger.close()


class Manifests:
    """What other repositories say of their domains, as `declare.load` wants it."""

    def __init__(self, kept: Path, ledgers: Ledgers) -> None:
        """`kept` is the folder of their last copies."""
        self._kept, self._ledgers = kept, ledgers

    def fetch(self, url: str) -> "Fetched":
        """A manifest behind a URL. Raises TroubleError."""
        from hansa.declare.manifests import Fetched
        from hansa.sources.manifests import RemoteManifests

        kept = RemoteManifests(self._kept).fetch(url)
        return Fetched(kept.file, kept.troubles)

    def find_upload(self, ledger: str, domain: str) -> "FoundUpload | None":
        """The newest upload of a domain; None while there is none. Raises TroubleError."""
        from hansa.declare.manifests import FoundUpload
        from hansa.sources.manifests import keep_upload

        newest = self.uploads(ledger).get(domain)
        if newest is None:
            return None
        text = partial(self._ledgers.at(ledger).manifest_text, newest.domain, newest.version)
        return FoundUpload(keep_upload(self._kept, domain, newest.digest, text), newest.version)

    def uploads(self, ledger: str) -> "Mapping[str, UploadedManifest]":
        """The newest uploads by domain. Raises TroubleError."""
        if not self._ledgers.is_begun(ledger):
            return {}
        return {str(m.domain): m for m in self._ledgers.at(ledger).manifests()}
