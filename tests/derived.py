"""A product that hands on the ids of another, as files: for meshes that tests put together."""

from pathlib import Path

_PRODUCT = """\
apiVersion: v1.1.0
kind: DataProduct
id: {0}.{1}
name: {1}
status: draft
inputPorts: [{{name: given, version: 1.0.0, contractId: {2}}}]
outputPorts: [{{name: {1}, version: 1.0.0, contractId: {0}.{1}.{1}}}]
team: {{name: customer_team, members: [{{username: carla, role: owner}}]}}
"""
_CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: {0}.{1}.{1}
version: 1.0.0
status: draft
schema:
  - name: {1}
    description: {2}
    properties:
      - {{name: id, logicalType: integer}}
"""


def write_derived(root: Path, domain: str, name: str, given: str, description: str = "Ids.") -> None:
    """Write `domain.name`, owned by the customer team, which reads the contract `given`. The description is YAML as it stands."""
    folder = root / "domains" / domain / name
    for part in ("models", "contracts"):
        (folder / part).mkdir(parents=True)
    (folder / "product.odps.yaml").write_text(_PRODUCT.format(domain, name, given))
    (folder / "models" / f"{name}.sql").write_text("SELECT id FROM given\n")
    (folder / "contracts" / f"{name}.odcs.yaml").write_text(_CONTRACT.format(domain, name, description))
