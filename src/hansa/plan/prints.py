"""The fingerprints by which a plan knows what must be done again.

`code` changes when the stored data could change: models, input and output types, refresh, engine. `checks` changes when only what
is audited changed. Descriptions change neither.
"""

from hansa.model import Fingerprint, InputPort, MeshOrigin, OutputPort, Product, fingerprint

# Raised when Hansa itself computes or stores differently, so that everything is built anew once.
COMPUTATION = 1


def code_print(product: Product) -> Fingerprint:
    return fingerprint(
        COMPUTATION,
        product.platform.engine,
        product.models,
        tuple(_input(i) for i in product.inputs),
        tuple(_output(o) for o in product.outputs),
    )


def checks_print(product: Product) -> Fingerprint:
    return fingerprint(tuple(o.table for o in product.outputs))


def source_checks_print(given: InputPort) -> Fingerprint:
    """Changes when a source must be audited again although its data did not change."""
    return fingerprint(given.table, given.schema)


def inputs_print(versions: tuple[tuple[str, str], ...]) -> Fingerprint:
    return fingerprint(dict(versions))


def _input(given: InputPort) -> tuple[object, ...]:
    origin: object = given.origin.pinned if isinstance(given.origin, MeshOrigin) else given.origin.server
    return (given.name, given.schema, origin, source_checks_print(given) if given.contract.servers else "")


def _output(output: OutputPort) -> tuple[object, ...]:
    layout = (output.partition_by, output.sort_by)
    return (output.pinned, output.schema, output.model, output.refresh, layout, output.table.primary_key)
