"""Frozen records pickled by the values of their fields: several times faster than what dataclasses bring along.

A dataclass that is frozen and has slots is set field by field in Python, after asking each time what its fields are. A mesh of a
thousand products has a hundred thousand records, so that this is most of the time in which a kept mesh is read. Here every class
gets one function that makes its records, which a pickle names as `hansa.records` and `package/module:Class`.
"""

import functools
import importlib
import operator
import pickle
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

Make = Callable[..., object]


class RecordPickler(pickle.Pickler):
    """Writes records as their class and values, and everything else as pickle does."""

    def reducer_override(self, value: Any) -> Any:
        kind: Any = type(value)
        values = _values_of(kind)
        return NotImplemented if values is None else (maker(kind), values(value))


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
    if not (kind.__module__.startswith("hansa.") and is_dataclass(kind) and "__slots__" in kind.__dict__ and fields(kind)):
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
