"""Asking the gateway inside this process, over a mesh on this machine: for its operator, who may name whom to see for."""

from pathlib import Path
from typing import Any

from hansa.client.flight import Claims, Flown
from hansa.gateway.asking import Answering, Parameters, Query
from hansa.gateway.discovering import Discovery
from hansa.model import DEFAULT_ENVIRONMENT, Reader
from hansa.serving import Serving
from hansa.wiring import Workplace


class LocalWay:
    """A mesh in this process. With a token, its owner asks; without, `as_user` or the operator."""

    def __init__(self, mesh: Path, as_user: str = "") -> None:
        self._workplace = Workplace.open(mesh)
        self._serving = Serving(self._workplace)
        self._answering: Answering = self._serving.gateway()
        self._as_user = as_user

    def ask(self, text: str, claims: Claims, parameters: Parameters = ()) -> Flown:
        environment = claims.environment or DEFAULT_ENVIRONMENT
        answer = self._answering.ask(Query(text, self._reader(claims), "python", environment, parameters, claims.rows))
        return Flown(answer.reader, answer.notices)

    def explain(self, port: str, claims: Claims) -> dict[str, Any]:
        return self._discovery().explained(port, self._reader(claims), claims.environment or DEFAULT_ENVIRONMENT, "python")

    def ports(self, claims: Claims) -> tuple[str, ...]:
        tables = self._discovery().tables(self._reader(claims), claims.environment or DEFAULT_ENVIRONMENT)
        return tuple(f"{t.domain}.{t.product}.{t.name}" for t in tables)

    def close(self) -> None:
        self._serving.close()
        self._workplace.close()

    def _reader(self, claims: Claims) -> Reader:
        if claims.token:
            return Reader(self._serving.authenticator.authenticate(claims.token), claims.consumer, claims.purpose)
        return self._serving.reader(self._as_user, claims.consumer, claims.purpose)

    def _discovery(self) -> Discovery:
        serving = self._serving
        return Discovery(serving.mesh, self._workplace.ledger, serving.decider, self._answering, serving.clock)
