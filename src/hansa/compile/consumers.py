"""Use cases as consumers of data: each with an owner that is there, under a name of its own."""

import datetime as dt

from hansa.compile.findings import Findings
from hansa.declare.declarations import Declarations
from hansa.declare.governance import GovernanceFiles
from hansa.declare.governance.consumers import ConsumerFile, read_consumer
from hansa.declare.reading import Reader
from hansa.model import Consumer
from hansa.names import is_word
from hansa.trouble import did_you_mean, one_of


def compile_consumers(files: GovernanceFiles, declarations: Declarations, findings: Findings) -> tuple[Consumer, ...]:
    """The use cases by name. One that cannot be understood is left out, and with it every access in its name."""
    found: dict[str, Consumer] = {}
    for local in files.consumers:
        said, reader = read_consumer(local.document)
        _check_owner(said, declarations, reader)
        consumer = _consumer(said, reader)
        if consumer is not None and consumer.name in found:
            places = tuple(p for p in (found[consumer.name].place, consumer.place) if p is not None)
            reader.trouble("H290", f"two use cases are called `{consumer.name}`", places, "rename one; the first is used")
        elif consumer is not None:
            found[consumer.name] = consumer
        findings.troubles += reader.troubles
    return tuple(found[name] for name in sorted(found))


def _check_owner(said: ConsumerFile, declarations: Declarations, reader: Reader) -> None:
    teams = [t.name for t in declarations.teams]
    if not said.owner or said.owner in teams:
        return
    mend = did_you_mean(said.owner, teams) or (f"known teams: {one_of(teams)}" if teams else "add it to governance/teams.yaml")
    summary = f"the use case `{said.name}` is owned by `{said.owner[:60]}`, which is no declared team: nobody could act for it"
    reader.trouble("H291", summary, ("owner",), mend)


def _consumer(said: ConsumerFile, reader: Reader) -> Consumer | None:
    purposes = tuple(dict.fromkeys(p.strip() for p in said.purposes if p.strip()))
    ends = day_of(said.ends, "ends", ("ends",), reader)
    if not (is_word(said.name) and said.owner and purposes) or (said.ends.strip() and ends is None):
        return None  # told already
    attributes = said.attributes if isinstance(said.attributes, dict) else {}
    return Consumer(
        name=said.name,
        owner=said.owner,
        purposes=purposes,
        title=said.title,
        description=said.description,
        legal_basis=said.legal_basis,
        ends=ends,
        attributes=tuple(sorted((str(k), _text(v)) for k, v in attributes.items() if isinstance(v, str | int | float))),
        place=reader.document.place(("name",)),
    )


def day_of(text: str, name: str, at: tuple[str | int, ...], reader: Reader) -> dt.date | None:
    """A day as written; None, and a trouble, for what is none. An end that nobody can read must not be taken for no end."""
    if not text.strip():
        return None
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        reader.trouble("H193", f"`{name}` is not a day: `{text[:40]}`", at, "write it as 2026-12-31")
        return None


def _text(value: str | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
