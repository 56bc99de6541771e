"""Files behind HTTP(S): downloaded whole into the landing folder, within limits."""

import http.client
import urllib.error
import urllib.request
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from hansa.model import Relation, Schema, Server, Table
from hansa.sources.files import files_relation
from hansa.sources.landing import empty_folder, no_space
from hansa.sources.protocol import SourceFailed, failed
from hansa.sources.support import format_of, is_url, location_of, shown_url

TIMEOUT_SECONDS = 30.0
SIZE_LIMIT = 5 * 1024**3
_CHUNK = 1 << 20


class HttpSource:
    """One file at a URL. A server's option (custom property) `maxBytes` changes the limit of 5 GiB."""

    def __init__(self, server: Server, table: Table, schema: Schema) -> None:
        self._server = server
        self._table = table
        self._schema = schema
        self._url = location_of(server)
        limit = server.option("maxBytes")
        self._limit = int(limit) if limit.isdecimal() else SIZE_LIMIT

    def version(self) -> str | None:
        """By HEAD: an entity tag, or a date with a length. A server that gives neither cannot tell; one that is gone fails."""
        try:
            with self._open("HEAD") as answer:
                tag, date, length = (answer.headers.get(h, "") for h in ("ETag", "Last-Modified", "Content-Length"))
        except SourceFailed as refused:
            if refused.troubles[0].code == "H508":
                return None  # not every server answers HEAD; reading the file will tell what is wrong
            raise
        return f"http {tag} {date} {length}" if tag or date else None

    def size(self) -> int | None:
        return None

    def describe(self) -> Schema | None:
        return None

    def relation(self, landing: Path) -> Relation:
        empty_folder(self._server, landing)
        file = landing / _file_name(self._url, format_of(self._server))
        with self._open("GET") as answer:
            self._save(answer, file)
        return files_relation(self._server, self._table, self._schema, (file,))

    def _save(self, answer: Any, file: Path) -> None:
        expected = answer.headers.get("Content-Length", "")
        if expected.isdecimal() and int(expected) > self._limit:
            raise self._too_large()
        size = 0
        try:
            with file.open("wb") as out:
                while chunk := self._read(answer):
                    size += len(chunk)
                    if size > self._limit:
                        raise self._too_large()
                    out.write(chunk)
        except OSError as error:
            raise no_space(self._server, file.parent, error) from None
        if expected.isdecimal() and size < int(expected):
            raise failed("H502", f"{self._shown()} broke off after {size} of {expected} bytes", self._server, "run again")

    def _read(self, answer: Any) -> bytes:
        try:
            return bytes(answer.read(_CHUNK))
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(f"it broke off: {error}") from None

    def _open(self, method: str) -> Any:
        opener = urllib.request.build_opener(OnlyWeb)
        request = urllib.request.Request(self._url, method=method, headers={"User-Agent": "hansa", "Accept-Encoding": "identity"})
        try:
            return opener.open(request, timeout=TIMEOUT_SECONDS)
        except urllib.error.HTTPError as error:
            error.close()
            mend = "open the address yourself; it must give the file without a login"
            # The reason of a redirect holds the other address, which may be signed.
            reason = "and redirects to what is not followed" if 300 <= error.code < 400 else error.reason
            raise failed("H508", f"{self._shown()} answers {error.code} {reason}", self._server, mend) from None
        except (urllib.error.URLError, OSError, http.client.HTTPException, ValueError) as error:
            raise self._unreachable(str(getattr(error, "reason", error))) from None

    def _unreachable(self, reason: str) -> SourceFailed:
        return failed(
            "H503",
            f"{self._shown()} cannot be reached: {reason}",
            self._server,
            "check the address and the network, then run again",
        )

    def _too_large(self) -> SourceFailed:
        mend = "raise the server's custom property `maxBytes`, or land the file beside the mesh"
        return failed("H508", f"{self._shown()} is larger than {self._limit} bytes", self._server, mend)

    def _shown(self) -> str:
        return shown_url(self._url)


class OnlyWeb(urllib.request.HTTPRedirectHandler):
    """Follows redirects to HTTP and HTTPS only: never to a file, and never from HTTPS down to HTTP."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        if not is_url(newurl) or (req.full_url.lower().startswith("https:") and not newurl.lower().startswith("https:")):
            raise urllib.error.URLError(f"it redirects to {urlsplit(newurl).scheme or 'elsewhere'}, which is not followed")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _file_name(url: str, form: str) -> str:
    name = PurePosixPath(unquote(urlsplit(url).path)).name
    safe = "".join(c if c.isalnum() or c in "._-" else "_" for c in name).lstrip(".")
    return safe or f"file.{form}"
