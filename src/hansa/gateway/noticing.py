"""What a reader should know beside the rows: a port that ends, masks, a row filter, a newer major."""

from collections.abc import Callable, Sequence

from hansa.gateway.planned import PlannedPort
from hansa.model import ColumnEffect, Mesh
from hansa.names import PortMajor


def notices_of(ports: Sequence[PlannedPort], deprecations: Callable[[PortMajor], str]) -> tuple[str, ...]:
    """One line each, in the order of the ports. Of masks, those of columns that the query can look at."""
    found: list[str] = []
    for planned in ports:
        named, decision = planned.named, planned.decision
        port = named.port.port
        looked_at = {c.lower() for c in planned.looked_at}
        ending = deprecations(port)
        found += [ending] if ending else []
        if port.major < named.newest:
            found.append(f"{port} is not the newest: {port.name} is at major {named.newest}")
        found += [
            f"{port.name}#{c.column} is masked by {c.mask}" + (f" ({c.rules[0].id})" if c.rules else "")
            for c in decision.columns
            if c.effect is ColumnEffect.MASKED and c.column.lower() in looked_at
        ]
        if decision.row_filter:
            found.append(f"{port}: you see the rows that a row filter lets through")
        found += decision.notices
    return tuple(dict.fromkeys(found))


def deprecations_of(mesh: Callable[[], Mesh]) -> Callable[[PortMajor], str]:
    """The notice for each port that its producer gives up, with the day until which it is supported."""

    def notice(port: PortMajor) -> str:
        product = mesh().product(port.name.of_product)
        offered = product.output(port.name.port, port.major) if product is not None else None
        if offered is None:
            return ""
        ends = {level.property: str(level.value) for level in offered.contract.service_levels}
        until = ends.get("endOfSupport") or ends.get("endOfLife")
        given_up = offered.deprecated or offered.contract.status in ("deprecated", "retired")
        if not given_up and not until:
            return ""
        return f"{port} is {'deprecated' if given_up else 'going to end'}" + (f": supported until {until}" if until else "")

    return notice
