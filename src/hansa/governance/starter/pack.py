"""Finds the policies of the starter pack, which lie beside this file."""

import re
from importlib import resources

from hansa.declare.files import parse
from hansa.frozen import dataclass
from hansa.model import PolicyMode

_MODE = re.compile(r"^mode: *\w+ *$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class StarterPolicy:
    """One policy to begin with. `text` is its whole file; `group` is the first of its tags, by which the pack is ordered."""

    id: str
    title: str
    severity: str
    group: str
    text: str

    @property
    def file(self) -> str:
        return f"{self.id}.yaml"


def starter_pack() -> tuple[StarterPolicy, ...]:
    """Every policy of the pack, by group and id."""
    files = (f for f in resources.files("hansa.governance.starter").iterdir() if f.name.endswith(".yaml"))
    return tuple(sorted((_read(f.name, f.read_text(encoding="utf-8")) for f in files), key=lambda p: (p.group, p.id)))


def adopted_text(policy: StarterPolicy, mode: PolicyMode) -> str:
    """The file of a policy that holds in a mode; everything else stays as it is, comments among it."""
    return _MODE.sub(f"mode: {mode}", policy.text, count=1)


def _read(name: str, text: str) -> StarterPolicy:
    document, troubles = parse(name, text)
    if document is None or troubles:
        raise ValueError(f"the starter pack's {name} is not well formed: {troubles}")
    data = document.data
    tags = data.get("tags")
    group = str(tags[0]) if isinstance(tags, list) and tags else ""
    return StarterPolicy(str(data["id"]), str(data["title"]), str(data["severity"]), group, text)
