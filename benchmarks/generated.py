"""Meshes of any size, written as files: products of twelve columns or more, each a join of one to three others before it.

Products stand in ten layers: every tenth reads a source, each other one reads ports of earlier layers, so that the graph is as
deep as real ones and never a circle. Names and descriptions are of ordinary length.
"""

import json
from collections.abc import Sequence
from pathlib import Path

DOMAIN_PRODUCTS = 50

_COLUMNS = (
    ("customer_id", "integer", "BIGINT"),
    ("region", "string", "VARCHAR"),
    ("segment", "string", "VARCHAR"),
    ("channel", "string", "VARCHAR"),
    ("orders", "integer", "BIGINT"),
    ("returns", "integer", "BIGINT"),
    ("amount", "number", "DOUBLE"),
    ("discount", "number", "DOUBLE"),
    ("first_seen", "date", "DATE"),
    ("last_seen", "date", "DATE"),
    ("score", "number", "DOUBLE"),
    ("active", "boolean", "BOOLEAN"),
)

Column = tuple[str, str, str]

_POLICIES = (
    *("contract-version-stable", "no-draft-in-active-products", "columns-described", "critical-columns-in-glossary"),
    *("product-purpose", "product-readme", "deprecation-announced", "known-status", "no-reads-past-support", "platform-allowed"),
    *("no-assumed-lineage", "column-names-not-reserved", "column-names-snake-case", "owner-present", "columns-classified"),
    *("personal-data-in-keys", "personal-data-masked", "short-chains", "no-source-of-other-domains"),
    "reads-through-offered-ports",
)
"""Twenty of the starter pack: those that the generated products keep to, but for some."""


