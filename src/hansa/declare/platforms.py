"""The platforms that `hansa.yaml` names: where data is computed, with the options of each engine."""

import re

from hansa.declare.declarations import PlatformDeclaration
from hansa.declare.document import Document
from hansa.declare.kinds import MeshFile, PlatformEntry
from hansa.declare.reading import Reader
from hansa.declare.shape import Kind
from hansa.trouble import Severity, did_you_mean

_EMBEDDED = "embedded"
_FORMS = {
    "memoryLimit": (
        re.compile(r"(?i)(?!0+(\.0+)?[^.\d])\d{1,9}(\.\d{1,9})? ?([kmgt]i?b|%)"),
        "an amount of memory, such as `4GB`",
    ),
    "threads": (re.compile(r"0|[1-9]\d{0,3}"), "a number of threads, such as `4`"),
}
"""How the options of DuckDB are written that have a form of their own."""
_OPTIONS = (*_FORMS, "spill", "remote")


def embedded(document: Document) -> PlatformDeclaration:
    """The platform of a mesh that names none."""
    return PlatformDeclaration(_EMBEDDED, "duckdb", (), document.place(()))


def read_platforms(said: MeshFile, reader: Reader) -> tuple[PlatformDeclaration, ...]:
    """The platforms in the order in which they are written: the first is the default."""
    found = []
    for name, entry in (said.platforms if isinstance(said.platforms, dict) else {}).items():
        path = ("platforms", name)
        platform = reader.record(PlatformEntry, entry, path)
        if platform is None:
            continue
        options = []
        for option, value in entry.items():
            if option == "engine":
                continue
            if isinstance(value, dict | list) or value is None:
                reader.wrong_type(Kind.SCALAR, value, (*path, option))
                continue
            if option not in _OPTIONS and (hint := did_you_mean(option, _OPTIONS)):
                place = (reader.document.place_of_key((*path, option)),)
                reader.trouble("H122", f"no engine of ours knows the option `{option[:60]}`", place, hint, Severity.WARNING)
            text = str(value).lower() if isinstance(value, bool) else str(value)
            if platform.engine != "duckdb" or _has_form(option, text, reader, (*path, option)):
                options.append((option, text))
        found.append(PlatformDeclaration(name, platform.engine, tuple(options), reader.document.place_of_key(path)))
    return tuple(found) or (embedded(reader.document),)


def _has_form(option: str, text: str, reader: Reader, at: tuple[str, str, str]) -> bool:
    """Whether the engine can be given an option as it is written."""
    form, wanted = _FORMS.get(option, (None, ""))
    if form is None or not text or form.fullmatch(text):
        return True
    reader.trouble("H126", f"`{option}` cannot be {reader.shown(at)}", at, f"write {wanted}, or leave it out")
    return False
