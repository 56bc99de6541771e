"""What Python models may import from Hansa: the decorator by which a model says what its columns come from."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Function = TypeVar("Function", bound=Callable[..., object])


def lineage(**columns: str | Sequence[str]) -> Callable[[Function], Function]:
    """Declare the columns `input.column` that each column of the model comes from; `rows` decides which rows it has.

    Nothing happens when the model runs: Hansa reads the declaration from the text, which it never executes to check a mesh.
    """

    def unchanged(function: Function) -> Function:
        return function

    return unchanged
