"""The reference says what the code says: commands, trouble codes, keys of our files, custom properties, JSON."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from hansa.declare.governance.acknowledgements import AcknowledgementEntry, AcknowledgementsFile
from hansa.declare.governance.agreements import AgreementEntry, AgreementsFile
from hansa.declare.governance.classifications import (
    ClassEntry,
    ClassificationsFile,
    DeclassificationEntry,
    DeclassificationsFile,
)
from hansa.declare.governance.consumers import ConsumerFile
from hansa.declare.governance.glossary import GlossaryFile, TermEntry
from hansa.declare.governance.policies import ExampleEntry, PolicyFile, ScopeEntry
from hansa.declare.governance.waivers import WaiverEntry, WaiversFile
from hansa.declare.identity import OidcEntry, ServiceEntry
from hansa.declare.kinds import DomainEntry, DomainFile, MeshFile, PlatformEntry, TeamEntry, TeamsFile
from hansa.declare.shape import shape_of

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tools" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["cli.md", "troubles.md", "contract-changes.md", "relations.md", "policies.md", "openapi.json"])
def test_made_pages_are_up_to_date(page: str, generator: ModuleType) -> None:
    assert (REFERENCE / page).read_text("utf-8") == generator.pages()[REFERENCE / page], "run `make docs`"


def keys(page: str, heading: str) -> list[str]:
    """The first column of the first table below a heading."""
    _, _, below = page.partition(f"# {heading}\n")
    table = below.partition("|---")[2].partition("\n")[2].partition("\n\n")[0]
    return re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)


@pytest.mark.parametrize(
    ("heading", "record"),
    [
        ("hansa.yaml", MeshFile),
        ("An entry of platforms", PlatformEntry),
        ("An entry of domains", DomainEntry),
        ("domain.yaml", DomainFile),
        ("teams.yaml", TeamsFile),
        ("An entry of teams", TeamEntry),
        ("An entry of services", ServiceEntry),
        ("The issuer of identity", OidcEntry),
        ("classifications.yaml", ClassificationsFile),
        ("An entry of classes", ClassEntry),
        ("declassifications.yaml", DeclassificationsFile),
        ("An entry of declassifications", DeclassificationEntry),
        ("A policy", PolicyFile),
        ("The scope of a policy", ScopeEntry),
        ("An example of a policy", ExampleEntry),
        ("waivers.yaml", WaiversFile),
        ("An entry of waivers", WaiverEntry),
        ("glossary.yaml", GlossaryFile),
        ("An entry of terms", TermEntry),
        ("acknowledgements.yaml", AcknowledgementsFile),
        ("An entry of acknowledgements", AcknowledgementEntry),
        ("consumers", ConsumerFile),
        ("agreements.yaml", AgreementsFile),
        ("An entry of agreements", AgreementEntry),
    ],
)
def test_every_key_of_our_files_is_documented(heading: str, record: type) -> None:
    page = (REFERENCE / "declarations.md").read_text("utf-8")
    assert keys(page, heading) == list(shape_of(record).keys)


def test_every_custom_property_of_ours_is_documented() -> None:
    page = (REFERENCE / "declarations.md").read_text("utf-8")
    source = "\n".join(p.read_text("utf-8") for p in (ROOT / "src" / "hansa" / "compile").rglob("*.py"))
    used = set(re.findall(r'\bcustom(?:_text)?\([\w.]+, "(\w+)"\)', source))
    assert used
    assert used == set(keys(page, "Custom properties of ours"))


def test_every_option_of_a_platform_is_documented() -> None:
    page = (REFERENCE / "declarations.md").read_text("utf-8")
    used = set(re.findall(r'platform\.option\("(\w+)"', (ROOT / "src" / "hansa" / "wiring" / "engines.py").read_text("utf-8")))
    _, _, options = page.partition("Each engine has options of its own:\n\n")
    assert used == set(re.findall(r"^\| `(\w+)` \|", options.partition("\n\n")[0], re.MULTILINE))


def test_every_command_has_its_json_documented(generator: ModuleType) -> None:
    page = (REFERENCE / "json.md").read_text("utf-8")
    headings = {name.strip() for line in re.findall(r"^## (.+)$", page, re.MULTILINE) for name in line.split(",")}
    commands = {path.split()[1] for path, _ in generator.helps() if " " in path}
    assert commands == headings - {"error"}


NO_COMMAND = {"hansa quer"}
"""What H907 shows as a slip."""


def test_every_command_that_anybody_is_told_to_run_exists(generator: ModuleType) -> None:
    commands = {path for path, _ in generator.helps()}
    groups = {path.rpartition(" ")[0] for path in commands} - {"", "hansa"}
    told = [p for ending in ("py", "md", "html", "cedar") for p in (ROOT / "src").rglob(f"*.{ending}")]
    told += [
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "changes").glob("*.md"),
        *(ROOT / "examples").rglob("*.md"),
        ROOT / "README.md",
    ]
    found: dict[str, str] = {}
    for page in told:
        for line in re.findall(r"(?:`|\$ |<code>|Example: )(hansa [a-z][a-z-]*(?: [a-z][a-z-]*)?)", page.read_text("utf-8")):
            command, _, rest = line.rpartition(" ")
            name = line if line in commands or command in groups else command if rest and command != "hansa" else line
            found[name] = page.relative_to(ROOT).as_posix()
    assert len(found) > 40
    assert {name: page for name, page in found.items() if name not in {*commands, *NO_COMMAND}} == {}


def test_every_page_of_the_documentation_is_in_its_index_and_every_link_leads_somewhere() -> None:
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    for page in sorted((ROOT / "docs").rglob("*.md")):
        name = page.relative_to(ROOT / "docs").as_posix()
        if name != "README.md" and not name.startswith("decisions/0"):
            assert f"({name})" in index, f"{name} is not in docs/README.md"
        text = re.sub(r"```[\s\S]*?```", "", page.read_text("utf-8"))
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            assert (page.parent / link).exists(), f"{name} links to {link}"
