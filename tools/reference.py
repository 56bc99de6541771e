"""Writes the pages of docs/reference that follow from the code: the command line, the trouble codes, changes of contracts,
the HTTP API.

    python tools/reference.py            # write them
    python tools/reference.py --check    # say which differ, and exit with 1

`make docs` runs the first, `tests/docs/test_reference.py` compares.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hansa.cli.app import commands
from hansa.governance.relations import RELATIONS, VIEWS, RelationSchema
from hansa.governance.starter import StarterPolicy, starter_pack
from hansa.plan.difference import RULES
from hansa.trouble import catalogue

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
WIDTH = 110
CATALOGUE = "../../src/hansa/trouble/catalogue"
_MADE = "<!-- Written by `make docs` from the code; edit the code instead. -->"

_CLI = """\
Exit codes: **0** done and good; **1** done, and the answer is no (invalid, a failed check, blocked); **2** could not be done
(a wrong argument, a missing file, an engine or store that is gone). With `--json` a command writes
[one JSON document](json.md) on stdout; progress goes to stderr, as a bar on a terminal and as JSON lines otherwise. `NO_COLOR`
and `--quiet` are honoured. The mesh is the folder named by `--mesh`, else by `HANSA_MESH`, else the nearest folder upwards with
a `hansa.yaml`."""

# By the hundred of a code: who meets it.
AREAS = {
    "1": "Reading what people wrote",
    "2": "Compiling it",
    "3": "Planning",
    "4": "Running, publishing, lake and ledger",
    "5": "Engines and sources",
    "7": "Access and queries",
    "8": "The catalogue and its pages",
    "9": "The command line",
}


def pages() -> dict[Path, str]:
    """Every page that is made, by its file."""
    return {
        FOLDER / "cli.md": cli_page(),
        FOLDER / "troubles.md": troubles_page(),
        FOLDER / "contract-changes.md": changes_page(),
        FOLDER / "relations.md": relations_page(),
        FOLDER / "policies.md": policies_page(),
        FOLDER / "openapi.json": openapi_document(),
    }


def cli_page() -> str:
    """Each command with its help, as `--help` prints it."""
    parts = [
        "# The command line",
        _MADE,
        _CLI,
    ]
    for path, help_ in helps():
        parts += [f"## {path}", f"```text\n{help_.strip()}\n```"]
    return "\n\n".join(parts) + "\n"


def helps() -> Iterator[tuple[str, str]]:
    """Each command's full name and help, in the order of the help."""
    yield from _walk(commands(), "hansa", None)


def _walk(command: Any, path: str, parent: Any) -> Iterator[tuple[str, str]]:
    context = type(command).context_class(
        command, info_name=path.rpartition(" ")[2], parent=parent, **{**command.context_settings, "terminal_width": WIDTH}
    )
    yield path, command.get_help(context)
    for name in command.list_commands(context) if hasattr(command, "list_commands") else ():
        yield from _walk(command.get_command(context, name), f"{path} {name}", context)


def troubles_page() -> str:
    """Every code with its title and a link to its page, by area."""
    parts = [
        "# Trouble codes",
        _MADE,
        "What can be wrong has a stable code, with a page that says what it means, an example and the mend.\n"
        "`hansa explain CODE` prints it.",
    ]
    area = ""
    for code in catalogue.codes():
        if code[1] != area:
            area = code[1]
            parts.append(f"\n## {AREAS[area]}\n\n| Code | |\n|---|---|")
        parts.append(f"| [{code}]({CATALOGUE}/{code}.md) | {catalogue.title(code)} |")
    return "\n\n".join(parts[:3]) + "\n" + "\n".join(parts[3:]) + "\n"


_CHANGES = """\
What [`hansa contract diff`](../how-to/contract-diff.md) and `hansa plan` make of each change between two versions of a contract.
The impact follows the Bitol draft on metadata differences (OMDS, RFC 39). A change **breaks** readers when they may meet a value,
a null or an absence that the old contract let nobody expect; what breaks readers is always major. The first column is the `rule`
of a change in the JSON document."""


def changes_page() -> str:
    """Every kind of change of a contract with its classification, by what it is about."""
    parts = ["# Changes of contracts", _MADE, _CHANGES]
    for subject in dict.fromkeys(rule.subject for rule in RULES.values()):
        rows = [
            f"| `{r.id}` | {r.what} | {r.impact} | {'**yes**' if r.breaking else 'no'} | {r.why} |"
            for r in RULES.values()
            if r.subject == subject
        ]
        parts.append(
            f"## {subject}\n\n| Rule | What changed | Impact | Breaks | Why |\n|---|---|---|---|---|\n" + "\n".join(rows)
        )
    return "\n\n".join(parts) + "\n"


_RELATIONS = """\
Policies and `hansa policy query` ask these relations and views in DuckDB's SQL ([how to](../how-to/explore-the-mesh.md)). Their
names, columns and types are a public surface: columns are added, and none is taken away or changes its meaning without notice.

Flags and lists are never null. Everything else is null where nothing was written or is known. Addresses have one text form
everywhere: `domain.product` for products, `domain.product.port@1` for output ports at their major, `domain.product.input` for
input ports, and `port#column` for columns. Moments are in UTC."""


def relations_page() -> str:
    """Every relation and view of the mesh, column by column."""
    parts = ["# The mesh as relations", _MADE, _RELATIONS, "## Relations", *(_relation(r) for r in RELATIONS)]
    return "\n\n".join([*parts, "## Views", *(_relation(v) for v in VIEWS)]) + "\n"


def _relation(relation: RelationSchema) -> str:
    rows = "\n".join(f"| `{c.name}` | {c.type} | {c.description} |" for c in relation.columns)
    return f"### {relation.name}\n\n{relation.description}\n\n| Column | Type | Meaning |\n|---|---|---|\n{rows}"


_STARTER = "../../src/hansa/governance/starter"
_POLICIES = """\
Policies to begin with. `hansa policy adopt ID… --mode report|enforce` copies them into the mesh's `governance/policies` folder,
where they are yours to change. [A rehearsal](../how-to/rehearse-a-policy.md) says what a rule would hit before it holds."""


def policies_page() -> str:
    """The starter pack, by group."""
    groups: dict[str, list[StarterPolicy]] = {}
    for policy in starter_pack():
        groups.setdefault(policy.group, []).append(policy)
    parts = ["# The starter pack", _MADE, _POLICIES]
    for group, policies in groups.items():
        rows = "\n".join(f"| [{p.id}]({_STARTER}/{p.file}) | {p.severity} | {p.title} |" for p in policies)
        parts += [f"## {group.capitalize()}", f"| Policy | Severity | |\n|---|---|---|\n{rows}"]
    return "\n\n".join(parts) + "\n"


def openapi_document() -> str:
    """The description of the HTTP API, as the server gives it."""
    from hansa.server.api.described import without_version
    from hansa.server.app import described_app

    return without_version(described_app())


def main() -> int:
    differing = [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        sys.stdout.writelines(f"{path.name} differs; run `make docs`\n" for path in differing)
        return bool(differing)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in differing:
        path.write_text(pages()[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
