"""A new product: product file, contracts, model and README, which pass `check` at once and publish with the first run."""

from pathlib import Path

from hansa.declare import write
from hansa.model import quoted, table_written
from hansa.names import ProductName, is_word
from hansa.scaffold.contract import EXAMPLE, output_contract, source_contract
from hansa.scaffold.files import NewFile, write_new
from hansa.scaffold.infer import InferredColumn
from hansa.scaffold.origin import Origin

ODPS = "v1.1.0"


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
    source = f"It is read from `{origin.named}` ({origin.inferred.rows:,} rows when it was declared).\n\n" if origin else ""
    listed = "\n".join(f"- `{c.name}`: {c.name.replace('_', ' ')}" for c in columns)
    statement = f"SELECT * FROM {table_written(name)} LIMIT 10"
    return (
        f"# {name}\n\nWhat it is, for whom, and what it is not for: write it here; the marketplace shows this page.\n\n{source}"
        f"## Columns\n\n{listed}\n\n## How to read it\n\n    hansa query '{statement}'\n"
    )
