"""The only parser of addresses. Nobody else splits these texts."""

import re
from functools import lru_cache

from hansa.names.address import Address, ColumnName, DomainName, PortMajor, PortName, ProductName

_PINNED = re.compile(r"^(?P<name>.+)_v(?P<major>[0-9]+)$")


def parse(text: str) -> Address:
    """Read an address from its text form or, for a pinned major, its SQL form. Raises ValueError with the reason."""
    body, hash_sign, column = text.strip().partition("#")
    body, at_sign, major_text = body.partition("@")
    words = tuple(body.split("."))
    major = _major(text, major_text) if at_sign else None
    match words:
        case (domain,) if not at_sign and not hash_sign:
            return DomainName(domain)
        case (domain, product) if not at_sign and not hash_sign:
            return ProductName(domain, product)
        case (domain, product, port):
            name = PortName(domain, product, port)
            if hash_sign:
                return ColumnName(name, column, major)
            return name if major is None else PortMajor(name, major)
        case _:
            raise ValueError(
                f"`{text}` is not an address: expected domain, domain.product, domain.product.port, "
                "domain.product.port@major or domain.product.port#column"
            )


def parse_product(text: str) -> ProductName:
    """Read a product, written `domain.product` or, as on the command line, `domain/product`."""
    found = _product(text.strip().strip("/").replace("/", "."))
    if found is None:
        raise ValueError(f"`{text}` does not name a product: expected domain.product")
    return found


@lru_cache(maxsize=65_536)
def _product(text: str) -> ProductName | None:
    """Ledgers and indexes name the same products again and again. A text that is no address is not kept."""
    address = parse(text)
    return address if isinstance(address, ProductName) else None


def parse_port(text: str) -> PortName | PortMajor:
    """Read a port or a port at a major (`…@2` or the SQL form `…_v2` is left to `unpinned`)."""
    address = parse(text)
    if not isinstance(address, PortName | PortMajor):
        raise ValueError(f"`{text}` does not name a port: expected domain.product.port")
    return address


def unpinned(word: str) -> tuple[str, int | None]:
    """Split the SQL form `profiles_v2` into (`profiles`, 2); without a pin the major is None."""
    match = _PINNED.match(word)
    return (match["name"], int(match["major"])) if match else (word, None)


def _major(text: str, digits: str) -> int:
    if not digits.isdecimal() or len(digits) > 6:
        raise ValueError(f"`{text}` is not an address: after @ comes a major version, such as @2")
    return int(digits)
