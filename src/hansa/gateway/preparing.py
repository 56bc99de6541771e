"""What a query's answer and its parameters look like, found by the engine without running it."""

import duckdb

from hansa.gateway.asking import Prepared
from hansa.gateway.planning import Planned


def prepared(connection: duckdb.DuckDBPyConnection, planned: Planned) -> Prepared:
    """The schema of the answer and of the parameters, in their order; a parameter whose type nothing tells is text."""
    import pyarrow as pa

    names = tuple(dict.fromkeys(str(p["identifier"]) for p in planned.checked.parameters))
    values = dict.fromkeys(names)
    relation = connection.sql(planned.text, params=values) if names else connection.sql(planned.text)
    schema = relation.limit(0).to_arrow_table().schema
    parameters = pa.schema([(name, pa.string()) for name in names])
    return Prepared(planned.as_written(schema), parameters, planned.decisions, planned.notices)
