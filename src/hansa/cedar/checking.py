"""What is wrong with a mesh's Cedar policies, each trouble with its place: Cedar itself says only which policy it is about."""

import re
from collections.abc import Iterable, Iterator

from hansa.cedar.naming import misnamed
from hansa.cedar.parsing import UNREADABLE, CedarPolicy, Parsed, Unparsed, parse
from hansa.cedar.schema import actions, attributes, schema_text
from hansa.model import Mesh
from hansa.trouble import Place, Trouble, did_you_mean, one_of

RESERVED = "hansa."
_QUOTED = re.compile(r"`([^`]*)`")
_ABOUT = re.compile(r"^for policy `[^`]*`, ")
_CONTEXT = re.compile(r" in context for .*$")
_ON_TYPE = re.compile(r" on entity type `[^`]*`")


def access_troubles(mesh: Mesh) -> tuple[Trouble, ...]:
    """What is wrong with the access policies of a mesh. Costs nothing when it has none."""
    files = mesh.governance.access_policies
    if not files:
        return ()
    parsed = parse(f for f in files if f.text != UNREADABLE)
    return (
        *(_unparsed(each) for each in parsed.unparsed),
        *_twice(parsed.policies),
        *misnamed(mesh, parsed.policies),
        *_against_schema(mesh, parsed),
    )


def _unparsed(broken: Unparsed) -> Trouble:
    word = next(iter(_QUOTED.findall(broken.reason)), "") or broken.reason.rpartition(": ")[2]
    place = broken.statement.place_of(word)
    mend = broken.mend or "see `hansa explain H194` for the form of a policy; it ends with a semicolon"
    return Trouble("H194", f"this is no policy that Cedar can read: {broken.reason}", (place,), mend)


def _twice(policies: Iterable[CedarPolicy]) -> Iterator[Trouble]:
    first: dict[str, CedarPolicy] = {}
    for policy in policies:
        known = first.setdefault(policy.id, policy)
        if known is not policy:
            places = (known.place.noted("the first"), policy.place.noted("and this one"))
            yield Trouble("H195", f"two access policies are called `{policy.id}`", places, "give one another `@id`")
        if policy.named and policy.id.startswith(RESERVED):
            mend = f"call it otherwise; ids that begin with `{RESERVED}` are those of the rules that come with Hansa"
            yield Trouble("H195", f"an access policy of yours is called `{policy.id}`", (policy.place,), mend)


def _against_schema(mesh: Mesh, parsed: Parsed) -> Iterator[Trouble]:
    """What the policies ask that the schema does not have, or has in another type. Each thing once, whatever it is true of."""
    import cedarpy

    texts = [policy.statement.text for policy in parsed.policies]
    result = cedarpy.validate_policies("\n".join(texts), schema_text(mesh, texts))
    told: set[tuple[str, str]] = set()
    for error in result.errors:
        policy = parsed.policies[int(error.policy_id.removeprefix("policy"))]
        said = " ".join(_ON_TYPE.sub("", _CONTEXT.sub("", _ABOUT.sub("", error.error))).split())
        known = (policy.id, said) in told or _follows(said, policy, told)
        told.add((policy.id, said))
        if known or (said.startswith("unrecognized entity type") and "Row`" in said):
            continue  # rows of a port that there is not are told by the port's name
        summary = f"access policy `{policy.id}` does not fit the schema: {_ABOUT.sub('', error.error)}"
        yield Trouble("H294", summary, (_place(policy, said),), _mend(said))


def _follows(said: str, policy: CedarPolicy, told: set[tuple[str, str]]) -> bool:
    """Whether it only repeats that something in the policy's head does not exist."""
    before = any(id_ == policy.id and text.startswith("unrecognized") for id_, text in told)
    return before and said.startswith("unable to find an applicable action")


def _place(policy: CedarPolicy, said: str) -> Place:
    for word in _QUOTED.findall(said):
        place = policy.statement.place_of(word.rpartition("::")[2].strip('"') if '"' in word else word)
        if place != policy.place:
            return place
    return policy.place


def _mend(said: str) -> str:
    word = next(iter(_QUOTED.findall(said)), "")
    if "optional attribute" in said:
        return f"ask first whether it is there: `… has {word} && …`"
    if "access to tag" in said:
        return f"ask first whether it is there: `….hasTag({word}) && ….getTag({word}) …`"
    if "unrecognized action" in said:
        action = word.removeprefix('Action::"').removesuffix('"')
        return did_you_mean(action, actions()) or f"actions: {one_of(actions())}"
    if "unrecognized entity type" in said:
        return did_you_mean(word, attributes()) or f"types: {one_of(_types())}"
    if "attribute" in said and "not found" in said:
        known = {name.removesuffix("?") for listed in attributes().values() for name, _, _ in listed}
        hint = did_you_mean(word, known)
        return f"{hint} docs/reference/access-schema.md has all attributes".strip()
    return "docs/reference/access-schema.md has every type; name the action and what kind of resource the policy is about"


def _types() -> tuple[str, ...]:
    return tuple(name for name in attributes() if name not in ("Reading", "Asking"))
