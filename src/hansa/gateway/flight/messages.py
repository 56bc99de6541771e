"""The messages of Arrow Flight SQL that the gateway reads and writes (apache/arrow, format/FlightSql.proto and Flight.proto).

Numbers and names are the standard's. Messages about changing data are known by name only, since they are refused.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hansa.frozen import dataclass
from hansa.gateway.flight.wire import at, decode, unwrap, wrap

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

PACKAGE = "arrow.flight.protocol.sql."


@dataclass(frozen=True, slots=True)
class StatementQuery:
    query: str = at(1)
    transaction: bytes | None = at(2, None)


@dataclass(frozen=True, slots=True)
class PreparedStatementQuery:
    handle: bytes = at(1, b"")


@dataclass(frozen=True, slots=True)
class TicketStatementQuery:
    handle: bytes = at(1, b"")


@dataclass(frozen=True, slots=True)
class GetCatalogs:
    pass


@dataclass(frozen=True, slots=True)
class GetDbSchemas:
    catalog: str | None = at(1, None)
    schema_pattern: str | None = at(2, None)


@dataclass(frozen=True, slots=True)
class GetTables:
    catalog: str | None = at(1, None)
    schema_pattern: str | None = at(2, None)
    table_pattern: str | None = at(3, None)
    types: tuple[str, ...] = at(4, ())
    include_schema: bool = at(5, False)


@dataclass(frozen=True, slots=True)
class GetTableTypes:
    pass


@dataclass(frozen=True, slots=True)
class GetSqlInfo:
    info: tuple[int, ...] = at(1, ())


@dataclass(frozen=True, slots=True)
class GetPrimaryKeys:
    catalog: str | None = at(1, None)
    schema: str | None = at(2, None)
    table: str = at(3)


@dataclass(frozen=True, slots=True)
class GetForeignKeys:
    """GetExportedKeys, GetImportedKeys or GetCrossReference: which one does not matter, as contracts of ports know none."""


@dataclass(frozen=True, slots=True)
class GetXdbcTypeInfo:
    data_type: int | None = at(1, None)


Command = (
    StatementQuery
    | PreparedStatementQuery
    | TicketStatementQuery
    | GetCatalogs
    | GetDbSchemas
    | GetTables
    | GetTableTypes
    | GetSqlInfo
    | GetPrimaryKeys
    | GetForeignKeys
    | GetXdbcTypeInfo
)

COMMANDS: Mapping[str, type[Command]] = {
    "CommandStatementQuery": StatementQuery,
    "CommandPreparedStatementQuery": PreparedStatementQuery,
    "TicketStatementQuery": TicketStatementQuery,
    "CommandGetCatalogs": GetCatalogs,
    "CommandGetDbSchemas": GetDbSchemas,
    "CommandGetTables": GetTables,
    "CommandGetTableTypes": GetTableTypes,
    "CommandGetSqlInfo": GetSqlInfo,
    "CommandGetPrimaryKeys": GetPrimaryKeys,
    "CommandGetExportedKeys": GetForeignKeys,
    "CommandGetImportedKeys": GetForeignKeys,
    "CommandGetCrossReference": GetForeignKeys,
    "CommandGetXdbcTypeInfo": GetXdbcTypeInfo,
}

WRITING = frozenset(
    {
        *("CommandStatementUpdate", "CommandPreparedStatementUpdate", "CommandStatementIngest"),
        *("BeginTransaction", "EndTransaction", "BeginSavepoint", "EndSavepoint"),
    }
)
"""Commands and actions that change data or keep a transaction open."""


@dataclass(frozen=True, slots=True)
class CreatePreparedStatement:
    query: str = at(1)
    transaction: bytes | None = at(2, None)


@dataclass(frozen=True, slots=True)
class CreatedPreparedStatement:
    handle: bytes = at(1, b"")
    dataset_schema: bytes = at(2, b"")
    parameter_schema: bytes = at(3, b"")


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """CancelQuery and CancelFlightInfo have the same form: a FlightInfo in field 1."""

    info: bytes = at(1, b"")


@dataclass(frozen=True, slots=True)
class Status:
    """The result of CancelQuery, CancelFlightInfo and CloseSession: a number of the standard's enumeration."""

    status: int = at(1, 0)


CANCELLED, CANCELLING = 1, 2  # of CancelStatus
CLOSED = 1  # of CloseSessionResult.Status


@dataclass(frozen=True, slots=True)
class Texts:
    values: tuple[str, ...] = at(1, ())


@dataclass(frozen=True, slots=True)
class OptionValue:
    """A value of a session option: one of these, or none to unset it."""

    text: str | None = at(1, None)
    flag: bool | None = at(2, None)
    number: int | None = at(3, None)
    real: float | None = at(4, None)
    texts: tuple[Texts, ...] = at(5, (), of=Texts)


@dataclass(frozen=True, slots=True)
class Option:
    name: str = at(1)
    value: tuple[OptionValue, ...] = at(2, (), of=OptionValue)


@dataclass(frozen=True, slots=True)
class Options:
    """SetSessionOptionsRequest and GetSessionOptionsResult: a map is a list of its entries."""

    options: tuple[Option, ...] = at(1, (), of=Option)


@dataclass(frozen=True, slots=True)
class OptionError:
    name: str = at(1)
    error: tuple[Status, ...] = at(2, (), of=Status)


@dataclass(frozen=True, slots=True)
class OptionErrors:
    """SetSessionOptionsResult: the options that could not be set, and why."""

    errors: tuple[OptionError, ...] = at(1, (), of=OptionError)


INVALID_NAME, INVALID_VALUE = 1, 2  # of SetSessionOptionsResult.ErrorValue


def name_of(data: bytes) -> tuple[str, bytes]:
    """The short name of a wrapped Flight SQL message, and its bytes. Raises `Garbled`."""
    name, inside = unwrap(data)
    return name.removeprefix(PACKAGE), inside


def command_of(data: bytes) -> Command | str:
    """The command in a descriptor or ticket; the name of one that is not known. Raises `Garbled`."""
    name, inside = name_of(data)
    kind = COMMANDS.get(name)
    return name if kind is None else decode(kind, inside)


def wrapped(name: str, message: "DataclassInstance") -> bytes:
    """A Flight SQL message in an Any, by its short name."""
    return wrap(PACKAGE + name, message)
