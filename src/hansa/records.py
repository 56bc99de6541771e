"""Frozen records pickled by the values of their fields: several times faster than what dataclasses bring along.

A dataclass that is frozen and has slots is set field by field in Python, after asking each time what its fields are. A mesh of a
thousand products has a hundred thousand records, so that this is most of the time in which a kept mesh is read. Here every class
gets one function that makes its records, which a pickle names as `hansa.records` and `package/module:Class`.
"""

import datetime as dt
import enum
import functools
import hashlib
import importlib
import operator
import pickle
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

Make = Callable[..., object]

_OF_RECORDS = (
    "hansa.model.",
    "hansa.names.",
    "hansa.trouble.",
    "hansa.cache.",
    "hansa.governance.keeping",
    "hansa.engines.asking",
)
_TIMES: Mapping[tuple[str, str], type] = {
    ("datetime", "date"): dt.date,
    ("datetime", "datetime"): dt.datetime,
    ("datetime", "timezone"): dt.timezone,
    ("datetime", "timedelta"): dt.timedelta,
}


class RecordPickler(pickle.Pickler):
    """Writes records as their class and values, and everything else as pickle does."""

    def reducer_override(self, value: Any) -> Any:
        kind: Any = type(value)
        values = _values_of(kind)
        return NotImplemented if values is None else (maker(kind), values(value))


class RecordReader(pickle.Unpickler):
    """Makes records and enumerations of the model, days, and nothing else, whatever the bytes say."""

    def find_class(self, module: str, name: str) -> Any:
        return _found(module, name)


def digest(content: bytes) -> str:
    """Tells whether bytes are what they were."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


@functools.cache
def _found(module: str, name: str) -> Any:
    """What a name in a pickle stands for, as far as it may stand for anything."""
    if (module, name) in _TIMES:
        return _TIMES[module, name]
    of_records = module == "hansa.records"
    where, kind = class_named(name) if of_records else (module, name)
    if where.startswith(_OF_RECORDS):
        try:
            found = getattr(importlib.import_module(where), kind, None)
        except ImportError as missing:
            raise pickle.UnpicklingError(str(missing)) from None
        if isinstance(found, type) and is_dataclass(found):
            return maker(found) if of_records else found
        if isinstance(found, type) and issubclass(found, enum.Enum):
            return found
    raise pickle.UnpicklingError(f"{module}.{name} is no record of the model")


@functools.cache
def maker(kind: Any) -> Make:
    """The function that makes records of a class of their fields' values, without asking what the class makes of them."""
    # A frozen record refuses attributes; its slots themselves do not.
    setters = [getattr(kind, f.name).__set__ for f in fields(kind)]
    numbers = range(len(setters))
    # Written out for the class, as dataclasses do, and not as a loop: it is called a hundred times for each product of a mesh.
    given = ", ".join(f"v{n}" for n in numbers)
    body = "".join(f"    s{n}(made, v{n})\n" for n in numbers)
    scope: dict[str, Any] = {"kind": kind, "new": object.__new__, **{f"s{n}": put for n, put in enumerate(setters)}}
    exec(f"def make({given}):\n    made = new(kind)\n{body}    return made", scope)
    make: Make = scope["make"]
    make.__module__ = __name__
    make.__name__ = make.__qualname__ = f"{kind.__module__.replace('.', '/')}:{kind.__qualname__}"
    return make


@functools.cache
def _values_of(kind: Any) -> Callable[[object], tuple[object, ...]] | None:
    """What takes a record's values; None for what is no record of ours with slots."""
    # A class below a record, which declares no fields itself, says on its own how it is pickled.
    own = "__dataclass_fields__" in kind.__dict__ and "__slots__" in kind.__dict__
    if not (own and kind.__module__.startswith("hansa.") and fields(kind)):
        return None
    names = [f.name for f in fields(kind)]
    if len(names) == 1:
        one = operator.attrgetter(names[0])
        return lambda record: (one(record),)
    return operator.attrgetter(*names)


def class_named(name: str) -> tuple[str, str]:
    """The module and class that a name in a pickle stands for: `hansa/model/mesh:Mesh` is (`hansa.model.mesh`, `Mesh`)."""
    module, _, kind = name.partition(":")
    return module.replace("/", "."), kind


def __getattr__(name: str) -> Make:
    """Where pickle finds the functions by their names."""
    module, kind = class_named(name)
    if not module.startswith("hansa.") or not kind:
        raise AttributeError(name)
    found = getattr(importlib.import_module(module), kind, None)
    if not isinstance(found, type) or _values_of(found) is None:
        raise AttributeError(name)
    return maker(found)
