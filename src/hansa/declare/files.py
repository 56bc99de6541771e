"""Files of a mesh folder, read without trust: regular files only, bounded in size, UTF-8 or a trouble."""

import codecs
import errno
import os
import stat
from pathlib import Path

from hansa.declare.document import Document
from hansa.declare.lines import read_lines
from hansa.declare.yaml import MOST_BYTES, Marks, Refused
from hansa.frozen import dataclass
from hansa.trouble import Place, Severity, Trouble

MOST_MODEL_BYTES = 1_000_000
_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Folder:
    """The mesh folder, and how files in and around it are called: relative to it, with forward slashes."""

    root: Path

    def name(self, path: Path) -> str:
        """`path` relative to the root; with `..` when it lies outside."""
        text, before = str(path), f"{self.root}/"
        if text.startswith(before) and "/.." not in text and os.sep == "/":
            name = text[len(before) :]
        else:
            name = Path(os.path.relpath(path, self.root)).as_posix()
        # A name on disk may hold bytes that are no text; what we show and write down is text.
        return name if name.isascii() else name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")

    def text(self, path: Path, most: int, severity: Severity = Severity.ERROR) -> tuple[str | None, tuple[Trouble, ...]]:
        """The text of a file without its byte order mark, or why there is none."""
        name = self.name(path)
        try:
            content = _content(path, most)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            # What is no file (errno 0 is ours) may be anything, and nobody is told to delete it.
            no_file = error.errno in (0, errno.EISDIR)
            mend = "put a file in its place, or name one" if no_file else "make it readable for you, or delete it"
            return None, (Trouble("H101", f"{name} cannot be read: {reason}", (Place(name),), mend, severity),)
        if len(content) > most:
            mend = "split it, or keep data out of it"
            summary = f"{name} is larger than {most / 1_000_000:g} MB"
            return None, (Trouble("H102", summary, (Place(name),), mend, severity),)
        content = content.removeprefix(codecs.BOM_UTF8)
        try:
            return content.decode(), ()
        except UnicodeDecodeError as error:
            start = content[: error.start]
            line = start.count(b"\n") + 1
            column = error.start - (start.rfind(b"\n") + 1) + 1
            place = Place(name, line, column, f"byte 0x{content[error.start]:02x}")
            return None, (Trouble("H103", f"{name} is not UTF-8", (place,), "save it as UTF-8", severity),)

    def document(self, path: Path) -> tuple[Document | None, tuple[Trouble, ...]]:
        """A YAML file as a document whose root is a mapping, or why there is none."""
        text, troubles = self.text(path, MOST_BYTES)
        return (None, troubles) if text is None else parse(self.name(path), text)


def parse(file: str, text: str) -> tuple[Document | None, tuple[Trouble, ...]]:
    """YAML text as a document whose root is a mapping, or why there is none."""
    quick = read_lines(text)
    if quick is not None:
        return Document(file, quick[0], text, Marks(quick[1])), ()
    from hansa.declare.events import Reading

    reading = Reading(file, text)
    try:
        data = reading.document()
    except Refused as refused:
        return None, (*reading.troubles, refused.trouble)
    if not isinstance(data, dict):
        place = Place(file, 1, 1)
        return None, (
            *reading.troubles,
            Trouble("H108", f"{file} is not a mapping of keys", (place,), "write `key: value` lines"),
        )
    return Document(file, data, text, Marks(reading.positions)), tuple(reading.troubles)


def _content(path: Path, most: int) -> bytes:
    """At most one byte more than allowed. Not blocking, so that a pipe in the place of a file cannot hold us up."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "it is not a regular file")
        # Room for as much as there is said to be; then for what came since, and for files that do not say how large they are.
        content = os.read(descriptor, min(status.st_size, most) + 1)
        while content and len(content) <= most and (more := os.read(descriptor, min(_PIECE, most + 1 - len(content)))):
            content += more
        return content
    finally:
        os.close(descriptor)


def entries(folder: Path) -> list[os.DirEntry[str]]:
    """What lies in a folder, sorted by name, hidden things left out. Raises OSError."""
    with os.scandir(folder) as found:
        return sorted((entry for entry in found if not entry.name.startswith(".")), key=lambda entry: entry.name)


def is_folder(entry: os.DirEntry[str], *, broken: bool) -> bool:
    """Whether an entry is a folder or a link to one; `broken` for a link that cannot be followed."""
    try:
        return entry.is_dir()
    except OSError:
        return broken
