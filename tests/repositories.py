"""Two repositories as files, for tests of meshes that meet in manifests.

`people` makes `people.profiles`; `shop` waits for uploads of people, by `people_team`, and reads them in `orders.towns`.
"""

from pathlib import Path

from hansa.model.manifest import manifest_of, to_text
from hansa.wiring import Workplace

PRODUCT = """\
apiVersion: v1.1.0
kind: DataProduct
id: {0}.{1}
name: {1}
status: active
{2}outputPorts: [{{name: {1}, version: {3}, contractId: {0}.{1}.{1}}}]
team: {{name: {4}, members: [{{username: {5}, role: owner}}]}}
"""
CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: {0}.{1}.{1}
version: {2}
status: active
schema:
  - name: {1}
    properties:
{3}"""
MESH = "apiVersion: hansa/v1\nkind: Mesh\nname: {0}\ndomains:\n  - domains/*\n{1}"
WAITS = "  - {manifest: uploaded, domain: people, owner: people_team}\n"
COLUMNS = {"id": "integer", "name": "string", "town": "string"}
SHOP = {
    "hansa.yaml": MESH.format("shop", WAITS),
    "governance/teams.yaml": (
        "apiVersion: hansa/v1\nkind: Teams\nteams:\n  - {name: people_team, members: [ann]}\n"
        "  - {name: orders_team, members: [omar]}\nservices:\n  - {name: ci_people, teams: [people_team]}\n"
        "administrators: [olga]\n"
    ),
    "domains/orders/domain.yaml": "apiVersion: hansa/v1\nkind: Domain\nname: orders\nowner: orders_team\n",
    "domains/orders/towns/product.odps.yaml": PRODUCT.format(
        "orders", "towns", "inputPorts: [{name: profiles, version: 1.0.0, contractId: people.profiles.profiles}]\n", "1.0.0",
        "orders_team", "omar",
    ),
    "domains/orders/towns/models/towns.sql": "SELECT town, count(*) AS persons FROM profiles GROUP BY town\n",
    "domains/orders/towns/contracts/towns.odcs.yaml": CONTRACT.format(
        "orders", "towns", "1.0.0",
        "      - {name: town, logicalType: string}\n      - {name: persons, logicalType: integer}\n",
    ),
    "domains/orders/towns/README.md": "# Towns\n",
}  # fmt: skip


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def write_people(
    root: Path,
    columns: dict[str, str] = COLUMNS,
    *,
    required: tuple[str, ...] = ("town",),
    version: str = "1.0.0",
    product: str = "profiles",
    team: str = "people_team",
    member: str = "ann",
) -> Path:
    """The repository of people; `columns` by their types, of which some are required."""
    folder = f"domains/people/{product}"
    values = {"integer": "1", "string": "'Bremen'"}
    written = "".join(
        f"      - {{name: {n}, logicalType: {t}, required: {str(n in required).lower()}}}\n" for n, t in columns.items()
    )
    query = ", ".join(f"{values[t]} AS {n}" for n, t in columns.items())
    return write(
        root,
        {
            "hansa.yaml": MESH.format("people", ""),
            "domains/people/domain.yaml": (
                "apiVersion: hansa/v1\nkind: Domain\nname: people\ntitle: People\nowner: people_team\n"
            ),
            f"{folder}/product.odps.yaml": PRODUCT.format("people", product, "", version, team, member),
            f"{folder}/models/{product}.sql": f"SELECT {query}\n",
            f"{folder}/contracts/{product}.odcs.yaml": CONTRACT.format("people", product, version, written),
            f"{folder}/README.md": "# People\n",
        },
    )


def exported(root: Path) -> str:
    """What `hansa export manifest` writes of a repository's own domains."""
    with Workplace(root, {}) as workplace:
        assert workplace.compiled.valid, workplace.compiled.troubles
        mesh = workplace.compiled.mesh
        return to_text(manifest_of(mesh, tuple(d for d in mesh.domains if not d.manifest)))
