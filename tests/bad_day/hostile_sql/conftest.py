"""A clinic with something to hide: patients of which a reader may see some columns and rows, and salaries that it may not see.

Whatever is hidden carries a mark, so that a leak can be told from any answer by its text alone.
"""

import json
import multiprocessing
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

import pyarrow as pa
import pytest
from tests.warm import ran

from hansa.gateway.asking import Answering, Parameters, Query, QueryLimits
from hansa.model import Reader
from hansa.serving import Serving
from hansa.trouble import TroubleError
from hansa.wiring import Workplace

MARK = re.compile(r"hush|root:|PRETTY_NAME|(?<![0-9a-f])(?:7770\d{3}|77700\d|7777\.25|77777)(?![0-9a-f])")
"""What stands in hidden values, and in files outside."""

PATIENTS = """\
SELECT
    CASE WHEN n % 4 = 0 THEN 7770000 ELSE 100 END + n AS patient_id,
    'hush-name-' || n AS name,
    'hush' || n || '@hush.example' AS email,
    'hush-diagnosis-' || n AS diagnosis,
    DATE '1950-07-17' + (n * 400)::INTEGER AS born,
    CASE WHEN n % 4 = 0 THEN 'hush-south' ELSE 'north' END AS region,
    CASE WHEN n % 4 = 0 THEN 7777.25 ELSE n + 0.5 END::DOUBLE AS cost,
    CASE WHEN n % 4 = 0 THEN 77777 ELSE n % 7 END::INTEGER AS visits,
    CASE WHEN n % 4 = 0 THEN ['hush-tag'] ELSE ['a', 'b'] END AS tags,
    {'street': 'Elm', 'city': CASE WHEN n % 4 = 0 THEN 'hush-town' ELSE 'Bergen' END} AS address,
    CASE WHEN n % 4 = 0 THEN 'hush-code' ELSE '5' END AS code
FROM range(40) AS r(n)
"""
SALARIES = "SELECT 'hush-person-' || n AS person, 777000 + n AS amount FROM range(5) AS r(n)\n"
COLUMNS = {
    "patients": {
        "patient_id": ("integer", "BIGINT", ""),
        "name": ("string", "VARCHAR", "personal"),
        "email": ("string", "VARCHAR", "personal"),
        "diagnosis": ("string", "VARCHAR", "medical"),
        "born": ("date", "DATE", "dated"),
        "region": ("string", "VARCHAR", ""),
        "cost": ("number", "DOUBLE", ""),
        "visits": ("integer", "INTEGER", ""),
        "tags": ("array", "VARCHAR[]", ""),
        "address": ("object", "STRUCT(street VARCHAR, city VARCHAR)", ""),
        "code": ("string", "VARCHAR", ""),
    },
    "salaries": {"person": ("string", "VARCHAR", ""), "amount": ("integer", "BIGINT", "")},
}
SEEN = tuple(c for c in COLUMNS["patients"] if c != "name")
FILES = {
    "hansa.yaml": (
        "apiVersion: hansa/v1\nkind: Mesh\nname: clinic\nplatforms:\n  embedded: {engine: duckdb}\nplatform: embedded\n"
    ),
    "governance/teams.yaml": (
        "apiVersion: hansa/v1\nkind: Teams\nteams:\n"
        "  - {name: doctors, contact: d@clinic.example, members: [dana]}\n"
        "  - {name: researchers, contact: r@clinic.example, members: [mallory]}\n"
    ),
    "governance/classifications.yaml": (
        "apiVersion: hansa/v1\nkind: Classifications\nclasses:\n"
        "  - {name: personal, mask: sha-256-global}\n"
        "  - {name: medical, mask: replace-with-null}\n"
        "  - {name: dated, mask: truncate-to-year}\n"
    ),
    "governance/consumers/study.yaml": (
        "apiVersion: hansa/v1\nkind: Consumer\nname: study\ntitle: A study\nowner: researchers\npurposes: [research]\n"
    ),
    "domains/clinic/domain.yaml": "apiVersion: hansa/v1\nkind: Domain\nname: clinic\nowner: doctors\n",
    "domains/clinic/patients/models/patients.sql": PATIENTS,
    "domains/clinic/salaries/models/salaries.sql": SALARIES,
    "domains/clinic/patients/agreements.yaml": (
        "apiVersion: hansa/v1\nkind: Agreements\nagreements:\n"
        f"  - {{consumer: study, purpose: research, port: patients, columns: [{', '.join(SEEN)}], "
        "rowFilter: \"region = 'north'\", approver: dana, reason: A study of visits.}\n"
    ),
}


