"""Which product to begin first when several are ready: the one that the rest of the run would wait for longest.

An order of convenience: it changes when things end, never what comes of them.
"""

from collections.abc import Mapping, Sequence

from hansa.model import DEFAULT_ENVIRONMENT, Product, SourceOrigin
from hansa.plan import Audit, Block, Build, Keep, Republish, Step, subject
from hansa.run.equipment import Equipment
from hansa.trouble import TroubleError

_BYTES_A_SECOND = 10_000_000
"""Of source files, compressed as they are: only how it compares with recorded seconds matters, and only roughly."""


def urgencies(steps: Sequence[Step], environment: str, equipment: Equipment) -> Mapping[str, float]:
    """For each step its own expected seconds, and those of the longest chain of steps that waits for it."""
    own = {subject(s): _seconds(s, environment, equipment) for s in steps}
    after: dict[str, float] = dict.fromkeys(own, 0.0)
    # Steps stand after those that they wait for, so that going backwards meets every chain from its end.
    for step in reversed(steps):
        name = subject(step)
        for supplier in step.awaits if isinstance(step, Build) else ():
            after[supplier] = max(after[supplier], own[name] + after[name])
    return {name: seconds + after[name] for name, seconds in own.items()}


def _seconds(step: Step, environment: str, equipment: Equipment) -> float:
    """What a step took the last time; for what was never built, by the size of the files that it reads."""
    match step:
        case Keep() | Block() | Republish():
            return 0.0
        case Audit(product=product) | Build(product=product):
            ledger = equipment.ledger
            last = ledger.last_product_run(product.address, environment)
            last = last or ledger.last_product_run(product.address, DEFAULT_ENVIRONMENT)
            return last.seconds if last is not None and last.seconds else _by_size(product, equipment)


def _by_size(product: Product, equipment: Equipment) -> float:
    total = 0
    for given in product.inputs:
        if isinstance(given.origin, SourceOrigin):
            try:
                total += equipment.open_source(given).size() or 0
            except (TroubleError, OSError):
                # The step itself will meet the trouble and report it.
                continue
    return total / _BYTES_A_SECOND
