"""Building blocks that both Bitol standards share (ODCS 3.2, ODPS 1.1): definitions, custom properties, context, teams."""

from hansa.declare.shape import Path, key, record_at
from hansa.frozen import dataclass

STABLE_ID = r"[A-Za-z0-9_-]+"


@dataclass(frozen=True, slots=True)
class AuthoritativeDefinition:
    url: str = key(required=True, format="uri")
    type: str = key(required=True)
    description: str = key(odcs=(3, 1))
    id: str = key(odcs=(3, 1), odps=(1, 1), pattern=STABLE_ID)
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class CustomProperty:
    """A key of somebody's own; `value` is plain data as written, variables resolved."""

    property: str = key(required=True)
    value: object = key(None, required=True)
    description: str = key(odcs=(3, 1))
    vendor: str = key(odcs=(3, 2), odps=(1, 1))
    id: str = key(odcs=(3, 1), odps=(1, 1), pattern=STABLE_ID)
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class Synonym:
    synonym: str = key(required=True)
    description: str = key()
    locale: str = key()
    source: str = key()
    status: str = key()
    custom_properties: tuple[CustomProperty, ...] = key(())
    id: str = key(pattern=STABLE_ID)
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class VerifiedStatement:
    question: str = key(required=True)
    answer: str = key()
    tags: tuple[str, ...] = key(())
    custom_properties: tuple[CustomProperty, ...] = key(())
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = key(())
    id: str = key()
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class Constraint:
    constraint: str = key(required=True)
    tags: tuple[str, ...] = key(())
    custom_properties: tuple[CustomProperty, ...] = key(())
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = key(())
    id: str = key()
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class Context:
    """What an assistant should know. A context written as one text (ODCS) is its `instructions`."""

    instructions: str = key()
    verified_statements: tuple[VerifiedStatement, ...] = key(())
    constraints: tuple[Constraint, ...] = key(())
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class TeamMember:
    username: str = key(required=True)
    name: str = key()
    description: str = key()
    role: str = key()
    date_in: str = key(format="date")
    date_out: str = key(format="date")
    replaced_by_username: str = key()
    tags: tuple[str, ...] = key((), odcs=(3, 1), odps=(1, 0))
    custom_properties: tuple[CustomProperty, ...] = key((), odcs=(3, 1), odps=(1, 0))
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = key((), odcs=(3, 1), odps=(1, 0))
    id: str = key(odcs=(3, 1), odps=(1, 1), pattern=STABLE_ID)
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class Team:
    """Who answers. A team written as a list of members (ODCS until 3.0, ODPS 0.9) has only `members`."""

    name: str = key()
    description: str = key()
    members: tuple[TeamMember, ...] = key(())
    tags: tuple[str, ...] = key(())
    custom_properties: tuple[CustomProperty, ...] = key(())
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = key(())
    id: str = key(odcs=(3, 1), odps=(9,), pattern=STABLE_ID)
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class Description:
    """What a product or contract is for. ODCS lets people add keys of their own here; they are not kept."""

    purpose: str = key()
    limitations: str = key()
    usage: str = key()
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = key(())
    custom_properties: tuple[CustomProperty, ...] = key(())
    at: Path = record_at()
