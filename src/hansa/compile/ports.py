"""Ports on their way through the passes: resolved to contracts, tables and origins, their schemas not known yet."""

from collections.abc import Iterable

from hansa.declare.custom import Extensible, custom
from hansa.frozen import dataclass
from hansa.model import Contract, MeshOrigin, Refresh, SourceOrigin, Table
from hansa.names import PortMajor, PortName, Version
from hansa.trouble import Place, did_you_mean, one_of


@dataclass(frozen=True, slots=True)
class OutputDraft:
    """An output port whose contract and table are known."""

    address: PortName
    contract: Contract
    table: Table
    refresh: Refresh
    sort_by: tuple[str, ...]
    title: str
    description: str
    deprecated: bool
    place: Place

    @property
    def pinned(self) -> PortMajor:
        return PortMajor(self.address, self.contract.version.major)


@dataclass(frozen=True, slots=True)
class InputDraft:
    """An input port whose contract, table and origin are known."""

    name: str
    contract: Contract
    table: Table
    origin: MeshOrigin | SourceOrigin
    place: Place


@dataclass(frozen=True, slots=True)
class Unclear:
    """Why a port could not be resolved: the trouble's code, summary and mend."""

    code: str
    summary: str
    mend: str


def said(port: PortName) -> str:
    """A port in prose: the product alone where its port has the same name."""
    return str(port.of_product) if port.port == port.product else str(port)


def custom_text(record: Extensible, name: str) -> str:
    """The text of a custom property of ours; empty when it is not written or not a text."""
    found = custom(record, name)
    return found.value.strip() if found is not None and isinstance(found.value, str) else ""


def choose_version(contracts: Iterable[Contract], port: str, version: str) -> Contract | Unclear:
    """The contract that a port means among those of one id: of the port's major the highest. There is at least one."""
    known = sorted(contracts, key=lambda c: c.version)
    name = known[0].id
    versions = ", ".join(str(c.version) for c in known)
    if not version:
        if len({c.version.major for c in known}) > 1:
            mend = f"add `version` to port `{port}`; there are {versions}"
            return Unclear("H222", f"port `{port}` could mean several versions of contract `{name}`", mend)
        return known[-1]
    try:
        major = Version.parse(version).major
    except ValueError as error:
        return Unclear("H233", f"port `{port}`: {error}", f"write the contract's version: {versions}")
    of_major = [c for c in known if c.version.major == major]
    if not of_major:
        mend = f"write `version: {known[-1].version}`, or add a contract of version {major}.0.0"
        return Unclear("H233", f"port `{port}` is at version {version}, its contract `{name}` at {versions}", mend)
    return of_major[-1]


def choose_table(contract: Contract, port: str, wanted: str) -> Table | Unclear:
    """The table of a contract that a port means: the one asked for, the only one, or the one named like the port."""
    names = [t.name for t in contract.tables]
    if not names:
        return Unclear("H226", f"contract `{contract.id}` of port `{port}` describes no table", "add an object to `schema`")
    if wanted:
        named = [t for t in contract.tables if wanted.lower() in (t.name.lower(), t.physical_name.lower())]
        if named:
            return named[0]
        mend = did_you_mean(wanted, names) or f"tables of this contract: {one_of(names)}"
        return Unclear("H226", f"contract `{contract.id}` has no table `{wanted}`, which port `{port}` asks for", mend)
    if len(contract.tables) == 1:
        return contract.tables[0]
    named = [t for t in contract.tables if port.lower() in (t.name.lower(), t.physical_name.lower())]
    if named:
        return named[0]
    mend = f"add the custom property `object` with one of {one_of(names)}"
    return Unclear("H226", f"port `{port}` could mean several tables of contract `{contract.id}`", mend)
