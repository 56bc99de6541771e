"""The recorded facts of an environment, for policies to judge: each kind is read from the ledger when it is first looked into."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Generic, TypeVar, overload

from hansa.governance import AccessRecord, Facts, FeedbackRecord
from hansa.ledger import Ledger
from hansa.model import CheckResult, MeshChange, Publication, ReadRecord, RunId
from hansa.names import ProductName
from hansa.publish.visible import all_visible

Item = TypeVar("Item")
Key = TypeVar("Key")

RUNS = 50  # the newest runs that policies can see


def recorded_facts(
    ledger: Callable[[], Ledger],
    environment: str,
    changes: Sequence[MeshChange] = (),
    *,
    access: Callable[[], tuple[AccessRecord, ...]] = tuple,
    reads: Callable[[], tuple[ReadRecord, ...]] = tuple,
    feedback: Callable[[], tuple[FeedbackRecord, ...]] = tuple,
) -> Facts:
    """What the ledger, opened when it is needed, knows of an environment; `access` and `reads` tell who may read and did.

    `feedback` tells what people say of products.
    """
    runs = Later(lambda: ledger().runs(environment=environment, limit=RUNS))
    visible = _LaterByKey(lambda: all_visible(ledger(), environment))
    return Facts(
        environment=environment,
        runs=runs,
        product_runs=Later(lambda: tuple(p for run in runs for p in ledger().product_runs(run.id))),
        visible=visible,
        publications=Later(lambda: tuple(_publications(ledger(), environment))),
        checks=_LaterByKey(lambda: _checks(ledger(), visible)),
        changes=changes,
        access=Later(access),
        reads=Later(reads),
        feedback=Later(feedback),
    )


def _publications(ledger: Ledger, environment: str) -> Iterator[Publication]:
    for product in ledger.published_products():
        yield from ledger.history(product, environment)


def _checks(
    ledger: Ledger, visible: Mapping[ProductName, Publication]
) -> Mapping[tuple[RunId, ProductName], tuple[CheckResult, ...]]:
    return {(p.run, name): ledger.checks(p.run, name) for name, p in visible.items()}


class Later(Sequence[Item]):
    """A sequence that is made when it is first looked into."""

    def __init__(self, make: Callable[[], tuple[Item, ...]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> tuple[Item, ...]:
        return self._make()

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Item, ...]: ...
    def __getitem__(self, index: int | slice) -> Item | tuple[Item, ...]:
        return self._made[index]

    def __len__(self) -> int:
        return len(self._made)


class _LaterByKey(Mapping[Key, Item], Generic[Key, Item]):
    """A mapping that is made when it is first looked into."""

    def __init__(self, make: Callable[[], Mapping[Key, Item]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> Mapping[Key, Item]:
        return self._make()

    def __getitem__(self, key: Key) -> Item:
        return self._made[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)
