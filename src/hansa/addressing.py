"""The address of a server, as people name it to a command."""

from urllib.parse import urlsplit

from hansa.trouble import Trouble, TroubleError


def checked_url(url: str, doing: str) -> str:
    """The address without a slash at its end. `doing` says what it is for. Raises TroubleError H953."""
    try:
        at = urlsplit(url)
        host = (at.hostname or "").encode("idna")
        good = at.scheme in ("http", "https") and bool(host) and (at.port is None or at.port > 0)
        # Paths are put behind it, so that it has none of what stands behind a path, nor what no path may hold.
        good = good and not set("?#") & set(url) and at.path.isascii() and url.isprintable() and " " not in url
    except ValueError:  # a UnicodeError among them
        good = False
    if not good:
        mend = "name it as https://mesh.example.org; `hansa serve` prints its own"
        raise TroubleError(Trouble("H953", f"there is no address of a server to {doing}", mend=mend))
    return url.rstrip("/")
