"""`dataclass` for frozen records with slots, as the standard library has it, but defined ten times as fast.

The standard library writes seven methods of each class as text and compiles them. For the three hundred records that Hansa loads
to check one edited file, that was a third of the command's time, and most of these methods are never called. Here a method is
written when it is called for the first time. Everything else is the standard library's: what fields are, what they may be told,
`fields`, `replace`, matching and pickling; and type checkers see the standard library's own decorator.
"""

import dataclasses
import functools
from collections.abc import Callable, Iterable
from dataclasses import MISSING, Field, FrozenInstanceError, fields
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

_ORDER = {"__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}


def _dataclass(kind: Any = None, /, **asked: bool) -> Any:
    if kind is None:
        return functools.partial(_dataclass, **asked)
    ours = asked.keys() - {"order"} == {"frozen", "slots"} and asked["frozen"] and asked["slots"]
    if not ours or dataclasses.is_dataclass(kind):
        return dataclasses.dataclass(kind, **asked)  # among others a record below another one, of which there are few
    own = {name for name, value in vars(kind).items() if value is not None or name != "__hash__"}
    # Without a text of its own, a class would be asked for its signature, which takes as long as all the rest.
    kind.__doc__ = kind.__doc__ or kind.__name__
    made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(kind)
    made.__dataclass_params__.frozen = True  # as records below it are asked
    compared = {"__eq__": "==", **(_ORDER if asked.get("order") else {})}
    methods = {
        "__init__": _later(made, "__init__", _init),
        "__repr__": _repr,
        "__hash__": _later(made, "__hash__", _hash),
        **{name: _later(made, name, functools.partial(_comparison, name, sign)) for name, sign in compared.items()},
        **_frozen(made),
    }
    for name, method in methods.items():
        if name not in own:
            setattr(made, name, method)
    return made


if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    dataclass = _dataclass


_Written = tuple[str, dict[str, Any]]
"""The text of a method, and the values that it names."""


def _later(kind: Any, name: str, write: Callable[[Any], _Written]) -> Callable[..., Any]:
    """A method that is written, and put in its own place, when it is called."""

    def method(self: Any, *given: Any, **named: Any) -> Any:
        text, known = write(kind)
        exec(text, known)
        written = known[name]
        written.__module__, written.__qualname__ = kind.__module__, f"{kind.__qualname__}.{name}"
        setattr(kind, name, written)
        return written(self, *given, **named)

    method.__name__, method.__qualname__ = name, f"{kind.__qualname__}.{name}"
    return method


def _init(kind: Any) -> _Written:
    """Slots are set by themselves: a frozen record refuses attributes, and to go round by `object` takes twice as long."""
    listed = fields(kind)
    known: dict[str, Any] = {"_unsaid": MISSING}
    body = []
    for n, field in enumerate(listed):
        known[f"_set{n}"] = getattr(kind, field.name).__set__
        known |= {f"_default{n}": field.default, f"_made{n}": field.default_factory}
        if field.init or field.default_factory is not MISSING:
            body.append(f"    _set{n}(_self, {_value(n, field)})")
        elif field.default is not MISSING:
            body.append(f"    _set{n}(_self, _default{n})")
    if hasattr(kind, "__post_init__"):
        body.append("    _self.__post_init__()")
    given = [_parameter(n, f) for n, f in enumerate(listed) if f.init and not f.kw_only]
    named = [_parameter(n, f) for n, f in enumerate(listed) if f.init and f.kw_only]
    parameters = ", ".join(["_self", *given, *(["*", *named] if named else [])])
    return "\n".join([f"def __init__({parameters}):", *body, "    return None"]), known


def _parameter(number: int, field: "Field[Any]") -> str:
    if field.default is not MISSING:
        return f"{field.name}=_default{number}"
    return field.name if field.default_factory is MISSING else f"{field.name}=_unsaid"


def _value(number: int, field: "Field[Any]") -> str:
    if field.default_factory is MISSING:
        return field.name
    return f"_made{number}() if {field.name} is _unsaid else {field.name}" if field.init else f"_made{number}()"


def _hash(kind: Any) -> _Written:
    hashed = (f.name for f in fields(kind) if (f.compare if f.hash is None else f.hash))
    return f"def __hash__(self):\n    return hash({_values('self', hashed)})", {}


def _comparison(name: str, sign: str, kind: Any) -> _Written:
    compared = [f.name for f in fields(kind) if f.compare]
    both = f"{_values('self', compared)} {sign} {_values('other', compared)}"
    return f"def {name}(self, other):\n    return {both} if other.__class__ is self.__class__ else NotImplemented", {}


def _values(record: str, names: Iterable[str]) -> str:
    return f"({''.join(f'{record}.{name}, ' for name in names)})"


def _repr(self: Any) -> str:
    said = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if f.repr)
    return f"{type(self).__qualname__}({said})"


def _frozen(kind: Any) -> dict[str, Any]:
    """What refuses attributes, and what nevertheless sets them when a record is read from a pickle or copied."""
    names = {f.name for f in fields(kind)}

    def set_(self: Any, name: str, value: object) -> None:
        if type(self) is kind or name in names:
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        super(kind, self).__setattr__(name, value)

    def delete(self: Any, name: str) -> None:
        if type(self) is kind or name in names:
            raise FrozenInstanceError(f"cannot delete field {name!r}")
        super(kind, self).__delattr__(name)

    return {"__setattr__": set_, "__delattr__": delete, "__getstate__": _state, "__setstate__": _restore}


def _state(self: Any) -> list[Any]:
    return [getattr(self, f.name) for f in fields(self)]


def _restore(self: Any, state: list[Any]) -> None:
    for field, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
