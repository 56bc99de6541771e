"""Rulings: what Cedar says under the policies that hold for a domain.

Cedar passes over a policy that it cannot evaluate. For a permit that is right; a forbid that is passed over lets through what it
was written to keep. So here a forbid that fails counts as one that holds.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import cedarpy

from hansa.access.cedar.entities import Uid
from hansa.cedar import CedarPolicy, Unparsed, base_policies, parse
from hansa.frozen import dataclass
from hansa.model import AccessPolicy, DecidingRule

_FAILED = re.compile(r"policy `([^`]*)`: (.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether something is allowed, the policies that decided, and why any of them could not be evaluated."""

    allowed: bool
    policies: tuple[CedarPolicy, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def rules(self) -> tuple[DecidingRule, ...]:
        return tuple(DecidingRule(p.id, p.effect, p.reason, p.place) for p in self.policies)


class PolicyBook:
    """All access policies of a mesh, parsed once."""

    def __init__(self, files: Sequence[AccessPolicy]) -> None:
        self._parsed = parse(files)
        self._rules: dict[str, Rules] = {}

    def rules(self, domain: str) -> "Rules":
        """What holds for the resources of a domain: the base, the mesh's policies and its own; empty for the mesh itself."""
        if domain not in self._rules:
            holders = {"", domain}
            policies = (*base_policies(), *(p for p in self._parsed.policies if p.holder in holders))
            unparsed = tuple(u for u in self._parsed.unparsed if u.holder in holders)
            self._rules[domain] = Rules(policies, unparsed)
        return self._rules[domain]


class Rules:
    """The policies that hold for one domain. With one among them that nobody can read, nothing is allowed."""

    def __init__(self, policies: Sequence[CedarPolicy], unparsed: Sequence[Unparsed] = ()) -> None:
        self.policies = tuple(policies)
        self.unparsed = tuple(unparsed)
        self._open: dict[str, tuple[DecidingRule | None, tuple[CedarPolicy, ...]]] = {}

    @cached_property
    def asks_for_now(self) -> bool:
        """Whether a policy of the mesh or domain may decide otherwise as time goes by."""
        return any("now" in p.statement.text for p in self.policies if p not in base_policies())

    @cached_property
    def tells_columns_apart(self) -> bool:
        """Whether a policy of the mesh or domain may ask which column it is, beyond its classes, tags and the like."""
        trees = (json.dumps(p.tree) for p in self.policies if p not in base_policies())
        return any('"name"' in tree or '"type": "Column"' in tree for tree in trees)

    @cached_property
    def about_rows(self) -> bool:
        """Whether a policy of the mesh or domain may be about rows."""
        return any(_about_rows(p) for p in self.policies if p not in base_policies())

    def leave(self, action: str, above: Callable[[], Sequence[Uid]]) -> DecidingRule | None:
        """The rule of Hansa's own by which everybody may do this with everything, where no other policy may be about it.

        `above` gives the resource and all that it lies in. It is what Cedar would answer to anybody but an operator; since lists
        ask it of every product and port of a mesh, it is found here without Cedar. None when Cedar has to be asked.
        """
        if self.unparsed:
            return None
        if action not in self._open:
            self._open[action] = self._opened(action)
        leave, others = self._open[action]
        if leave is None or not others:
            return leave
        lies_in = above()
        return None if any(_may_be_about(p, lies_in) for p in others) else leave

    def _opened(self, action: str) -> tuple[DecidingRule | None, tuple[CedarPolicy, ...]]:
        """The permit without any condition, and the other policies that may have a say in an action."""
        concerned = [p for p in self.policies if _names(p.tree["action"], action) and not _of_operators(p)]
        open_ = next((p for p in concerned if p in base_policies() and _without_condition(p)), None)
        if open_ is None:
            return None, ()
        rule = DecidingRule(open_.id, open_.effect, open_.reason, open_.place)
        return rule, tuple(p for p in concerned if p is not open_)

    @cached_property
    def _set(self) -> cedarpy.PolicySet:
        return policy_set({str(n): p.tree for n, p in enumerate(self.policies)})

    def rule(
        self,
        principal: Uid,
        questions: Sequence[tuple[str, Uid]],
        context: Mapping[str, Any],
        entities: Sequence[Mapping[str, Any]],
    ) -> list[Ruling]:
        """The rulings on (action, resource) questions, in their order."""
        if self.unparsed:
            places = ", ".join(f"{u.statement.place.file}:{u.statement.place.line}" for u in self.unparsed)
            return [Ruling(allowed=False, errors=(f"an access policy cannot be read: {places}",))] * len(questions)
        said = json.dumps(context)
        requests = [
            {"principal": _uid(principal), "action": _uid(("Action", action)), "resource": _uid(resource), "context": said}
            for action, resource in questions
        ]
        try:
            known = cedarpy.Entities.from_json_str(json.dumps(entities))
            results = cedarpy.is_authorized_batch(requests, self._set, known)
        except ValueError as error:  # of our own making, and still nobody's leave
            return [Ruling(allowed=False, errors=(f"the question could not be put: {error}",))] * len(questions)
        return [self._ruling(result.decision, result.diagnostics.reasons, result.diagnostics.errors) for result in results]

    def _ruling(self, decision: cedarpy.Decision, reasons: Sequence[str], errors: Sequence[str]) -> Ruling:
        decided = tuple(self.policies[int(n)] for n in sorted(reasons, key=int))
        failed = [self.failure(error) for error in errors]
        deny = [(policy, why) for policy, why in failed if policy is None or policy.effect == "forbid"]
        if not deny:
            return Ruling(decision is cedarpy.Decision.Allow, decided)
        forbids = tuple(p for p in decided if p.effect == "forbid")
        return Ruling(False, (*forbids, *(p for p, _ in deny if p is not None)), tuple(why for _, why in deny))

    def failure(self, error: str) -> tuple[CedarPolicy | None, str]:
        """The policy that an error of Cedar is about, None when nobody knows, and what went wrong."""
        match = _FAILED.search(error)
        if match is None or not match[1].isdecimal() or int(match[1]) >= len(self.policies):
            return None, f"an access policy could not be evaluated: {error}"
        policy = self.policies[int(match[1])]
        return policy, f"access policy `{policy.id}` could not be evaluated: {match[2]}"


def policy_set(trees: Mapping[str, Mapping[str, Any]]) -> cedarpy.PolicySet:
    """Policies in Cedar's JSON form, ready to be asked, under ids of ours."""
    return cedarpy.PolicySet.from_json_str(json.dumps({"staticPolicies": trees, "templates": {}, "templateLinks": []}))


def _about_rows(policy: CedarPolicy) -> bool:
    return _names(policy.tree["action"], "readRow")


def _names(scope: Mapping[str, Any], action: str) -> bool:
    named = [scope["entity"]] if "entity" in scope else scope.get("entities", [])
    return scope["op"] == "All" or any(each["id"] == action for each in named)


def _of_operators(policy: CedarPolicy) -> bool:
    """Whether a rule of Hansa's own is about operators alone."""
    scope = policy.tree["principal"]
    return policy in base_policies() and scope["op"] == "is" and scope["entity_type"] == "Operator"


def _without_condition(policy: CedarPolicy) -> bool:
    """Whether it permits to everybody, with everything."""
    tree = policy.tree
    everybody = tree["principal"]["op"] == "All" and tree["resource"]["op"] == "All"
    return policy.effect == "permit" and everybody and not tree["conditions"]


def _may_be_about(policy: CedarPolicy, above: Sequence[Uid]) -> bool:
    """Whether a policy's scope may take in a resource; `above` begins with it. What nobody knows how to read may."""
    match policy.tree["resource"]:
        case {"op": "==", "entity": {"type": str(kind), "id": str(id_)}}:
            return (kind, id_) == above[0]
        case {"op": "in", "entity": {"type": str(kind), "id": str(id_)}}:
            return (kind, id_) in above
        case {"op": "is", "entity_type": str(type_), "in": {"entity": {"type": str(kind), "id": str(id_)}}}:
            return type_ == above[0][0] and (kind, id_) in above
        case {"op": "is", "entity_type": str(type_)}:
            return type_ == above[0][0]
        case _:
            return True


def _uid(uid: Uid) -> dict[str, str]:
    return {"type": uid[0], "id": uid[1]}
