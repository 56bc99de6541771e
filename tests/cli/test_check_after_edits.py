"""Whatever is edited, `check` says what it would say without anything kept: troubles of declarations, policies and waivers."""

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks.generated import write_mesh

from hansa.cache import Said
from hansa.cli.judging import checked
from hansa.governance.keeping import Kept
from hansa.governance.starter.pack import adopted_text, starter_pack
from hansa.model import PolicyMode
from hansa.trouble import in_order
from hansa.wiring import Workplace

CLASSES = """\
apiVersion: hansa/v1
kind: Classifications
default: public
classes:
  - name: public
  - {name: internal, above: [public]}
  - {name: personal, above: [internal], indirect: true}
"""
WAIVERS = """\
apiVersion: hansa/v1
kind: Waivers
waivers:
  - {policy: owner-reachable, subject: domain_000.product_00003, reason: later, approver: ada, expires: %s}
  - {policy: freshness-promised, subject: domain_000, reason: later, approver: ada, expires: 2999-01-01}
"""
LOCAL = """\
apiVersion: hansa/v1
kind: Policy
id: filters-told
title: What a port filters by is told
severity: warning
mode: %s
sql: |
  SELECT to_port AS subject, 'it filters by ' || string_agg(DISTINCT from_column, ', ' ORDER BY from_column) AS message
  FROM lineage WHERE subtype = 'filter' GROUP BY to_port
mend: Say it in its description.
"""


class Edited:
    """A mesh under policies that is edited a little at a time."""

    def __init__(self, root: Path, chance: random.Random) -> None:
        self.root, self.chance, self.today = root, chance, "2998-06-01"
        write_mesh(root, 12)
        policies = root / "governance/policies"
        policies.mkdir(parents=True)
        for policy in starter_pack():
            (policies / f"{policy.id}.yaml").write_text(adopted_text(policy, PolicyMode.REPORT))
        (root / "governance/classifications.yaml").write_text(CLASSES)
        self.waive("2999-01-01")
        self.rule("report")

    def waive(self, expires: str) -> None:
        (self.root / "governance/waivers.yaml").write_text(WAIVERS % expires)

    def rule(self, mode: str) -> None:
        (self.root / "governance/policies/filters-told.yaml").write_text(LOCAL % mode)

    def any(self, pattern: str) -> Path:
        return self.chance.choice(sorted(self.root.glob(f"domains/*/*/{pattern}")))

    def replaced(self, pattern: str, old: str, *new: str) -> None:
        path = self.any(pattern)
        path.write_text(path.read_text().replace(old, self.chance.choice(new), 1))

    def filter(self) -> None:
        path = self.any("models/*.sql")
        path.write_text(f"{path.read_text()}    AND given_0.{self.chance.choice(('orders', 'amount'))} > 1\n")

    def line(self) -> None:
        path = self.any("contracts/*.yaml")
        path.write_text(f"# a line\n{path.read_text()}")

    def product_goes(self) -> None:
        """The last ones: nobody reads them."""
        left = sorted(p.parent for p in self.root.glob("domains/*/*/product.odps.yaml"))
        if len(left) > 10:
            shutil.rmtree(left[-1])

    def told(self, root: Path) -> list[str]:
        with Workplace(root, {"HANSA_TODAY": self.today}) as workplace:
            compiled = workplace.compiled
            found = workplace.verdicts(lambda known: checked(workplace, known))
            return [f"{t!r} {t.product}" for t in in_order((*compiled.troubles, *found))]


EDITS: dict[str, Callable[[Edited], object]] = {
    "a filter": Edited.filter,
    "another filter": Edited.filter,
    "a line": Edited.line,
    "a class": lambda m: m.replaced("contracts/*.yaml", "classification: internal", "classification: personal"),
    "a class back": lambda m: m.replaced("contracts/*.yaml", "classification: personal", "classification: internal"),
    "a description": lambda m: m.replaced("contracts/*.yaml", "as its source says it", "", "as it is"),
    "a name": lambda m: m.replaced("models/facts.sql", "upper(given_0.segment)", "lower(given_0.segment)"),
    "an owner": lambda m: m.replaced("product.odps.yaml", "name: owners", "name: others", "name: product_00001"),
    "a status": lambda m: m.replaced("product.odps.yaml", "status: active", "status: alive", "status: draft"),
    "a port's title": lambda m: m.replaced("product.odps.yaml", "type: tables", "type: tables\n    description: new"),
    "an error": lambda m: m.replaced("models/facts.sql", "SELECT", "SELECT nothing_at_all,"),
    "the error goes": lambda m: [p.write_text(p.read_text().replace("nothing_at_all,", "")) for p in m.root.rglob("facts.sql")],
    "waivers": lambda m: m.waive(m.chance.choice(("2999-01-01", "2998-07-15", "2000-01-01"))),
    "a rule": lambda m: m.rule(m.chance.choice(("report", "enforce"))),
    "a day later": lambda m: setattr(m, "today", m.chance.choice(("2998-06-01", "2998-07-16"))),
    "a product goes": Edited.product_goes,
    "a readme": lambda m: m.any("README.md").write_text(f"# {m.chance.random()}"),
}


