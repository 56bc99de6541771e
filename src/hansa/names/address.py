"""The addresses of a mesh: one immutable type each, one text form each.

======================= ===================================== =====================
what                    text                                  as a table in SQL
======================= ===================================== =====================
domain                  ``customer``
product                 ``customer.profiles``                 ``customer.profiles``
port                    ``customer.profiles.profiles``        ``….profiles``
a major of a port       ``customer.profiles.profiles@2``      ``….profiles_v2``
column of a port        ``customer.profiles.profiles#email``
======================= ===================================== =====================
"""

import re

from hansa.frozen import dataclass

_WORD = re.compile(r"[a-z][a-z0-9_]{0,62}")


def is_word(text: str) -> bool:
    """Whether a text can name a domain, a product or a port: lower-case, digits and underscores, at most 63."""
    return _WORD.fullmatch(text) is not None


def word_like(text: str) -> str:
    """The nearest valid word to a text, for a mend or a scaffold; empty when nothing is left of it."""
    word = re.sub(r"[^a-z0-9]+", "_", text.strip().lower()).strip("_")
    word = re.sub(r"^[0-9_]+", "", word)
    return word[:63].strip("_")


@dataclass(frozen=True, slots=True, order=True)
class DomainName:
    domain: str

    def __post_init__(self) -> None:
        _refuse_unless_word(self.domain, "domain")

    def __str__(self) -> str:
        return self.domain


@dataclass(frozen=True, slots=True, order=True)
class ProductName:
    domain: str
    product: str

    def __post_init__(self) -> None:
        _refuse_unless_word(self.domain, "domain")
        _refuse_unless_word(self.product, "product")

    def __str__(self) -> str:
        return f"{self.domain}.{self.product}"

    @property
    def in_domain(self) -> DomainName:
        return DomainName(self.domain)

    def port(self, name: str) -> "PortName":
        return PortName(self.domain, self.product, name)


@dataclass(frozen=True, slots=True, order=True)
class PortName:
    domain: str
    product: str
    port: str

    def __post_init__(self) -> None:
        _refuse_unless_word(self.domain, "domain")
        _refuse_unless_word(self.product, "product")
        _refuse_unless_word(self.port, "port")

    def __str__(self) -> str:
        return f"{self.domain}.{self.product}.{self.port}"

    @property
    def of_product(self) -> ProductName:
        return ProductName(self.domain, self.product)

    def at(self, major: int) -> "PortMajor":
        return PortMajor(self, major)


@dataclass(frozen=True, slots=True, order=True)
class PortMajor:
    """A port at one major version of its contract: what consumers are bound to, and one table in the lake."""

    name: PortName
    major: int

    def __post_init__(self) -> None:
        if self.major < 0:
            raise ValueError(f"a major version is 0 or more, not {self.major}")

    def __str__(self) -> str:
        return f"{self.name}@{self.major}"

    @property
    def sql(self) -> str:
        """The name that pins this major in SQL."""
        return f"{self.name}_v{self.major}"


@dataclass(frozen=True, slots=True, order=True)
class ColumnName:
    """A column of a port. Column names keep the spelling of their contract: any text without line breaks."""

    port: PortName
    column: str
    major: int | None = None

    def __post_init__(self) -> None:
        if not self.column or "\n" in self.column or len(self.column) > 255:
            raise ValueError(f"not a column name: {self.column!r}")

    def __str__(self) -> str:
        at = "" if self.major is None else f"@{self.major}"
        return f"{self.port}{at}#{self.column}"


Address = DomainName | ProductName | PortName | PortMajor | ColumnName


def _refuse_unless_word(text: str, what: str) -> None:
    if not is_word(text):
        hint = word_like(text)
        raise ValueError(
            f"`{text}` cannot name a {what}: lower-case letters, digits and underscores, a letter first"
            + (f"; `{hint}` can" if hint and hint != text else "")
        )
