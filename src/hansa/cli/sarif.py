"""Findings as SARIF 2.1.0 (OASIS), the form in which code hosts show them beside the lines that they are about."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from hansa.declare.governance.policies import BUILT_IN
from hansa.frozen import dataclass
from hansa.model import Policy, Violation
from hansa.trouble import Place, Severity, Trouble, TroubleError, catalogue

Document = dict[str, object]

MESH_FILE = "hansa.yaml"
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    title: str
    help: str


@dataclass(frozen=True, slots=True)
class _Result:
    rule: _Rule
    severity: Severity
    text: str
    places: tuple[Place, ...]
    subject: str


def sarif(
    troubles: Iterable[Trouble],
    tool_version: str,
    *,
    violations: Iterable[Violation] = (),
    policies: Iterable[Policy] = (),
    folder: str = "",
) -> Document:
    """One SARIF document of troubles, by their code, and of violations that are not waived, by their policy.

    `folder` is where the mesh lies in the repository, since places are relative to the mesh and code hosts want them from the
    root of the repository. What has no place is shown at `hansa.yaml`, since code hosts refuse a finding without one. `policies`
    lend their titles and reasons to the rules.
    """
    known = {p.id: p for p in policies}
    results = [_of_trouble(t) for t in troubles]
    results += [_of_violation(v, known.get(v.policy)) for v in violations if v.waived is None]
    rules = list(dict.fromkeys(r.rule for r in results))
    seen: Counter[str] = Counter()
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "Hansa", "version": tool_version, "rules": [_rule(r) for r in rules]}},
                "columnKind": "unicodeCodePoints",
                "results": [_result(r, rules.index(r.rule), folder, seen) for r in results],
            }
        ],
    }


def write_sarif(file: Path, document: Document) -> None:
    """Write a document to a file. Raises TroubleError when it cannot be written."""
    try:
        file.write_text(json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise TroubleError(
            Trouble("H349", f"{file} cannot be written: {reason}", (Place(str(file)),), "name a file in a folder that is there")
        ) from error


def in_repository(root: Path) -> str:
    """Where a folder lies in its git repository, with forward slashes; empty at its root or outside of one."""
    whole = root.resolve()
    top = next((folder for folder in (whole, *whole.parents) if (folder / ".git").exists()), whole)
    found = whole.relative_to(top).as_posix()
    return "" if found == "." else found


def _of_trouble(trouble: Trouble) -> _Result:
    try:
        rule = _Rule(trouble.code, catalogue.title(trouble.code), catalogue.page(trouble.code))
    except KeyError:
        rule = _Rule(trouble.code, trouble.code, "")
    text = f"{trouble.summary}\n{trouble.mend}" if trouble.mend else trouble.summary
    return _Result(rule, trouble.severity, text, trouble.places, f"{trouble.product} {trouble.summary}")


def _of_violation(violation: Violation, policy: Policy | None) -> _Result:
    title = policy.title if policy is not None else violation.policy
    why = f"# {violation.policy} — {title}\n\n{policy.why}\n" if policy is not None else ""
    severity = violation.severity if violation.refuses else min(violation.severity, Severity.WARNING, key=_weight)
    text = f"{violation.subject}: {violation.message}" + (f"\n{violation.mend}" if violation.mend else "")
    places = tuple(p for p in violation.places if not p.file.startswith(BUILT_IN))  # code hosts refuse what they do not have
    return _Result(_Rule(violation.policy, title, why), severity, text, places, violation.subject)


def _weight(severity: Severity) -> int:
    return (Severity.NOTE, Severity.WARNING, Severity.ERROR).index(severity)


def _rule(rule: _Rule) -> Document:
    described: Document = {"id": rule.id, "shortDescription": {"text": rule.title}, "fullDescription": {"text": rule.title}}
    if rule.help:
        described["help"] = {"text": rule.help, "markdown": rule.help}
    return described


def _result(result: _Result, index: int, folder: str, seen: Counter[str]) -> Document:
    first, *others = result.places or (Place(MESH_FILE),)
    document: Document = {
        "ruleId": result.rule.id,
        "ruleIndex": index,
        "level": _LEVELS[result.severity],
        "message": {"text": result.text},
        "locations": [_location(first, folder)],
        "partialFingerprints": {"hansaFinding/v1": _fingerprint(result, first.file, seen)},
    }
    if others:
        document["relatedLocations"] = _related(others, folder)
    return document


def _related(places: Sequence[Place], folder: str) -> list[Document]:
    return [{"id": number, **_location(place, folder)} for number, place in enumerate(places, start=1)]


def _location(place: Place, folder: str) -> Document:
    absolute = PurePosixPath(place.file).is_absolute()
    path = place.file if absolute else _tidy(f"{folder}/{place.file}" if folder else place.file)
    artifact = {"uri": f"file://{quote(path)}"} if absolute else {"uri": quote(path), "uriBaseId": "%SRCROOT%"}
    physical: Document = {"artifactLocation": artifact}
    if place.line > 0:
        physical["region"] = {"startLine": place.line, "startColumn": max(place.column, 1)}
    location: Document = {"physicalLocation": physical}
    if place.note:
        location["message"] = {"text": place.note}
    return location


def _tidy(path: str) -> str:
    """A relative path without `.` and, as far as there is something to go up from, `..`."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _fingerprint(result: _Result, file: str, seen: Counter[str]) -> str:
    """The same finding in the next run, though lines have moved: rule, file and subject, and which of several equal ones."""
    text = "\n".join((result.rule.id, file, result.subject))
    seen[text] += 1
    return hashlib.sha256(f"{text}\n{seen[text]}".encode()).hexdigest()[:32]
