"""Cursors by ADBC's driver for Flight SQL."""

from typing import Any

from hansa.client.flight import Claims, FlightWay, told


class FlightConnection(FlightWay):
    """A way over Flight SQL that has cursors, too. The driver is loaded by the first of them."""

    def __init__(self, location: str, claims: Claims, *, roots: bytes | None = None) -> None:
        super().__init__(location, roots=roots)
        self._location, self._claims, self._roots = location, claims, roots
        self._driver: Any = None

    def explain(self, port: str, claims: Claims) -> dict[str, Any]:
        return self.explained(port, claims)

    def cursor(self) -> Any:
        if self._driver is None:
            from adbc_driver_flightsql import DatabaseOptions, dbapi

            headers = {n.decode(): v.decode() for n, v in self._claims.headers()}
            options = {DatabaseOptions.AUTHORIZATION_HEADER.value: headers.pop("authorization")}
            options |= {f"{DatabaseOptions.RPC_CALL_HEADER_PREFIX.value}{n}": v for n, v in headers.items()}
            if self._roots:
                options[DatabaseOptions.TLS_ROOT_CERTS.value] = self._roots.decode()
            with told():
                self._driver = dbapi.connect(self._location, db_kwargs=options, autocommit=True)
        return self._driver.cursor()

    def close(self) -> None:
        if self._driver is not None:
            self._driver.close()
        super().close()
