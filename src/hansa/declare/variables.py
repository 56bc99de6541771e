"""Variables in documents: `${NAME}` and `${NAME:-default}` in any text (ODCS 3.2), resolved from an environment.

A variable without value and default is a trouble and stays as written; it is never silently empty. Values may be secrets:
they appear in no trouble.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from hansa.declare.document import Document
from hansa.declare.shape import Path
from hansa.declare.yaml import MOST_TROUBLES
from hansa.trouble import Trouble, did_you_mean

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLACEHOLDERS = frozenset(
    {"table", "object", "model", "schema", "column", "property", "field", "dataset", "project", "catalog", "database"}
)
"""Names that stand for the checked object in a quality rule's `query`; ODCS before 3.2 wrote them like variables."""
NO_VARIABLES: Mapping[str, str] = MappingProxyType({})
"""The environment of files that may name no variables, whatever is set."""


def resolve(document: Document, environ: Mapping[str, str]) -> tuple[object, tuple[Trouble, ...]]:
    """The document's data with variables resolved, and a trouble for each that cannot be."""
    if "${" not in document.text:
        return document.data, ()
    resolution = _Resolution(document, environ)
    return resolution.value(document.data, ()), tuple(resolution.troubles)


@dataclass(slots=True)
class _Resolution:
    document: Document
    environ: Mapping[str, str]
    troubles: list[Trouble] = field(default_factory=list)
    told: set[tuple[str, Path]] = field(default_factory=set)

    def value(self, value: object, path: Path) -> object:
        match value:
            case str():
                return self._text(value, path) if "${" in value else value
            case dict():
                return {name: self.value(inner, (*path, name)) for name, inner in value.items()}
            case list():
                return [self.value(inner, (*path, number)) for number, inner in enumerate(value)]
            case _:
                return value

    def _text(self, text: str, path: Path) -> str:
        """One pass from `${` to the next `}`, so that hostile text costs no more than its length."""
        parts: list[str] = []
        done = 0
        while (start := text.find("${", done)) >= 0:
            end = text.find("}", start)
            if end < 0:
                self._malformed(text[start:], path)
                break
            parts += text[done:start], self._one(text[start : end + 1], path)
            done = end + 1
        return "".join((*parts, text[done:]))

    def _one(self, written: str, path: Path) -> str:
        """What stands for one `${…}`; itself when it is no variable or has no value."""
        name, has_default, default = written[2:-1].partition(":-")
        if not _NAME.fullmatch(name):
            self._malformed(written, path)
        elif path and path[-1] in ("query", "implementation") and name in _PLACEHOLDERS:
            return written
        # As in a shell, `:-` also stands in for a variable that is set but empty.
        elif value := self.environ.get(name, ""):
            return value
        elif has_default:
            return default
        else:
            self._unresolved(name, path)
        return written

    def _unresolved(self, name: str, path: Path) -> None:
        if not self._is_news(name, path):
            return
        if self.environ is NO_VARIABLES:
            place = self.document.place(path, "used here")
            mend = "write the value itself, or the default alone"
            self.troubles.append(Trouble("H110", f"no variable is read in this file: {name[:60]}", (place,), mend))
            return
        state = "is empty" if name in self.environ else "is not set"
        hint = did_you_mean(name[:60], self.environ)
        mend = f"set {name} in the environment, or give a default: `${{{name}:-…}}`" + (f"; {hint}" if hint else "")
        self.troubles.append(
            Trouble("H110", f"the variable {name[:60]} {state}", (self.document.place(path, "used here"),), mend)
        )

    def _malformed(self, written: str, path: Path) -> None:
        if not self._is_news(written[:40], path):
            return
        shown = written if len(written) <= 40 else written[:39] + "…"
        mend = "write `${NAME}` or `${NAME:-default}`; a name has letters, digits and underscores"
        self.troubles.append(Trouble("H111", f"`{shown}` is not a variable", (self.document.place(path, "written here"),), mend))

    def _is_news(self, what: str, path: Path) -> bool:
        """Whether this was not told yet at this place, and there is room for more."""
        news = len(self.told) < MOST_TROUBLES and (what, path) not in self.told
        if news:
            self.told.add((what, path))
        return news
