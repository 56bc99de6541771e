"""Ten thousand products of a hundred columns, as a mesh in memory and as what a ledger holds of them: the ground of benchmarks.

Names are what companies use, in equal shares: columns that all products have, and others that a hundred or a thousand have.
"""

import datetime as dt
import json
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hansa.ledger import Change
    from hansa.model import ColumnRead, Contract, InputPort, Lineage, Mesh, OutputPort, Product, Schema, Term

EACH = 100
"""Products of a domain."""
RUN = "20260301-000000-0000"
AT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
CHECKS = 12
THINGS = re.findall(
    r"\w+",
    "customer order basket invoice payment shipment return supplier warehouse shelf store campaign coupon visit session device "
    "employee shift contract claim policy ticket refund voucher route vehicle sensor reading forecast budget ledger account",
)
SIDES = re.findall(
    r"\w+",
    "history profile summary events daily weekly monthly items lines status region channel segment score margin revenue volume "
    "latency quality address contact consent preference rating balance limit quota stock price discount tax currency",
)
MEASURES = ("id", "name", "type", "date", "amount", "count", "code", "flag", "rate", "share", "min", "max")


def product_word(number: int) -> str:
    return f"{THINGS[number % len(THINGS)]}_{SIDES[number // len(THINGS) % len(SIDES)]}_{number:05}"


def product_address(number: int) -> str:
    return f"domain_{number // EACH:03}.{product_word(number)}"


