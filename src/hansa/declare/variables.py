"""Variables in documents: `${NAME}` and `${NAME:-default}` in any text (ODCS 3.2), resolved from an environment.

A variable without value and default is a trouble and stays as written; it is never silently empty. Values may be secrets:
they appear in no trouble.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from hansa.declare.document import Document
from hansa.declare.shape import Path
from hansa.trouble import Trouble, did_you_mean

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?:(:-)([^}]*))?\}")
_BROKEN = re.compile(r"\$\{[^}]*\}?")
_PLACEHOLDERS = frozenset(
    {"table", "object", "model", "schema", "column", "property", "field", "dataset", "project", "catalog", "database"}
)
"""Names that stand for the checked object in a quality rule's `query`; ODCS before 3.2 wrote them like variables."""


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
        placeholders = _PLACEHOLDERS if path and path[-1] in ("query", "implementation") else frozenset()

        def replaced(match: re.Match[str]) -> str:
            name, has_default, default = match[1], match[2], match[3]
            if name in placeholders:
                return match[0]
            # As in a shell, `:-` also stands in for a variable that is set but empty.
            if value := self.environ.get(name, ""):
                return value
            if has_default:
                return default
            self._unresolved(name, path)
            return match[0]

        for broken in _BROKEN.finditer(text):
            if not _VARIABLE.match(text, broken.start()):
                self._malformed(broken[0], path)
        return _VARIABLE.sub(replaced, text)

    def _unresolved(self, name: str, path: Path) -> None:
        state = "is empty" if name in self.environ else "is not set"
        hint = did_you_mean(name, self.environ)
        mend = f"set {name} in the environment, or give a default: `${{{name}:-…}}`" + (f"; {hint}" if hint else "")
        self.troubles.append(Trouble("H110", f"the variable {name} {state}", (self.document.place(path, "used here"),), mend))

    def _malformed(self, written: str, path: Path) -> None:
        shown = written if len(written) <= 40 else written[:39] + "…"
        self.troubles.append(
            Trouble(
                "H111",
                f"`{shown}` is not a variable",
                (self.document.place(path, "written here"),),
                "write `${NAME}` or `${NAME:-default}`; a name has letters, digits and underscores",
            )
        )
