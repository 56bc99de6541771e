"""Which standard and version a document declares, before anything else of it is read."""

from hansa.declare.document import Document
from hansa.declare.shape import Since
from hansa.frozen import dataclass
from hansa.trouble import Trouble, did_you_mean, one_of


@dataclass(frozen=True, slots=True)
class Standard:
    """A kind of document and the versions of it that are read, newest first."""

    name: str
    kind: str
    versions: tuple[str, ...]

    def declared(self, document: Document, data: object) -> tuple[Since | None, tuple[Trouble, ...]]:
        """The version to read a document by, and what is wrong with its declaration.

        None when it cannot be read at all. A version that is missing or unknown is read as the newest, so that the
        rest of the file's troubles show too.
        """
        if not isinstance(data, dict):
            place = (document.place(()),)
            return None, (Trouble("H108", f"{document.file} is not a mapping of keys", place, "write `key: value` lines"),)
        newest = _numbers(self.versions[0])
        if "apiVersion" not in data:
            place = (document.place((), "`apiVersion` belongs here"),)
            mend = f"add `apiVersion: {self.versions[0]}`"
            return newest, (Trouble("H130", f"the file does not say which version of {self.name} it follows", place, mend),)
        said = data["apiVersion"]
        if isinstance(said, str) and said in self.versions:
            return _numbers(said), ()
        written = document.written(("apiVersion",)) or _kind_word(said)
        place = (document.place(("apiVersion",)),)
        hint = did_you_mean(written, self.versions)
        mend = f"{hint} read are {one_of(self.versions)}".strip()
        summary = f"`{written[:40]}` is not a version of {self.name} that is read"
        if written.startswith(("v1.", "v2.")) and newest[0] > 2:
            mend = f"upgrade the file to {self.versions[0]}; ODCS 2 has other keys and is not read"
            return None, (Trouble("H130", summary, place, mend),)
        return newest, (Trouble("H130", summary, place, mend),)


def _numbers(version: str) -> Since:
    return tuple(int(part) for part in version.removeprefix("v").split("."))


def _kind_word(value: object) -> str:
    return "" if value is None else type(value).__name__
