"""A Python model, read and never executed: what its function `model(inputs)` reads."""

import ast
from dataclasses import dataclass

from hansa.compile.statement import SqlFault


@dataclass(frozen=True, slots=True)
class PythonRead:
    """One use of an input: its name and position, from 1."""

    name: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class PythonFault(SqlFault):
    """Why a text is no Python model; `dynamic` when only the names that it reads cannot be known."""

    dynamic: bool = False


@dataclass(frozen=True, slots=True)
class PythonText:
    """A Python model: a normal form without comments and layout, its reads, and where the function stands."""

    canonical: str
    reads: tuple[PythonRead, ...]
    line: int


def read_python(text: str) -> PythonText | PythonFault:
    """Parse a Python model. The names after `inputs.` and in `inputs["…"]` are what it reads; any other use of it is refused."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        return PythonFault(f"not Python: {error.msg}", error.lineno or 1, error.offset or 1)
    except (ValueError, RecursionError, MemoryError) as error:
        return PythonFault(f"not Python: {str(error) or 'nested too deeply'}")
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == "model"]
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
    return _reads(tree, function, parameters[0].arg)


def _reads(tree: ast.Module, function: ast.FunctionDef | ast.AsyncFunctionDef, inputs: str) -> PythonText | PythonFault:
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
            return PythonFault(reason, node.lineno, node.col_offset + 1, mend, dynamic=True)
    return PythonText(ast.unparse(tree), tuple(sorted(reads, key=lambda r: (r.line, r.column))), function.lineno)
