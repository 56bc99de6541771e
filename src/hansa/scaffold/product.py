"""A new product: product file, contracts, model and README, which pass `check` at once and publish with the first run."""

from dataclasses import dataclass
from pathlib import Path

from hansa.declare import write
from hansa.model import quoted
from hansa.model.types import Integer, String, sql
from hansa.names import ProductName, is_word
from hansa.scaffold.files import NewFile, write_new
from hansa.scaffold.infer import Inferred, InferredColumn, logical_type

ODCS, ODPS = "v3.2.0", "v1.1.0"

EXAMPLE = (
    InferredColumn("id", "id", Integer(64), True, True),
    InferredColumn("name", "name", String(), True, False),
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the data of a new product comes from: a file as the contract names it, and what was found in it."""

    path: str
    inferred: Inferred


def new_product(root: Path, folder: str, name: ProductName, *, owner: str, origin: Origin | None) -> tuple[str, ...]:
    """Make a product in `folder` (relative to the mesh). Without an origin it publishes two example rows."""
    word = name.product
    columns = origin.inferred.columns if origin else EXAMPLE
    files = [
        NewFile(f"{folder}/product.odps.yaml", write.product(_product(name, owner, origin))),
        NewFile(f"{folder}/contracts/{word}.odcs.yaml", write.contract(output_contract(name, word, columns, owner))),
        NewFile(f"{folder}/models/{word}.sql", _model(name, columns, origin)),
        NewFile(f"{folder}/README.md", _readme(name, columns, origin)),
    ]
    if origin:
        source = source_contract(name, f"{word}_source", origin, owner)
        files.append(NewFile(f"{folder}/contracts/{word}_source.odcs.yaml", write.contract(source)))
    return write_new(root, tuple(files))


def output_contract(name: ProductName, port: str, columns: tuple[InferredColumn, ...], owner: str) -> dict[str, object]:
    """The contract of an output port as plain ODCS data."""
    return {
        "apiVersion": ODCS,
        "kind": "DataContract",
        "id": f"{name}.{port}",
        "name": port,
        "version": "1.0.0",
        "status": "draft",
        "domain": name.domain,
        "description": {"purpose": f"What {name} offers as {port}."},
        "schema": [
            {"name": port, "logicalType": "object", "physicalType": "table", "properties": [_property(c) for c in columns]}
        ],
        "team": {"name": owner, "members": []} if owner else None,
        "slaProperties": [{"property": "latency", "value": 1, "unit": "d"}],
    }


def source_contract(name: ProductName, port: str, origin: Origin, owner: str) -> dict[str, object]:
    """The contract of an external file: what we count on finding in it."""
    server: dict[str, object] = {"server": "file", "type": "local", "path": origin.path, "format": origin.inferred.format}
    if origin.inferred.format == "csv" and origin.inferred.delimiter != ",":
        server["customProperties"] = [{"property": "delimiter", "value": origin.inferred.delimiter, "vendor": "hansa"}]
    contract = output_contract(name, port, origin.inferred.columns, owner)
    properties = [_property(c, as_found=True) for c in origin.inferred.columns]
    contract["schema"] = [{"name": port, "logicalType": "object", "physicalType": "file", "properties": properties}]
    contract["description"] = {"purpose": f"What {name} counts on finding in its source."}
    del contract["slaProperties"]
    return {**contract, "servers": [server]}


def _property(column: InferredColumn, *, as_found: bool = False) -> dict[str, object]:
    data: dict[str, object] = {
        "name": column.name,
        "logicalType": logical_type(column.type),
        "physicalType": sql(column.type),
        "description": column.name.replace("_", " ").capitalize() + ".",
    }
    if as_found and column.found != column.name:
        data["physicalName"] = column.found
    if column.required:
        data["required"] = True
    if column.key:
        data |= {"primaryKey": True, "primaryKeyPosition": 1}
    return data


def _product(name: ProductName, owner: str, origin: Origin | None) -> dict[str, object]:
    word = name.product
    data: dict[str, object] = {
        "apiVersion": ODPS,
        "kind": "DataProduct",
        "id": str(name),
        "name": word,
        "version": "1.0.0",
        "status": "draft",
        "domain": name.domain,
        "type": "sourceAligned",
        "description": {"purpose": f"{word.replace('_', ' ').capitalize()} for whoever needs them."},
        "outputPorts": [
            {
                "name": word,
                "description": f"The rows of {word.replace('_', ' ')}.",
                "type": "tables",
                "version": "1.0.0",
                "contractId": f"{name}.{word}",
            }
        ],
    }
    if owner:
        data["team"] = {"name": owner, "members": [{"username": owner, "role": "owner"}]}
    if origin:
        data["inputPorts"] = [{"name": f"{word}_source", "version": "1.0.0", "contractId": f"{name}.{word}_source"}]
    return data


def _model(name: ProductName, columns: tuple[InferredColumn, ...], origin: Origin | None) -> str:
    word = name.product
    listed = ",\n".join(f"  {_identifier(c.name)}" for c in columns)
    if origin:
        return (
            f"-- The model of the output port {word}: one row for each row of the source.\nSELECT\n{listed}\nFROM {word}_source\n"
        )
    return (
        f"-- The model of the output port {word}. Declare input ports in product.odps.yaml and select from them by name.\n"
        f"SELECT\n{listed}\nFROM (VALUES (CAST(1 AS BIGINT), 'first'), (CAST(2 AS BIGINT), 'second')) AS example(id, name)\n"
    )


def _identifier(word: str) -> str:
    """Quoted where a plain word could be a keyword; words of one letter or with underscores never are."""
    return word if "_" in word or not is_word(word) or word in ("id", "name") else quoted(word)


def _readme(name: ProductName, columns: tuple[InferredColumn, ...], origin: Origin | None) -> str:
    source = f"It is read from `{origin.path}` ({origin.inferred.rows:,} rows when it was declared).\n\n" if origin else ""
    listed = "\n".join(f"- `{c.name}`: {c.name.replace('_', ' ')}" for c in columns)
    return (
        f"# {name}\n\nWhat it is, for whom, and what it is not for: write it here; the marketplace shows this page.\n\n{source}"
        f'## Columns\n\n{listed}\n\n## How to read it\n\n    hansa query "SELECT * FROM {name} LIMIT 10"\n'
    )