def write_mesh(root: Path, products: int, columns: int = len(_COLUMNS)) -> None:
    """A mesh of so many products below `root`, each of so many columns. It passes `hansa check`; its sources do not exist."""
    domains = -(-products // DOMAIN_PRODUCTS)
    write_root(root, "generated", [_domain(d * DOMAIN_PRODUCTS) for d in range(domains)])
    for number in range(products):
        _write_product(
            root, number, (*_COLUMNS, *((f"measure_{n:03}", "number", "DOUBLE") for n in range(len(_COLUMNS), columns)))
        )


def write_policies(root: Path) -> None:
    """Twenty policies in the mesh's governance folder, for its teams to be told by."""
    from hansa.governance.starter import adopted_text, starter_pack
    from hansa.model import PolicyMode

    pack = {policy.id: policy for policy in starter_pack()}
    for name in _POLICIES:
        _write(root / "governance" / "policies" / pack[name].file, adopted_text(pack[name], PolicyMode("report")))


def write_root(root: Path, name: str, domains: Sequence[str], memory: str = "1GB") -> None:
    """`hansa.yaml` and each `domain.yaml`."""
    listed = "".join(f"  - path: domains/{d}\n" for d in domains)
    _write(
        root / "hansa.yaml",
        f"apiVersion: hansa/v1\nkind: Mesh\nname: {name}\nplatforms:\n  embedded:\n    engine: duckdb\n"
        f"    memoryLimit: {memory}\nplatform: embedded\ndomains:\n{listed}",
    )
    for domain in domains:
        text = f"apiVersion: hansa/v1\nkind: Domain\nname: {domain}\ntitle: {domain}\ndescription: Generated.\nowner: owners\n"
        _write(root / "domains" / domain / "domain.yaml", text)


def write_product(
    root: Path, address: str, inputs: Sequence[tuple[str, str]], outputs: Sequence[str], models: Sequence[tuple[str, str]]
) -> None:
    """A product's own files but its contracts. `inputs` are (name, contract id), `models` (name, SQL)."""
    domain, name = address.split(".")
    folder = root / "domains" / domain / name
    reads = "".join(f"  - name: {n}\n    version: '1.0.0'\n    contractId: {c}\n" for n, c in inputs)
    offers = "".join(f"  - name: {o}\n    type: tables\n    version: '1.0.0'\n    contractId: {address}.{o}\n" for o in outputs)
    _write(
        folder / "product.odps.yaml",
        f"apiVersion: v1.1.0\nkind: DataProduct\nid: {address}\nname: {name}\nversion: '1.0.0'\nstatus: active\n"
        f"domain: {domain}\ndescription:\n  purpose: Generated to measure.\ninputPorts:\n{reads}outputPorts:\n{offers}"
        f"team:\n  name: owners\n  members:\n    - {{username: someone, name: Some One, role: owner}}\n",
    )
    for model, sql in models:
        _write(folder / "models" / f"{model}.sql", sql)
    _write(folder / "README.md", f"# {address}\n\nGenerated.\n")


def write_contract(root: Path, contract: str, columns: Sequence[Column], key: Sequence[str] = (), path: str = "") -> None:
    """A contract `domain.product.port` of one table; with `path`, of a Parquet source. Columns of the key hold no nulls."""
    domain, product, port = contract.split(".")
    server = f"servers:\n  - server: files\n    type: local\n    path: {json.dumps(path)}\n    format: parquet\n" if path else ""
    properties = "".join(_property(column, key) for column in columns)
    _write(
        root / "domains" / domain / product / "contracts" / f"{port}.odcs.yaml",
        f"apiVersion: v3.2.0\nkind: DataContract\nid: {contract}\nname: {port}\nversion: '1.0.0'\nstatus: active\n"
        f"domain: {domain}\ndescription:\n  purpose: Generated.\n{server}schema:\n  - name: {port}\n    logicalType: object\n"
        f"    physicalType: table\n    properties:\n{properties}",
    )


def _property(column: Column, key: Sequence[str]) -> str:
    name, logical, physical = column
    keyed = f"        primaryKey: true\n        primaryKeyPosition: {list(key).index(name) + 1}\n" if name in key else ""
    return (
        f"      - name: {name}\n        description: The {name.replace('_', ' ')}, as its source says it.\n"
        f"        logicalType: {logical}\n        physicalType: {physical}\n        required: {str(name in key).lower()}\n"
        f"        classification: internal\n{keyed}"
    )


def _write_product(root: Path, number: int, columns: Sequence[Column]) -> None:
    address = _address(number)
    suppliers = _suppliers(number)
    if suppliers:
        inputs = [(f"given_{i}", f"{_address(s)}.facts") for i, s in enumerate(suppliers)]
    else:
        inputs = [("given_0", f"{address}.raw")]
        write_contract(root, f"{address}.raw", columns, path="missing.parquet")
    write_contract(root, f"{address}.facts", columns)
    write_product(
        root, address, inputs, ("facts",), (("facts", _model(len(inputs), [name for name, *_ in columns[len(_COLUMNS) :]])),)
    )


def _suppliers(number: int) -> list[int]:
    """One to three products of earlier layers; none for every tenth, which reads a source."""
    layer = number % 10
    wanted = min(number % 3 + 1, layer)
    # The first is the one before; the others are taken from all over the mesh, each from a layer of its own.
    decades = [number // 10, *((number * 37 + i * 11) % (number // 10 + 1) for i in range(1, wanted))]
    return [decades[i] * 10 + layer - 1 - i for i in range(wanted)]


def _model(inputs: int, more: Sequence[str] = ()) -> str:
    """The query of a product. Of `more` columns every third is computed, the others are taken over from an input or the other."""
    joins = "".join(f"\nLEFT JOIN given_{i} ON given_{i}.customer_id = given_0.customer_id" for i in range(1, inputs))
    last = f"given_{inputs - 1}"
    rest = "".join(
        f",\n    {f'{last}.{c}' if n % 3 == 0 else f'given_0.{c}' if n % 3 == 1 else f'given_0.{c} + {last}.{c} AS {c}'}"
        for n, c in enumerate(more)
    )
    return (
        "-- Figures of each customer, put together from what others know.\n"
        "SELECT\n    given_0.customer_id,\n    given_0.region,\n    upper(given_0.segment) AS segment,\n"
        f"    coalesce({last}.channel, 'none') AS channel,\n    given_0.orders + coalesce({last}.orders, 0) AS orders,\n"
        f"    {last}.returns,\n    round(given_0.amount, 2) AS amount,\n    {last}.discount,\n"
        f"    least(given_0.first_seen, {last}.first_seen) AS first_seen,\n    {last}.last_seen,\n"
        f"    CASE WHEN given_0.orders > 10 THEN {last}.score ELSE 0.0 END AS score,\n    given_0.active{rest}\n"
        f"FROM given_0{joins}\n"
        "WHERE given_0.customer_id IS NOT NULL\n"
    )


def _domain(number: int) -> str:
    return f"domain_{number // DOMAIN_PRODUCTS:03}"


def _address(number: int) -> str:
    return f"{_domain(number)}.product_{number:05}"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
