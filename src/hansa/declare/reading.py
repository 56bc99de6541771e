"""The one reader of records: plain data and a `Shape` in, a record out, every trouble gathered with its place.

A `Dialect` says what a standard and version add to the shapes: which keys may stand where, and rules that no single key shows.
"""

import re
from collections.abc import Callable, Mapping, Set
from dataclasses import field, fields
from functools import cache
from typing import Any, TypeVar, cast

from hansa.declare.document import Document
from hansa.declare.shape import Key, Kind, Path, Shape, Since, shape_of
from hansa.declare.wording import FORMATS, formatted, kind_of, shortened, truth_mend
from hansa.declare.yaml import MOST_TROUBLES
from hansa.frozen import dataclass
from hansa.records import Make, maker
from hansa.trouble import Place, Severity, Trouble, did_you_mean, one_of

_MOST_FORMS = 1_000

Data = Mapping[str, object]
Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What one occurrence of a record allows and needs, when that depends on its own values or on where it stands.

    `allowed` None means every key of the shape. `whose` finishes the sentence "… of a server of type `s3`".
    """

    allowed: frozenset[str] | None = None
    required: frozenset[str] = frozenset()
    whose: str = ""


NOTHING_NARROWED = Narrowing()

Narrow = Callable[["Reader", Data, Path], Narrowing]
Rule = Callable[["Reader", Data, Path], None]
Form = Callable[["Reader", object, Path], object]


@dataclass(frozen=True, slots=True)
class Dialect:
    """A standard at a version. `strict` says that keys which the standard does not know are errors.

    `forms` read records that may be written in another form than a mapping; they return None when the usual one is meant.
    """

    name: str
    version: Since
    strict: bool = True
    open: frozenset[type] = frozenset()
    narrow: Mapping[type, Narrow] = field(default_factory=dict)
    rules: Mapping[type, Rule] = field(default_factory=dict)
    forms: Mapping[type, Form] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name} {'.'.join(map(str, self.version))}"

    def since(self, key: Key) -> Since:
        return _since(key, self.name)


def _since(key: Key, standard: str) -> Since:
    match standard:
        case "ODCS":
            return key.odcs
        case "ODPS":
            return key.odps
        case _:
            return ()


def _is_required(key: Key, version: Since) -> bool:
    return key.required or version[:2] <= key.required_until


@dataclass(frozen=True, slots=True)
class _Easy:
    """A key whose value is used as it is, when it has the type and is among the choices."""

    field: str
    type: type
    choices: frozenset[object] | None


@dataclass(frozen=True, slots=True)
class _Form:
    """Records with the same keys, all of them easy ones that may stand there, and none missing: the place of each key's value
    among the fields of the record, and what all fields hold that nothing is said of."""

    easy: tuple[tuple[int, _Easy], ...]
    unsaid: tuple[object, ...]
    make: Make

    def record(self, value: Data, path: Path) -> object:
        """The record; None for one with a value that is not so easy."""
        said = [*self.unsaid, path]
        for (number, easy), inner in zip(self.easy, value.values(), strict=True):
            if type(inner) is not easy.type or (easy.choices is not None and inner not in easy.choices):
                return None
            said[number] = inner
        return self.make(*said)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What reading records of one class comes to in one version of a standard: nearly every key is an easy one."""

    cls: Any
    shape: Shape
    required: frozenset[str]
    easy: Mapping[str, _Easy]
    forms: dict[tuple[object, ...], _Form | None] = field(default_factory=dict)

    def form(self, names: tuple[str, ...], narrowing: Narrowing) -> _Form | None:
        """How records with these keys are made at once; None when there is more to it."""
        if len(names) > len(self.easy):
            return None
        key = (names, narrowing.allowed, narrowing.required)
        try:
            return self.forms[key]
        except KeyError:
            made = self._formed(frozenset(names), names, narrowing)
            if len(self.forms) < _MOST_FORMS:
                self.forms[key] = made
            return made

    def _formed(self, known: Set[str], names: tuple[str, ...], narrowing: Narrowing) -> _Form | None:
        allowed = self.easy.keys() if narrowing.allowed is None else self.easy.keys() & narrowing.allowed
        if not (known <= allowed and known >= self.required and known >= narrowing.required):
            return None
        listed = fields(self.cls)
        if listed[-1].name != "at":
            return None
        places = {f.name: number for number, f in enumerate(listed)}
        easy = tuple((places[self.easy[name].field], self.easy[name]) for name in names)
        return _Form(easy, tuple(f.default for f in listed[:-1]), maker(self.cls))


