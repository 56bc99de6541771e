"""`governance/consumers/*.yaml`, `domains/X/consumers/*.yaml`: use cases that read data, each owned by a team, with purposes."""

from hansa.declare.document import Document
from hansa.declare.kinds import API_VERSION, read
from hansa.declare.reading import Reader
from hansa.declare.shape import Kind, Path, key, record_at
from hansa.frozen import dataclass
from hansa.names import is_word, word_like


@dataclass(frozen=True, slots=True)
class ConsumerFile:
    """A use case. Without `ends` it goes on; `attributes` are texts by name, for rules about rows."""

    api_version: str = key(required=True, choices=(API_VERSION,))
    kind: str = key(required=True, choices=("Consumer",))
    name: str = key(required=True)
    title: str = key()
    description: str = key()
    owner: str = key(required=True)
    purposes: tuple[str, ...] = key((), required=True, at_least_one=True)
    legal_basis: str = key()
    ends: str = key()
    attributes: object = key(None, kind=Kind.MAPPING)
    at: Path = record_at()


def read_consumer(document: Document) -> tuple[ConsumerFile, Reader]:
    """The use case of a file, and the reader that gathered its troubles."""
    said, reader = read(ConsumerFile, document)
    if said.name and not is_word(said.name):
        hint = word_like(said.name)
        summary = f"{reader.shown(('name',))} cannot name a use case: lower-case letters, digits and underscores, a letter first"
        reader.trouble("H190", summary, ("name",), f"call it `{hint}` and keep the words as its `title`" if hint else "")
    attributes = said.attributes if isinstance(said.attributes, dict) else {}
    for name, value in attributes.items():
        if isinstance(value, dict | list) or value is None:
            reader.trouble(
                "H191", f"the attribute `{str(name)[:60]}` is no text", ("attributes", name), "write a text or a number"
            )
    return said, reader
