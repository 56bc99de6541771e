"""A Python model, read and never executed: what its function `model(inputs)` reads, and the lineage that it declares."""

import ast
from collections.abc import Iterator

from hansa.compile.statement import SqlFault
from hansa.frozen import dataclass

_DECORATOR = "lineage"
_MODULE = "hansa.python"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class PythonRead:
    """One use of an input, or one `input.column` of a declared lineage: the name and its position, from 1."""

    name: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class DeclaredColumn:
    """What a column (or `rows`) is declared to come from, each source as `input.column`."""

    name: str
    sources: tuple[PythonRead, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class PythonFault(SqlFault):
    """Why a text is no Python model, with the trouble's code."""

    code: str = "H254"


@dataclass(frozen=True, slots=True)
class PythonText:
    """A Python model: a normal form without comments, layout and declared lineage; its reads; where the function stands.

    `declared` is the lineage that its decorator declares; None when it has none.
    """

    canonical: str
    reads: tuple[PythonRead, ...]
    line: int
    declared: tuple[DeclaredColumn, ...] | None = None


def read_python(text: str) -> PythonText | PythonFault:
    """Parse a Python model. The names after `inputs.` and in `inputs["…"]` are what it reads; any other use of it is refused."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        return PythonFault(f"not Python: {error.msg}", error.lineno or 1, error.offset or 1)
    except (ValueError, RecursionError, MemoryError) as error:
        return PythonFault(f"not Python: {str(error) or 'nested too deeply'}")
    functions = [node for node in tree.body if isinstance(node, Function) and node.name == "model"]
    if not functions:
        return PythonFault("there is no function `model`", mend="define `def model(inputs):` that returns one table")
    function = functions[-1]
    if isinstance(function, ast.AsyncFunctionDef):
        mend = "write `def` without `async`"
        return PythonFault("`model` is called, not awaited", function.lineno, function.col_offset + 1, mend)
    given = function.args
    parameters = [*given.posonlyargs, *given.args]
    if len(parameters) != 1 or given.vararg or given.kwarg or given.kwonlyargs:
        mend = "define it as `def model(inputs):`"
        return PythonFault("`model` takes just one argument", function.lineno, function.col_offset + 1, mend)
    reads = _reads(function, parameters[0].arg)
    if isinstance(reads, PythonFault):
        return reads
    declared = _declared(function)
    if isinstance(declared, PythonFault):
        return declared
    return PythonText(_canonical(tree, function), reads, function.lineno, declared)


def _reads(function: Function, inputs: str) -> tuple[PythonRead, ...] | PythonFault:
    reads: list[PythonRead] = []
    understood: set[ast.AST] = set()
    for node in ast.walk(function):
        match node:
            case ast.Attribute(value=ast.Name(id=name) as used, attr=attribute) if name == inputs:
                reads.append(PythonRead(attribute, node.lineno, node.col_offset + 1))
                understood.add(used)
            case ast.Subscript(value=ast.Name(id=name) as used, slice=ast.Constant(value=str() as key)) if name == inputs:
                reads.append(PythonRead(key, node.lineno, node.col_offset + 1))
                understood.add(used)
            case _:
                pass
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id == inputs and node not in understood:
            mend = f'read each input as `{inputs}.name` or `{inputs}["name"]`, so that lineage stays whole'
            reason = f"`{inputs}` is used as a whole, so what this model reads cannot be known"
            return PythonFault(reason, node.lineno, node.col_offset + 1, mend, "H255")
    return tuple(sorted(reads, key=lambda r: (r.line, r.column)))


def _declared(function: Function) -> tuple[DeclaredColumn, ...] | PythonFault | None:
    """What the decorator declares; a fault when that cannot be read without running it."""
    found = [d for d in function.decorator_list if _is_lineage(d)]
    if not found:
        return None
    (decorator, *again) = found
    if again or not isinstance(decorator, ast.Call) or decorator.args:
        return _unread("write it once, with arguments such as `spend=[…]`", again[0] if again else decorator)
    columns: list[DeclaredColumn] = []
    for name, value in _arguments(decorator):
        sources = _sources(value)
        if name is None or sources is None:
            return _unread('name columns and sources as texts in the place itself: `spend=["lines.sales_value"]`', value)
        columns.append(DeclaredColumn(name, sources, value.lineno, value.col_offset + 1))
    return tuple(columns)


def _is_lineage(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    match called:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name == _DECORATOR
        case _:
            return False


def _arguments(call: ast.Call) -> Iterator[tuple[str | None, ast.expr]]:
    """The names and values of keywords, those in `**{"a name": …}` among them; None for a name that only running would tell."""
    for keyword in call.keywords:
        if keyword.arg is not None:
            yield keyword.arg, keyword.value
        elif isinstance(keyword.value, ast.Dict):
            for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                yield key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None, value
        else:
            yield None, keyword.value


def _sources(value: ast.expr) -> tuple[PythonRead, ...] | None:
    """The texts of a list, or one text alone; None for anything else."""
    items = value.elts if isinstance(value, ast.List | ast.Tuple | ast.Set) else [value]
    texts = [(i.value, i) for i in items if isinstance(i, ast.Constant) and isinstance(i.value, str)]
    if len(texts) != len(items):
        return None
    return tuple(PythonRead(text, item.lineno, item.col_offset + 1) for text, item in texts)


def _unread(mend: str, at: ast.expr) -> PythonFault:
    return PythonFault("its declared lineage cannot be read from the text", at.lineno, at.col_offset + 1, mend, "H270")


def _canonical(tree: ast.Module, function: Function) -> str:
    """The normal form: what says lineage and changes no result is left out, so that to declare it computes nothing anew."""
    function.decorator_list = [d for d in function.decorator_list if not _is_lineage(d)]
    tree.body = [n for n in tree.body if not (isinstance(n, ast.ImportFrom) and n.module == _MODULE)]
    return ast.unparse(tree)
