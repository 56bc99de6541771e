"""What a reader may discover, as Flight SQL shows it: catalogue = domain, schema = data product, table = port.

So the name that a tool puts together, `"customer"."profiles"."profiles"`, is just the port's own name, and a query that a tool
wrote means the same when a person pastes it elsewhere. The short form `customer.profiles` stays: two parts, domain and product.
"""

from collections.abc import Sequence
from typing import Protocol

import pyarrow as pa

from hansa.frozen import dataclass
from hansa.model import Reader

TABLE = "TABLE"
"""The one type of table. Tools ask for TABLE and VIEW and hide what is neither."""


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A port that a reader may discover. `name` is the port's, with `_vN` for a major that is not the highest.

    `main` says that the name of its product alone means it.
    """

    domain: str
    product: str
    name: str
    primary_key: tuple[str, ...] = ()
    main: bool = False


class Shown(Protocol):
    """Safe in many threads."""

    def tables(self, reader: Reader, environment: str) -> Sequence[ShownTable]:
        """What the reader may discover in an environment, in any order."""
        ...

    def columns(self, reader: Reader, environment: str, table: ShownTable) -> pa.Schema:
        """The columns as the reader will see them; none when the reader may not read them."""
        ...