def column_word(product: int, number: int) -> str:
    """A name: some that all products have, others that a hundred or a thousand have."""
    if number < 12:
        return f"{THINGS[product % len(THINGS)]}_{MEASURES[number]}"
    if number < 34:
        return f"value_{SIDES[number % len(SIDES)]}_{number:02}"
    mixed = (product * 7919 + number * 104_729) & 0xFFFFFF
    thing, side = THINGS[mixed % len(THINGS)], SIDES[mixed // 31 % len(SIDES)]
    return f"{thing}_{side}_{MEASURES[number % len(MEASURES)]}_{number:02}"


def mesh_of(products: int, columns: int, *, whole: bool = False) -> "Mesh":
    """Described products; with `whole`, also what each is made of: typed columns, up to three inputs, lineage, contracts."""
    from hansa.model import Domain, Governance, Mesh, Platform
    from hansa.names import DomainName

    terms = tuple(_term(i) for i in range(len(THINGS)))
    made = (_product(n, columns, terms, whole=whole) for n in range(products))
    listed = list(made)
    domains = (
        Domain(DomainName(f"domain_{d:03}"), tuple(listed[d * EACH : d * EACH + EACH]), f"Domain {d}", owner="owners")
        for d in range(-(-products // EACH))
    )
    return Mesh("many", tuple(domains), (Platform("embedded", "duckdb"),), governance=Governance(terms=terms))


def publish(folder: Path, mesh: "Mesh") -> None:
    """Record in the ledger of the mesh in a folder that one run published every product, each with verdicts on it."""
    from hansa.ledger import RunEnded, RunStarted
    from hansa.model import Fingerprint, Run, RunId, RunStatus
    from hansa.wiring import Workplace

    run, names = RunId(RUN), tuple(p.address for p in mesh.products)
    with Workplace(folder, {}) as workplace:
        workplace.ledger.apply([RunStarted(Run(run, "prod", AT, Fingerprint("mesh"), products=names))])
        for start in range(0, len(names), 200):
            told = [change for p in mesh.products[start : start + 200] for change in _recorded(p, run)]
            workplace.ledger.apply(told)
        workplace.ledger.apply([RunEnded(run, RunStatus.SUCCEEDED, AT)])


def _recorded(product: "Product", run: str) -> "list[Change]":
    from hansa.ledger import ChecksRecorded, ProductFinished, Published
    from hansa.model import (
        CheckResult,
        CheckStatus,
        Evidence,
        Fingerprint,
        ProductRun,
        ProductStatus,
        Publication,
        PublishedPort,
        RunId,
    )
    from hansa.plan import declaration_of, to_text

    port, run_id = product.outputs[0], RunId(run)
    offered = PublishedPort(port.pinned, port.contract.id, port.contract.version, "table", 1, 1_000_000, 50_000_000)
    prints = (Fingerprint("code"), Fingerprint("checks"), Fingerprint("inputs"))
    declared = to_text(declaration_of(product))
    results = tuple(
        CheckResult(f"not null {c.name}", str(port.pinned), c.name, "not_null", CheckStatus.PASS, how=Evidence.STATISTICS)
        for c in port.table.columns[:CHECKS]
    )
    return [
        ChecksRecorded(run_id, product.address, results),
        Published(Publication(product.address, "prod", run_id, AT, *prints, (offered,), declared)),
        ProductFinished(ProductRun(run_id, product.address, ProductStatus.PUBLISHED, seconds=1.0)),
    ]


def _term(number: int) -> "Term":
    from hansa.model import Term

    return Term(f"t{number}", f"{THINGS[number]} concept", "What it means to all.", (f"other{number}",))


def _product(number: int, columns: int, terms: tuple["Term", ...], *, whole: bool) -> "Product":
    from hansa.model import Platform, Product
    from hansa.names import parse_product

    address = parse_product(product_address(number))
    port = _port(number, columns, terms, whole=whole)
    readme = f"# {address.product}\n\nFigures that others ask for, put together each night.\n" * 5
    return Product(
        address, str(address), "1.0.0", Platform("embedded", "duckdb"), _inputs(number) if whole else (), (port,), (), "facts",
        title=address.product.replace("_", " ").title(), status=("active", "draft")[number % 5 == 0],
        purpose="To know what happened, and what will.", owner=f"team_{number % 40}", tags=(f"tag{number % 25}",), readme=readme,
    )  # fmt: skip


def _port(number: int, columns: int, terms: tuple["Term", ...], *, whole: bool) -> "OutputPort":
    from hansa.model import Contract, ContractColumn, OutputPort, Schema, ServiceLevel, Table, types
    from hansa.names import Version, parse_product

    address = parse_product(product_address(number)).port("facts")
    named = [column_word(number, c) for c in range(columns)]
    listed = tuple(
        ContractColumn(
            name,
            type=types.String() if whole else None,
            description=f"The {name.replace('_', ' ')} of it, as it was recorded by the source in the year {2000 + i % 30}.",
            classification=("internal", "personal", "public")[i % 3],
            terms=(terms[number % len(terms)].id,) if i == 0 else (),
        )
        for i, name in enumerate(named)
    )
    table = Table("facts", listed)
    levels = (ServiceLevel("latency", 1, "d"),) if whole else ()
    document = _document(str(address), table.columns) if whole else ""
    contract = Contract(str(address), Version(1, 0, 0), (table,), service_levels=levels, document=document)
    schema, lineage = _typed(named, number) if whole else (Schema(()), None)
    made = OutputPort(address, contract, table, schema, "", description="One row for each fact.")
    return made if lineage is None else _with_lineage(made, lineage)


def _with_lineage(port: "OutputPort", lineage: "Lineage") -> "OutputPort":
    from dataclasses import replace

    return replace(port, lineage=lineage)


def _typed(named: list[str], number: int) -> "tuple[Schema, Lineage]":
    from hansa.model import Column, ColumnLineage, ColumnRead, Lineage, Schema, Subtype, types

    suppliers = _suppliers(number)

    def reads(position: int) -> "tuple[ColumnRead, ...]":
        if not suppliers:
            return ()
        at = position % len(suppliers)
        return (ColumnRead(f"given_{at}", column_word(suppliers[at], position), Subtype.IDENTITY),)

    made = tuple(ColumnLineage(name, reads(i)) for i, name in enumerate(named))
    rows = tuple(ColumnRead(f"given_{i}", column_word(s, 0), Subtype.JOIN) for i, s in enumerate(suppliers))
    return Schema(tuple(Column(name, types.String()) for name in named)), Lineage(made, rows)


def _suppliers(number: int) -> list[int]:
    """Up to three others before it, of its own domain and of others."""
    chance = random.Random(number)
    return sorted({chance.randrange(number), number // 2, number - 1}) if number > 3 and number % 10 else []


def _inputs(number: int) -> "tuple[InputPort, ...]":
    from hansa.model import InputPort, MeshOrigin, Schema, Table
    from hansa.names import parse_product

    return tuple(
        InputPort(
            f"given_{i}",
            _named(product_address(s)),
            Table("facts", ()),
            Schema(()),
            MeshOrigin(parse_product(product_address(s)).port("facts"), 1),
        )
        for i, s in enumerate(_suppliers(number))
    )


def _named(product: str) -> "Contract":
    from hansa.model import Contract
    from hansa.names import Version

    return Contract(f"{product}.facts", Version(1, 0, 0), ())


def _document(contract: str, columns: tuple[object, ...]) -> str:
    from hansa.model import ContractColumn

    properties = [
        {
            "name": c.name, "description": c.description, "logicalType": "string", "physicalType": "VARCHAR", "required": False,
            "classification": c.classification,
        }
        for c in columns
        if isinstance(c, ContractColumn)
    ]  # fmt: skip
    table = {"name": "facts", "logicalType": "object", "physicalType": "table", "properties": properties}
    head = {
        "apiVersion": "v3.2.0",
        "kind": "DataContract",
        "id": contract,
        "name": "facts",
        "version": "1.0.0",
        "status": "active",
    }
    return json.dumps({**head, "schema": [table]})
