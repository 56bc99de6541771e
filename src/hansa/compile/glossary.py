"""The glossary's terms, whether they hold together, and whether the terms that columns name exist."""

from hansa.compile.circles import circles
from hansa.compile.findings import Findings
from hansa.declare.document import Document
from hansa.declare.governance import GovernanceFiles
from hansa.declare.governance.glossary import TermEntry, read_glossary
from hansa.model import Governance, Mesh, Term
from hansa.model.outline import outline
from hansa.trouble import Severity, did_you_mean, one_of


def compile_terms(files: GovernanceFiles, findings: Findings) -> tuple[Term, ...]:
    """The terms of the glossary, sorted by id."""
    if files.glossary is None:
        return ()
    entries, troubles = read_glossary(files.glossary)
    findings.troubles += troubles
    known = {entry.id for entry in entries}
    for entry in entries:
        _tell_unknown_parents(entry, known, files.glossary, findings)
    _tell_circles(entries, known, files.glossary, findings)
    return tuple(_term(entry, known, files.glossary) for entry in entries)


def tell_unknown_terms(mesh: Mesh, governance: Governance, findings: Findings) -> None:
    """A warning for each term that columns of this repository name and the glossary does not have, with its first place."""
    known = {term.id for term in governance.terms}
    told: set[tuple[str, str]] = set()
    for product in mesh.own:
        for use in outline(product).terms:
            if use.term in known or (use.contract, use.term) in told:
                continue
            told.add((use.contract, use.term))
            mend = did_you_mean(use.term, known) or (
                f"add it to the glossary, or name one of {one_of(known)}" if known else "add it to governance/glossary.yaml"
            )
            summary = f"column `{use.column}` of contract `{use.contract}` names the term `{use.term}`, which is in no glossary"
            findings.add("H280", summary, [use.place], mend, products=[product.address], severity=Severity.WARNING)


def _term(entry: TermEntry, known: set[str], document: Document) -> Term:
    return Term(
        id=entry.id,
        name=entry.name or entry.id.replace("_", " ").replace("-", " "),
        definition=entry.definition,
        synonyms=entry.synonyms,
        parents=tuple(p for p in entry.parents if p in known),
        owner=entry.owner,
        status=entry.status,
        place=document.place((*entry.at, "id")),
    )


def _tell_unknown_parents(entry: TermEntry, known: set[str], document: Document, findings: Findings) -> None:
    for number, parent in enumerate(entry.parents):
        if parent not in known:
            place = document.place((*entry.at, "parents", number))
            mend = did_you_mean(parent, known) or f"terms: {one_of(known)}"
            findings.add("H281", f"the term `{entry.id}` has a parent that is no term: `{parent}`", [place], mend)


def _tell_circles(entries: tuple[TermEntry, ...], known: set[str], document: Document, findings: Findings) -> None:
    at = {entry.id: entry.at for entry in entries}
    for walk in circles({entry.id: frozenset(entry.parents) & known for entry in entries}):
        places = [document.place((*at[term], "parents"), term) for term in walk[:-1]]
        findings.add("H282", "terms are each other's parents: " + " → ".join(walk), places, "take one of the parents out")