def _plan(cls: type, standard: str, version: Since) -> _Plan:
    return _plan_of(cls, standard, version)


@cache
def _plan_of(cls: Any, standard: str, version: Since) -> _Plan:
    shape = shape_of(cls)
    easy = {}
    for name, key in shape.keys.items():
        since = _since(key, standard)
        plain = _EASY.get(key.kind)
        if plain is None or (since and since > version) or key.pattern or key.format or key.minimum is not None:
            continue
        easy[name] = _Easy(key.field, plain, frozenset(key.choices) if key.choices else None)
    return _Plan(cls, shape, frozenset(n for n, k in shape.keys.items() if _is_required(k, version)), easy)


@dataclass(slots=True)
class Reader:
    """Reads one document. `data` is the document's data with variables resolved."""

    document: Document
    data: object
    dialect: Dialect
    troubles: list[Trouble] = field(default_factory=list)

    @property
    def full(self) -> bool:
        """Whether as many troubles are gathered as anybody mends at once."""
        return len(self.troubles) >= MOST_TROUBLES

    def record(self, cls: type[Record], value: object, path: Path) -> Record | None:
        """A record from a mapping; None when the value is no mapping. Keys that are wrong are left at their defaults."""
        form = self.dialect.forms.get(cls)
        if form is not None and (formed := form(self, value, path)) is not None:
            return cast("Record", formed)  # forms are kept by what they make
        if not isinstance(value, dict):
            self.wrong_type(Kind.RECORD, value, path)
            return None
        plan = _plan(cls, self.dialect.name, self.dialect.version)
        narrow = self.dialect.narrow.get(cls)
        narrowing = narrow(self, value, path) if narrow is not None else NOTHING_NARROWED
        rule = self.dialect.rules.get(cls)
        shaped = plan.form(tuple(value), narrowing)
        if shaped is not None and (made := shaped.record(value, path)) is not None:
            if rule is not None:
                rule(self, value, path)
            return cast("Record", made)
        allowed = narrowing.allowed
        said: dict[str, object] = {}
        for name, inner in value.items():
            easy = plan.easy.get(name)
            if (
                easy is not None
                and type(inner) is easy.type
                and (allowed is None or name in allowed)
                and (easy.choices is None or inner in easy.choices)
            ):
                said[easy.field] = inner
                continue
            read = self._read(cls, name, inner, plan.shape, narrowing, path)
            if read is not None:
                said[plan.shape.keys[name].field] = read
        if not (value.keys() >= plan.required and value.keys() >= narrowing.required):
            self._missing(value, plan.shape, narrowing, path)
        if rule is not None:
            rule(self, value, path)
        make: Callable[..., Record] = cls
        return make(**said, at=path)

    def _read(self, cls: type, name: str, value: object, shape: Shape, narrowing: Narrowing, path: Path) -> object:
        """What a key of a record says; None when nobody knows the key, or it says nothing that can be used."""
        key = shape.keys.get(name)
        if key is None or (narrowing.allowed is not None and name not in narrowing.allowed):
            self._unknown(cls, name, shape, narrowing, path)
            if key is None:
                return None
        elif (since := self.dialect.since(key)) and since > self.dialect.version:
            self._too_new(name, since, path)
        return self._value(key, value, (*path, name), shape)

    def records(self, cls: type[Record], value: object, path: Path) -> tuple[Record, ...] | None:
        """Records from a list of mappings; ids that are written twice are troubles."""
        if not isinstance(value, list):
            self.wrong_type(Kind.RECORDS, value, path)
            return None
        read = (self.record(cls, each, (*path, number)) for number, each in enumerate(value))
        found = tuple(record for record in read if record is not None)
        id_ = shape_of(cls).keys.get("id")
        if id_ is not None and not id_.required:
            self.once(value, "id", path)
        return found

    def once(self, entries: object, name: str, path: Path, *, code: str = "H127") -> None:
        """Entries of a list must not say the same at a key."""
        seen: dict[object, int] = {}
        for number, entry in enumerate(entries if isinstance(entries, list) else ()):
            said = entry.get(name) if isinstance(entry, dict) else None
            if not isinstance(said, str | int | float):
                continue
            identity = (type(said), said)
            if identity in seen:
                here, first = (*path, number, name), (*path, seen[identity], name)
                self.trouble(
                    code,
                    f"{self.shown(here)} is the {name} of two entries of `{path[-1]}`",
                    (self.document.place(first, "the first"), self.document.place(here, "again here")),
                    f"give each entry {'an' if name[0] in 'aeiou' else 'a'} {name} of its own",
                )
            else:
                seen[identity] = number

    def at(self, path: Path) -> object:
        """The resolved data at a path of mappings and lists; None when nothing is there."""
        found: Any = self.data
        for step in path:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def shown(self, path: Path) -> str:
        """A value as it was written, never with variables resolved, since they may hold secrets."""
        written = self.document.written(path)
        text = written if written is not None else str(self.document.value(path))
        text = " ".join(text.split())
        return f"`{text if len(text) <= 60 else text[:59] + '…'}`"

    def trouble(
        self, code: str, summary: str, at: Path | tuple[Place, ...], mend: str = "", severity: Severity = Severity.ERROR
    ) -> None:
        """Gather a trouble at the value of a path, or at places."""
        if self.full:
            return
        places = tuple(place for place in at if isinstance(place, Place))
        path = tuple(step for step in at if not isinstance(step, Place))
        self.troubles.append(Trouble(code, summary, places or (self.document.place(path),), mend, severity))

    def wrong_type(self, wanted: Kind, value: object, path: Path, mend: str = "") -> None:
        what = f"`{path[-1]}`" if path and isinstance(path[-1], str) else "an entry" if path else "the file"
        if path and isinstance(path[-1], int):
            what = f"entry {path[-1] + 1} of `{path[-2]}`" if len(path) > 1 else what
        shown = f", not {kind_of(value)}" + (f" {self.shown(path)}" if isinstance(value, str | int | float) else "")
        if value is None:
            mend = mend or "write a value, or delete the key"
        self.trouble("H120", f"{what} must be {wanted.value}{shown}", path, mend)

    def _value(self, key: Key, value: object, path: Path, shape: Shape) -> object:
        """What a key says, or None when it says nothing that can be used."""
        match key.kind:
            case Kind.TEXT:
                return self._text(key, value, path)
            case Kind.RECORD if key.record is not None:
                return self.record(key.record, value, path)
            case Kind.RECORDS if key.record is not None:
                if key.at_least_one and value == []:
                    self._empty(path)
                return self.records(key.record, value, path)
            case Kind.TEXTS:
                return self._texts(key, value, path)
            case Kind.INTEGER | Kind.NUMBER:
                return self._number(key, value, path)
            case Kind.PORT:
                return self._port(key, value, path)
            case Kind.ONE_OR_MORE:
                return (value,) if isinstance(value, str) else self._texts(key, value, path)
            case Kind.SCALAR if not isinstance(value, dict | list):
                return value
            case Kind.ANYTHING:
                return value
            case _ if isinstance(value, _PLAIN.get(key.kind, ())):
                return tuple(value) if isinstance(value, list) else value
            case _:
                mend = truth_mend(value) if key.kind is Kind.BOOLEAN else ""
                self.wrong_type(key.kind, value, path, mend)
                return None

    def _text(self, key: Key, value: object, path: Path) -> str | None:
        if isinstance(value, bool | int | float):
            written = self.document.written(path)
            value = written if written is not None else str(value)
            self._quotes_wanted(path)
        if not isinstance(value, str):
            self.wrong_type(Kind.TEXT, value, path)
            return None
        if key.choices and value not in key.choices:
            hint = did_you_mean(value[:60], key.choices)
            self.trouble(
                "H124", f"`{key.name}` cannot be {self.shown(path)}", path, f"{hint} known: {one_of(key.choices)}".strip()
            )
        elif key.pattern and (self.dialect.name == "ODCS") and not re.fullmatch(key.pattern, value):
            self.trouble("H126", f"`{key.name}` may hold only letters, digits, - and _, not {self.shown(path)}", path)
        elif key.format and not formatted(key.format, value):
            summary = f"{self.shown(path)} is not a {key.format}"
            self.trouble("H126", summary, path, FORMATS[key.format], Severity.WARNING)
        return value

    def _texts(self, key: Key, value: object, path: Path) -> tuple[str, ...] | None:
        if not isinstance(value, list):
            mend = f"write a list: `{key.name}: [{self.shown(path).strip('`')}]`" if isinstance(value, str) else ""
            self.wrong_type(Kind.TEXTS, value, path, mend)
            return None
        if key.at_least_one and not value:
            self._empty(path)
        read = []
        for number, each in enumerate(value):
            if isinstance(each, bool | int | float):
                self._quotes_wanted((*path, number))
                each = self.document.written((*path, number)) or str(each)
            if isinstance(each, str):
                read.append(each)
            else:
                self.wrong_type(Kind.TEXT, each, (*path, number))
        return tuple(read)

    def _number(self, key: Key, value: object, path: Path) -> int | float | None:
        if isinstance(value, float) and key.kind is Kind.INTEGER and value.is_integer():
            value = int(value)
        wanted = int if key.kind is Kind.INTEGER else int | float
        if isinstance(value, bool) or not isinstance(value, wanted):
            self.wrong_type(key.kind, value, path)
            return None
        if key.minimum is not None and value < key.minimum:
            self.trouble("H126", f"`{key.name}` must be {key.minimum:g} or more, not {self.shown(path)}", path)
        return value

    def _port(self, key: Key, value: object, path: Path) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int | str):
            self.wrong_type(key.kind, value, path)
            return None
        if isinstance(value, str) and self.dialect.version < (3, 2) and "${" not in self.shown(path):
            self.wrong_type(Kind.INTEGER, value, path)
        return str(value)

    def _quotes_wanted(self, path: Path) -> None:
        shown = self.shown(path)
        summary = f"{shown} is read as the text that it is written as; YAML means {kind_of(self.at(path))}"
        self.trouble("H125", summary, path, f'write it in quotes: "{shown.strip("`")}"', Severity.WARNING)

    def _empty(self, path: Path) -> None:
        self.trouble("H126", f"`{path[-1]}` must have at least one entry", path, "add an entry, or delete the key")

    def _unknown(self, cls: type, name: str, shape: Shape, narrowing: Narrowing, path: Path) -> None:
        if cls in self.dialect.open or self.full:
            return
        known = [k for k in shape.keys if narrowing.allowed is None or k in narrowing.allowed]
        whose = narrowing.whose or "here"
        place = (self.document.place_of_key((*path, name)),)
        severity = Severity.ERROR if self.dialect.strict else Severity.WARNING
        elsewhere = ", or say it in customProperties" if "customProperties" in known else ""
        mend = did_you_mean(name[:60], known) or f"delete it{elsewhere}; known here: {one_of(known)}"
        self.trouble("H122", f"{self.dialect} knows no key `{shortened(name)}` {whose}", place, mend, severity)

    def _too_new(self, name: str, since: Since, path: Path) -> None:
        first = ".".join(map(str, (*since, 0)[:3]))
        place = (self.document.place_of_key((*path, name)),)
        severity = Severity.ERROR if self.dialect.strict else Severity.WARNING
        summary = f"`{name}` is a key of {self.dialect.name} {first}; this file declares {self.dialect}"
        self.trouble("H123", summary, place, f"declare `apiVersion: v{first}` or later, or delete the key", severity)

    def _missing(self, value: Data, shape: Shape, narrowing: Narrowing, path: Path) -> None:
        for name, key in shape.keys.items():
            if name not in value and (_is_required(key, self.dialect.version) or name in narrowing.required):
                whose = f" {narrowing.whose}" if narrowing.whose and name in narrowing.required else ""
                place = (self.document.place(path, f"`{name}` belongs here"),)
                self.trouble("H121", f"`{name}` is missing{whose}", place, f"add `{name}:`")


_EASY: Mapping[Kind, type] = {Kind.TEXT: str, Kind.BOOLEAN: bool, Kind.INTEGER: int, Kind.SCALAR: str, Kind.ANYTHING: str}
"""The type that nearly all values of a kind have, as which they are used as they are."""
_PLAIN: Mapping[Kind, tuple[type, ...]] = {
    Kind.BOOLEAN: (bool,),
    Kind.LIST: (list,),
    Kind.MAPPING: (dict,),
    Kind.IMPLEMENTATION: (str, dict),
}
