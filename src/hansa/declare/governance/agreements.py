"""`agreements.yaml` of a product: who may read its ports, for which purpose, and who approved it; a grant kept as code."""

from hansa.declare.document import Document
from hansa.declare.kinds import API_VERSION, read
from hansa.declare.reading import Reader
from hansa.declare.shape import Path, key, record_at
from hansa.frozen import dataclass

FILE = "agreements.yaml"


@dataclass(frozen=True, slots=True)
class AgreementEntry:
    """Leave for one consumer. `port` is the port's name, or with its major `name@2`; `granted` and `expires` are days.

    A product's purpose need not be said. `columns` left out are all of them.
    """

    consumer: str = key(required=True)
    purpose: str = key()
    port: str = key(required=True)
    columns: tuple[str, ...] = key(())
    unmasked: tuple[str, ...] = key(())
    row_filter: str = key()
    granted: str = key()
    expires: str = key()
    approver: str = key(required=True)
    reason: str = key()
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class AgreementsFile:
    api_version: str = key(required=True, choices=(API_VERSION,))
    kind: str = key(required=True, choices=("Agreements",))
    agreements: tuple[AgreementEntry, ...] = key((), required=True)
    at: Path = record_at()


def read_agreements(document: Document) -> tuple[tuple[AgreementEntry, ...], Reader]:
    """The agreements of a file as written, and the reader that gathered its troubles."""
    said, reader = read(AgreementsFile, document)
    return said.agreements, reader