def edited(folder: Path, seed: int, edits: int) -> None:
    """Compare what is told after each edit with what a mesh without anything kept tells."""
    mesh = Edited(folder / "mesh", random.Random(seed))
    mesh.told(mesh.root)
    deck: list[str] = []
    for number in range(edits):
        # Each edit comes once before any comes again.
        deck = deck or mesh.chance.sample(list(EDITS), len(EDITS))
        name = deck.pop()
        EDITS[name](mesh)
        cold = folder / f"cold{number}" / "mesh"
        shutil.copytree(mesh.root, cold, ignore=shutil.ignore_patterns(".hansa"))
        assert mesh.told(mesh.root) == mesh.told(cold), f"seed {seed}, edit {number}: {name}"
        if "error" in name:
            EDITS["the error goes"](mesh)
        shutil.rmtree(cold.parent)


@pytest.mark.parametrize("seed", [1])
def test_a_check_after_an_edit_says_what_a_check_from_cold_says(tmp_path: Path, seed: int) -> None:
    edited(tmp_path, seed, 3)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [20, 21])
def test_a_check_after_many_edits_does_too(tmp_path: Path, seed: int) -> None:
    edited(tmp_path, seed, 2 * len(EDITS))


def test_only_queries_that_look_at_what_changed_are_asked_again(tmp_path: Path) -> None:
    mesh = Edited(tmp_path / "mesh", random.Random(1))
    mesh.told(mesh.root)

    def taken_over() -> set[str]:
        """The policies that are not asked."""
        taken: set[str] = set()
        with Workplace(mesh.root, {"HANSA_TODAY": mesh.today}) as workplace:

            def ask(known: Kept) -> Said:
                taken.update(p.id for p in workplace.compiled.mesh.governance.policies if p.sql in known)
                return checked(workplace, known)

            workplace.verdicts(ask)
        return taken

    mesh.filter()
    after_filter = taken_over()
    assert "filters-told" not in after_filter
    assert {"columns-described", "owner-present", "product-readme"} <= after_filter
    (mesh.root / "domains/domain_000/product_00004/README.md").write_text("# New")
    after_readme = taken_over()
    assert "product-readme" not in after_readme
    assert {"columns-described", "owner-present", "filters-told"} <= after_readme
    mesh.waive("2999-01-01")
    mesh.rule("enforce")
    assert taken_over() == set(), "what governs changed"


SELDOM = (
    *("typer", "click", "rich", "yaml", "duckdb", "numpy", "pandas", "pyarrow", "pyiceberg", "sqlalchemy", "alembic", "cedarpy"),
    *(
        "requests",
        "sqlglot.optimizer.qualify",
        "sqlglot.dialects.spark",
        "hansa.cli.app",
        "hansa.ledger",
        "hansa.lake",
        "hansa.run",
    ),
    *("hansa.plan", "hansa.access", "hansa.gateway", "hansa.catalog", "hansa.engines.duckdb.computing", "hansa.engines.spark"),
    *("hansa.governance.judging", "hansa.governance.relations", "hansa.sources.manifests", "hansa.declare.events"),
)
"""What only other commands need, or a mesh that has policies, uploads, or YAML that is written in unusual ways."""
TO_COMPILE = ("sqlglot", "_duckdb", "hansa.compile", "hansa.declare", "hansa.engines.duckdb")
LOADED = """\
import json, sys
from pathlib import Path
from hansa.cli.checkup import Asked, check
from hansa.wiring import Workplace
code = check(Asked(mesh=Path(sys.argv[1]))) if sys.argv[2] == "check" else 0
with Workplace.open(Path(sys.argv[1])) as workplace:
    workplace.compiled
    print(json.dumps({"code": code, "all of it": workplace.compilation.was_read, "loaded": list(sys.modules)}))
"""


def loaded(mesh: Path, first: str) -> dict[str, object]:
    done = subprocess.run([sys.executable, "-c", LOADED, mesh, first], capture_output=True, text=True, check=True)
    told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.slow
def test_a_check_loads_only_what_an_edit_needs(tmp_path: Path) -> None:
    mesh = tmp_path / "mesh"
    write_mesh(mesh, 12)
    loaded(mesh, "check")
    product = mesh / "domains/domain_000/product_00004"
    model, contract, readme = product / "models/facts.sql", product / "contracts/facts.odcs.yaml", product / "README.md"
    edits: dict[Path, str] = {
        model: model.read_text() + "    AND given_0.orders > 1\n",
        contract: contract.read_text().replace("as its source says it", "as it is", 1),
        readme: "# New\n",
    }
    for path, text in edits.items():
        path.write_text(text)
        edited = loaded(mesh, "look")
        path.write_text(text + "\n")
        checked_again = loaded(mesh, "check")
        assert (edited["all of it"], checked_again["code"]) == (False, 0), path.name
        for told in (edited, checked_again):
            assert isinstance(told["loaded"], list)
            assert "hansa.compile" in told["loaded"], path.name
            assert [m for m in SELDOM if m in told["loaded"]] == [], path.name
    unchanged = loaded(mesh, "check")["loaded"]
    assert isinstance(unchanged, list)
    assert [m for m in (*SELDOM, *TO_COMPILE) if m in unchanged] == []
