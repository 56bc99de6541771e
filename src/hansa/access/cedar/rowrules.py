"""Rules about rows, brought down to what they ask of a row's columns: all else is known before a row is read."""

import json
from collections.abc import Mapping, Sequence, Set
from typing import Any

import cedarpy

from hansa.access.cedar.entities import MESH, Uid
from hansa.access.cedar.evaluating import Rules, policy_set
from hansa.access.rows import compiled
from hansa.cedar import row_type
from hansa.model import Schema
from hansa.names import PortName

NONE = "false"
"""The predicate that no row passes."""


def row_rules(
    rules: Rules,
    principal: Uid,
    port: PortName,
    schema: Schema,
    context: Mapping[str, Any],
    entities: Sequence[Mapping[str, Any]],
) -> tuple[str, tuple[str, ...]]:
    """The predicate of the rows that may be read, empty for all, and why any of the rules could not be evaluated.

    Cedar could take the row as a whole for unknown, but would then not know that it is of this port. So first every question for
    where the row lies is answered, and Cedar evaluates what is left.
    """
    if not rules.about_rows:
        return "", ()
    above = {MESH, ("Domain", port.domain), ("Product", str(port.of_product)), ("Port", str(port))}
    row = _Row(row_type(port), above)
    trees = {str(n): tree for n, p in enumerate(rules.policies) if (tree := row.specialised(p.tree)) is not None}
    request = {
        # Here Cedar takes names as text alone; one with characters that it would escape raises, and then no row is seen.
        "principal": f"{principal[0]}::{json.dumps(principal[1], ensure_ascii=False)}",
        "action": 'Action::"readRow"',
        "resource": None,
        "context": json.dumps(context),
    }
    try:
        known = cedarpy.Entities.from_json_str(json.dumps(entities))
        result = cedarpy.is_authorized_partial(request, policy_set(trees), known)
    except ValueError as error:
        return NONE, (f"the rules about rows could not be evaluated: {error}",)
    failed = [rules.failure(error) for error in result.diagnostics.errors]
    errors = tuple(why for policy, why in failed if policy is None or policy.effect == "forbid")
    if errors or result.decision is cedarpy.Decision.Deny:
        return NONE, errors
    return ("", ()) if result.decision is cedarpy.Decision.Allow else (compiled(result.residuals, schema), ())


class _Row:
    """A row of a port, of which only the place in the mesh is known."""

    def __init__(self, kind: str, above: Set[Uid]) -> None:
        self._kind = kind
        self._above = above

    def specialised(self, tree: Mapping[str, Any]) -> dict[str, Any] | None:
        """A policy for this row alone; None when it is not about it."""
        if not self._in_scope(tree["resource"]):
            return None
        conditions = [{**c, "body": self._folded(c["body"])} for c in tree["conditions"]]
        return {**tree, "resource": {"op": "All"}, "conditions": conditions}

    def _in_scope(self, scope: Mapping[str, Any]) -> bool:
        match scope:
            case {"op": "All"}:
                return True
            case {"op": "in", "entity": entity}:
                return self._lies_in(entity)
            case {"op": "is", "entity_type": kind, "in": {"entity": entity}}:
                return kind == self._kind and self._lies_in(entity)
            case {"op": "is", "entity_type": kind}:
                return bool(kind == self._kind)
            case _:
                return False  # `==`: a row has no name that could be written

    def _lies_in(self, entity: Mapping[str, str]) -> bool:
        return (entity["type"], entity["id"]) in self._above

    def _folded(self, body: Any) -> Any:
        match body:
            case {"is": {"left": {"Var": "resource"}, "entity_type": kind, **rest}}:
                here = {"Value": kind == self._kind}
                return {"&&": {"left": here, "right": self._folded(_inside(rest["in"]))}} if "in" in rest else here
            case {"in": {"left": {"Var": "resource"}, "right": {"Value": {"__entity": entity}}}}:
                return {"Value": self._lies_in(entity)}
            case {"in": {"left": {"Var": "resource"}, "right": {"Set": [*items]}}} if all(map(_entity_of, items)):
                return {"Value": any(self._lies_in(_entity_of(item)) for item in items)}
            case dict():
                return {name: self._folded(inner) for name, inner in body.items()}
            case list():
                return [self._folded(inner) for inner in body]
            case _:
                return body


def _inside(right: Any) -> dict[str, Any]:
    return {"in": {"left": {"Var": "resource"}, "right": right}}


def _entity_of(item: Any) -> Any:
    return item.get("Value", {}).get("__entity") if isinstance(item, dict) and isinstance(item.get("Value"), dict) else None
