"""Why something was refused, in plain words, and what to do about it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from hansa.access.cedar.entities import end_of
from hansa.access.cedar.evaluating import Ruling
from hansa.access.consumers import acts_for
from hansa.access.grounds import Grounds
from hansa.access.terms import last_moment
from hansa.model import Consumer, Grant, Product, Reader
from hansa.names import PortMajor
from hansa.trouble import did_you_mean, one_of


def forbidden(ruling: Ruling) -> tuple[str, ...]:
    """What policies said against it."""
    forbids = (p for p in ruling.policies if p.effect == "forbid")
    said = (f"forbidden by `{p.id}` ({p.place.file}:{p.place.line})" + (f": {p.reason}" if p.reason else "") for p in forbids)
    return tuple(dict.fromkeys((*ruling.errors, *said)))


def unfit(reader: Reader, consumers: Mapping[str, Consumer], now: dt.datetime) -> tuple[str, str] | None:
    """Why nothing can be read for the consumer and purpose that were said, whatever was granted, and the mend. None if it can."""
    if not reader.consumer:
        return None
    consumer = consumers.get(reader.consumer)
    if consumer is None:
        hint = did_you_mean(reader.consumer, consumers)
        return f"there is no consumer `{reader.consumer[:80]}`", hint or "`hansa access list` shows what was granted to whom"
    if consumer.ends is not None and now >= end_of(consumer.ends):
        place = f" ({consumer.place.file}:{consumer.place.line})" if consumer.place is not None else ""
        return f"the use case {consumer.name} ended on {consumer.ends}", f"its owner, {consumer.owner}, may prolong it{place}"
    if not reader.purpose:
        return f"{consumer.name} said no purpose", f"say it with `--purpose`: {one_of(consumer.purposes)}"
    if reader.purpose not in consumer.purposes:
        summary = f"`{reader.purpose[:80]}` is no purpose of {consumer.name}"
        return summary, f"its purposes: {one_of(consumer.purposes) or 'none'}"
    return None


def ungranted(
    reader: Reader, port: PortMajor, product: Product, grounds: Grounds, grants: Iterable[Grant], now: dt.datetime
) -> tuple[str, str]:
    """Why no rule allowed to read a port, and the mend."""
    consumer = grounds.consumer
    if consumer is None:
        return _without_consumer(reader, port, product, grants, now)
    if not acts_for(reader.principal, consumer):
        summary = f"{reader.principal.name} is not of {consumer.owner or 'a team'}, which {consumer.name} belongs to"
        return summary, f"ask somebody of {consumer.owner}, or read for a consumer of your own teams"
    mend = f"hansa access request {port.name} --for {consumer.name} --purpose {reader.purpose}"
    return _standing(consumer, reader.purpose, port, grounds.others, now), f"`{mend}`; {_decides(product)}"


def unfiltered(port: PortMajor, product: Product, grounds: Grounds) -> tuple[str, str]:
    """Why a row filter cannot be applied, and the mend: a later major need not have the columns that a grant's filter names."""
    if not grounds.row_filter:
        return "the row filter cannot be applied", "ask who keeps the policies about rows"
    grant = grounds.held[0]
    return f"the row filter of the grant {grant.id} cannot be applied to {port}", _anew(port, product, grant)


def hidden(port: PortMajor, product: Product, grounds: Grounds) -> tuple[str, str]:
    """Why no column is seen, and the mend: a later major may have none of those that a grant names."""
    if all(g.terms.columns for g in grounds.held) and grounds.held:
        grant = grounds.held[0]
        summary = f"every column is hidden: the grant {grant.id} is for {one_of(grant.terms.columns)}"
        return summary, _anew(port, product, grant)
    return "every column is hidden", "ask who keeps the policies"


def _anew(port: PortMajor, product: Product, grant: Grant) -> str:
    again = f"`hansa access request {port} --for {grant.consumer} --purpose {grant.purpose}`; {_decides(product)}"
    return f"read {grant.port}, or ask for this major: {again}" if port != grant.port else again


def _without_consumer(
    reader: Reader, port: PortMajor, product: Product, grants: Iterable[Grant], now: dt.datetime
) -> tuple[str, str]:
    owner = _owner(product)
    summary = f"{reader.principal.name} is not of {owner}, which owns {product.address}, and named no consumer to read for"
    known = [g for g in grants if g.covers(port) and g.holds(now)]
    ways = [f"`--for {g.consumer} --purpose {g.purpose}`" for g in known]
    if ways:
        return summary, f"read for a consumer that may: {' or '.join(dict.fromkeys(ways[:3]))}"
    return summary, f"`hansa access request {port.name} --for CONSUMER --purpose PURPOSE`; {_decides(product)}"


def _standing(consumer: Consumer, purpose: str, port: PortMajor, grants: Sequence[Grant], now: dt.datetime) -> str:
    """What became of the grants that the consumer had, the nearest first."""
    who = f"{consumer.name} for `{purpose}`"
    fitting = [g for g in grants if g.purpose == purpose and g.covers(port)]
    for grant in sorted(fitting, key=lambda g: g.begins, reverse=True):
        if grant.revoked is not None and grant.revoked <= now:
            return f"the grant of {port} to {who} was revoked on {grant.revoked:%Y-%m-%d} ({grant.id})"
        if grant.terms.expires is not None and grant.terms.expires <= now:
            return f"the grant of {port} to {who} held until {last_moment(grant.terms.expires)} ({grant.id})"
        if grant.begins > now:
            return f"the grant of {port} to {who} begins on {grant.begins:%Y-%m-%d} ({grant.id})"
    later = sorted(g.port.major for g in grants if g.purpose == purpose and g.holds(now))
    if later:
        return f"{who} was granted {port.name}@{later[0]}, and this is the older major {port.major}"
    others = sorted({g.purpose for g in grants if g.covers(port) and g.holds(now)})
    if others:
        return f"{consumer.name} was granted {port} for {one_of(others)}, not for `{purpose}`"
    return f"{who} has no grant of {port}"


def _owner(product: Product) -> str:
    return (product.team.name if product.team is not None else "") or product.owner or "nobody"


def _decides(product: Product) -> str:
    return f"{_owner(product)} decides"
