"""The two files of classes are read with the troubles of their form."""

from collections.abc import Callable

import pytest

from hansa.declare import Document
from hansa.declare.governance.classifications import ClassificationsFile, DeclassificationsFile
from hansa.declare.kinds import read

DocumentOf = Callable[[str], Document]

CLASSES = """\
apiVersion: hansa/v1
kind: Classifications
default: internal
classes:
  - {name: internal}
  - {name: personal, title: Personal, above: [internal], mask: sha-256-global, indirect: true, also: [PII]}
"""
DECISIONS = """\
apiVersion: hansa/v1
kind: Declassifications
declassifications:
  - column: a.b.c#d
    lowers: [personal]
    to: internal
    reason: A count.
    approver: Maria Silva
    scope: Reports
    decided: 2026-01-01
    expires: 2027-01-01
"""


def test_classes_are_read_as_written(document_of: DocumentOf) -> None:
    file, reader = read(ClassificationsFile, document_of(CLASSES), {})
    assert reader.troubles == []
    assert file.default == "internal"
    personal = file.classes[1]
    assert (personal.name, personal.above, personal.also) == ("personal", ("internal",), ("PII",))
    assert (personal.mask, personal.indirect) == ("sha-256-global", True)


def test_decisions_are_read_as_written(document_of: DocumentOf) -> None:
    file, reader = read(DeclassificationsFile, document_of(DECISIONS), {})
    assert reader.troubles == []
    (decision,) = file.declassifications
    assert (decision.lowers, decision.to, decision.expires) == (("personal",), "internal", "2027-01-01")


@pytest.mark.parametrize(
    ("kind", "text", "code", "words"),
    [
        (ClassificationsFile, CLASSES.replace("sha-256-global", "sha-256"), "H124", "sha-256-global"),
        (ClassificationsFile, CLASSES.replace("above: [internal]", "above: internal"), "H120", "list"),
        (ClassificationsFile, CLASSES.replace("also:", "alias:"), "H122", "alias"),
        (ClassificationsFile, "apiVersion: hansa/v1\nkind: Classifications\n", "H121", "classes"),
        (ClassificationsFile, CLASSES.replace("name: personal, ", ""), "H121", "name"),
        (DeclassificationsFile, DECISIONS.replace("    reason: A count.\n", ""), "H121", "reason"),
        (DeclassificationsFile, DECISIONS.replace("    approver: Maria Silva\n", ""), "H121", "approver"),
        (DeclassificationsFile, DECISIONS.replace("    scope: Reports\n", ""), "H121", "scope"),
        (DeclassificationsFile, DECISIONS.replace("Declassifications", "Declassification"), "H124", "kind"),
    ],
)
def test_what_is_not_of_the_form_is_told(kind: type, text: str, code: str, words: str, document_of: DocumentOf) -> None:
    _, reader = read(kind, document_of(text), {})
    assert [t.code for t in reader.troubles] == [code]
    assert words in str(reader.troubles[0])