LIMITS = QueryLimits(memory="200MB", seconds=2, rows=100_000)


@dataclass(frozen=True, slots=True)
class Told:
    """All that a reader hears: rows or an error, and the notices."""

    refused: bool
    text: str
    rows: tuple[tuple[object, ...], ...] = ()
    columns: tuple[str, ...] = ()

    def leaks(self, statement: str) -> set[str]:
        """The marks in it that the reader did not write itself."""
        return set(MARK.findall(self.text)) - set(MARK.findall(statement))


@dataclass(frozen=True, slots=True)
class Clinic:
    """A reader of the clinic's data: somebody who acts for a study, and is no doctor."""

    gateway: Answering
    reader: Reader

    def table(self, statement: str) -> pa.Table:
        """The answer to a statement that has one."""
        return self.gateway.ask(Query(statement, self.reader)).reader.read_all()

    def ask(self, statement: str, parameters: Parameters = ()) -> Told:
        try:
            answer = self.gateway.ask(Query(statement, self.reader, parameters=parameters))
            table = answer.reader.read_all()
        except TroubleError as error:
            return Told(True, json.dumps([t.to_json() for t in error.troubles], ensure_ascii=False))
        rows = tuple(zip(*(c.to_pylist() for c in table.columns), strict=True))
        shown = f"{table.schema}\n{rows}\n{answer.notices}\n{[d.reasons for d in answer.decisions]}"
        return Told(False, shown, rows, tuple(table.column_names))


@pytest.fixture(scope="session")
def clinic_mesh(tmp_path_factory: pytest.TempPathFactory, warm_hansa: Path) -> Path:
    """Built once: nothing in it changes."""
    root = tmp_path_factory.mktemp("clinic")
    for name, text in FILES.items():
        _write(root / name, text)
    for product, columns in COLUMNS.items():
        folder = root / "domains/clinic" / product
        _write(folder / "product.odps.yaml", _product(product))
        _write(folder / f"contracts/{product}.odcs.yaml", _contract(product, columns))
    ran(warm_hansa, root, "run", "--quiet")
    return root


@contextmanager
def opened(root: Path, limits: QueryLimits) -> Iterator[Clinic]:
    with Workplace(root, {}) as workplace, Serving(workplace) as serving:
        yield Clinic(serving.gateway(limits), serving.reader("mallory", "study", "research"))


@pytest.fixture(scope="session")
def clinic(clinic_mesh: Path) -> Iterator[Clinic]:
    with opened(clinic_mesh, LIMITS) as clinic:
        yield clinic


@pytest.fixture
def asked_apart(clinic_mesh: Path) -> Callable[[list[str]], list[Told]]:
    """Asks in a process of its own, and kills it: DuckDB may compute on at what was broken off, and nothing would end that."""

    def ask(statements: list[str]) -> list[Told]:
        spawning = multiprocessing.get_context("spawn")
        ours, theirs = spawning.Pipe(duplex=False)
        process = spawning.Process(target=_ask_all, args=(clinic_mesh, statements, theirs))
        process.start()
        theirs.close()
        try:
            told: list[Told] = ours.recv()
            return told
        finally:
            process.kill()
            process.join()

    return ask


def _ask_all(root: Path, statements: list[str], told: Connection) -> None:
    with opened(root, replace(LIMITS, seconds=0.5)) as clinic:
        told.send([clinic.ask(statement) for statement in statements])


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def _product(name: str) -> str:
    return (
        f"apiVersion: v1.1.0\nkind: DataProduct\nid: clinic.{name}\nname: {name}\nversion: 1.0.0\nstatus: active\n"
        f"outputPorts:\n  - {{name: {name}, version: 1.0.0, contractId: clinic.{name}.{name}}}\n"
        "team: {name: doctors, members: [{username: dana, role: owner}]}\n"
    )


def _contract(name: str, columns: dict[str, tuple[str, str, str]]) -> str:
    lines = [
        f"apiVersion: v3.2.0\nkind: DataContract\nid: clinic.{name}.{name}\nversion: 1.0.0\nstatus: active\n"
        f"schema:\n  - name: {name}\n    properties:\n"
    ]
    for column, (logical, physical, data_class) in columns.items():
        said = f", classification: {data_class}" if data_class else ""
        more = ", items: {logicalType: string}" if logical == "array" else ""
        lines.append(f"      - {{name: {column}, logicalType: {logical}, physicalType: '{physical}'{said}{more}}}\n")
    return "".join(lines)
