"""A connection: queries on behalf of one reader, whichever way they go."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from hansa.client.flight import Claims, Flown
from hansa.client.results import Result
from hansa.gateway.asking import Parameters
from hansa.trouble import Trouble, TroubleError


class Way(Protocol):
    """How queries get to a gateway. Safe in many threads."""

    def ask(self, text: str, claims: Claims, parameters: Parameters = ()) -> Flown: ...

    def explain(self, port: str, claims: Claims) -> dict[str, Any]: ...

    def ports(self, claims: Claims) -> tuple[str, ...]: ...

    def close(self) -> None: ...


class Connection:
    """Queries on behalf of one reader. Close it, or use it as a context manager.

    Everything raises `TroubleError`; for what the reader may not see, its kind `Refused`.
    """

    def __init__(self, way: Way, claims: Claims, shown: str, cursors: Callable[[], Any] | None = None) -> None:
        self._way, self._claims, self._shown, self._cursors = way, claims, shown, cursors

    def query(self, sql: str, parameters: Sequence[object] | Mapping[str, object] | None = None) -> Result:
        """The rows of one SELECT. `parameters` are the values of `?` in their order, or of `$name` by name."""
        values = dict(parameters) if isinstance(parameters, Mapping) else tuple(parameters or ())
        flown = self._way.ask(sql, self._claims, values)
        return Result(flown.reader, flown.notices)

    def explain(self, port: str) -> dict[str, Any]:
        """What the reader sees of a port, and why: `readable`, `columns` with their `effect`, `reasons`, `mend`."""
        return self._way.explain(port, self._claims)

    def ports(self) -> tuple[str, ...]:
        """The names of the ports that may be discovered."""
        return self._way.ports(self._claims)

    def cursor(self) -> Any:
        """A cursor of the Python Database API 2.0, by ADBC. Only over Flight SQL."""
        if self._cursors is None:
            mend = "connect to grpc://…; `query` works every way"
            raise TroubleError(Trouble("H953", "cursors are for connections over Flight SQL", mend=mend))
        return self._cursors()

    def close(self) -> None:
        self._way.close()

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        claims = ", ".join(c for c in (self._claims.consumer, self._claims.purpose) if c)
        return f"<hansa.Connection {self._shown}{f' for {claims}' if claims else ''}>"
