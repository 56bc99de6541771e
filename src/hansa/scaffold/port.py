"""A new output port or contract in a product that exists.

Its product file keeps comments and order: lines are inserted, nothing is rewritten.
"""

import re
from pathlib import Path

from hansa.declare import write
from hansa.names import ProductName
from hansa.scaffold.contract import EXAMPLE, output_contract
from hansa.scaffold.files import NewFile, amend, write_new
from hansa.trouble import Place, Trouble, TroubleError


def new_contract(root: Path, folder: str, name: ProductName, contract: str, owner: str) -> tuple[str, ...]:
    """Make a contract with two example columns in a product's folder."""
    text = write.contract(output_contract(name, contract, EXAMPLE, owner))
    return write_new(root, (NewFile(f"{folder}/contracts/{contract}.odcs.yaml", text),))


def new_port(root: Path, folder: str, name: ProductName, port: str, owner: str) -> tuple[str, ...]:
    """Make an output port with contract and model, and add it to the product file."""
    product_file = f"{folder}/product.odps.yaml"
    model = (
        f"-- The model of the output port {port}.\nSELECT\n  id,\n  name\n"
        "FROM (VALUES (CAST(1 AS BIGINT), 'first'), (CAST(2 AS BIGINT), 'second')) AS example(id, name)\n"
    )
    files = (
        NewFile(f"{folder}/contracts/{port}.odcs.yaml", write.contract(output_contract(name, port, EXAMPLE, owner))),
        NewFile(f"{folder}/models/{port}.sql", model),
    )

    def with_port(text: str) -> str:
        after = _with_port(text, name, port, product_file)
        write_new(root, files)
        return after

    try:
        amend(root / product_file, with_port)
    except OSError as error:
        summary = f"{product_file} cannot be added to: {error.strerror or type(error).__name__}"
        mend = "make it a file of text that is yours to write"
        raise TroubleError(Trouble("H939", summary, (Place(product_file),), mend)) from None
    return (*(f.path for f in files), product_file)


def _with_port(text: str, name: ProductName, port: str, file: str) -> str:
    if re.search(rf"^\s*-\s+name:\s+{port}\s*$", text, re.MULTILINE):
        raise TroubleError(Trouble("H910", f"{name} has a port {port} already", (Place(file),), "choose another name"))
    entry = [f"- name: {port}", "  type: tables", "  version: 1.0.0", f"  contractId: {name}.{port}"]
    lines = text.rstrip("\n").split("\n")
    at = next((i for i, line in enumerate(lines) if re.match(r"outputPorts:\s*(#.*)?$", line)), None)
    if at is None:
        if any(line.startswith("outputPorts:") for line in lines):
            raise TroubleError(
                Trouble(
                    "H914",
                    "outputPorts is written on one line; a port cannot be added to it",
                    (Place(file),),
                    "write it as a list",
                )
            )
        return "\n".join([*lines, "outputPorts:", *(f"  {line}" for line in entry)]) + "\n"
    following = next((line for line in lines[at + 1 :] if line.lstrip().startswith("- ")), "  - ")
    indent = following[: len(following) - len(following.lstrip())]
    return "\n".join([*lines[: at + 1], *(indent + line for line in entry), *lines[at + 1 :]]) + "\n"
