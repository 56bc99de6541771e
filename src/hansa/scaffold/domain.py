"""A new domain: its file, and its team in the mesh's list of teams."""

from pathlib import Path

from hansa.declare import write
from hansa.names import DomainName
from hansa.scaffold.files import NewFile, amend, write_new

TEAMS = "governance/teams.yaml"


def new_domain(root: Path, name: DomainName, *, title: str = "", owner: str = "", capability: str = "") -> tuple[str, ...]:
    """Make a domain below `domains/`. Its team is added to `governance/teams.yaml` when that lists its teams line by line."""
    team = owner or f"{name}-team"
    display = title or str(name).replace("_", " ").capitalize()
    text = write.domain(
        {
            "apiVersion": "hansa/v1",
            "kind": "Domain",
            "name": str(name),
            "title": display,
            "description": f"Everything about {display.lower()}.",
            "owner": team,
            "capability": capability or f"{display} management",
        }
    )
    written = write_new(root, (NewFile(f"domains/{name}/domain.yaml", text),))
    return written + _with_team(root, team)


def _with_team(root: Path, team: str) -> tuple[str, ...]:
    path = root / TEAMS
    entry = f"  - name: {team}\n    title: {team.replace('-', ' ').capitalize()}\n"
    if not path.exists():
        return write_new(root, (NewFile(TEAMS, f"apiVersion: hansa/v1\nkind: Teams\nteams:\n{entry}"),))

    def with_entry(text: str) -> str:
        keys = [line for line in text.splitlines() if line[:1].isalpha()]
        listed = f"name: {team}\n" in text
        # Appending is right only below a block list that ends the file; anything else is the owner's own style, left alone.
        if listed or not keys or keys[-1].strip() != "teams:" or "\n  - " not in text:
            return text
        return text.rstrip("\n") + "\n" + entry

    try:
        return (TEAMS,) if amend(path, with_entry) else ()
    except OSError:
        return ()  # `check` says what is wrong with it
