"""Who answers for a product, and on which platform it is computed."""

from hansa.compile.findings import Findings
from hansa.compile.ports import custom_text
from hansa.declare.declarations import Declarations, DomainDeclaration, ProductDeclaration
from hansa.model import Platform, Team
from hansa.trouble import Severity, did_you_mean, one_of


def platforms_of(declarations: Declarations) -> dict[str, Platform]:
    """The declared platforms by name."""
    written = sorted(declarations.mesh.platforms, key=lambda p: p.name)
    return {p.name: Platform(p.name, p.engine, tuple(sorted(p.options)), p.place) for p in written}


def platform_of(
    domain: DomainDeclaration, product: ProductDeclaration, platforms: dict[str, Platform], findings: Findings
) -> Platform | None:
    """The product's own platform, else its domain's; a trouble when no such platform is declared."""
    own = custom_text(product.odps, "platform")
    name = own or domain.platform
    found = platforms.get(name)
    if found is None:
        place = product.document.place(("customProperties",)) if own else domain.document.place(("platform",))
        findings.add(
            "H229",
            f"{product.address} is to run on platform `{name}`, which is not declared",
            [place],
            did_you_mean(name, platforms) or (f"known platforms: {one_of(platforms)}" if platforms else "add it to `hansa.yaml`"),
            products=[product.address],
        )
    return found


def owner_of(
    declarations: Declarations, domain: DomainDeclaration, product: ProductDeclaration, findings: Findings
) -> tuple[str, Team | None]:
    """The owner's name or address, and the team: the product's own first, then the domain's. Nobody is a warning."""
    written = product.odps.team
    members = written.members if written is not None else ()
    persons = [
        m.username for m in members if m.role.lower() in ("owner", "data product owner", "product owner") and not m.date_out
    ]
    delegates = tuple(m.username for m in members if m.role.lower() == "delegate" and not m.date_out)
    owner = next(iter(persons), "") or (written.name if written is not None else "") or domain.owner
    if not owner:
        findings.add(
            "H231",
            f"nobody owns {product.address}",
            [product.document.place(("id",))],
            "add `team` with its `name` to the product, or `owner` to its domain",
            products=[product.address],
            severity=Severity.WARNING,
        )
        return "", None
    declared = {t.name: t for t in declarations.teams}
    team_name = (written.name if written is not None else "") or (domain.owner if domain.owner in declared else "")
    if team_name in declared:
        known = declared[team_name]
        return owner, Team(known.name, known.members, known.contact, tuple(dict.fromkeys((*known.delegates, *delegates))))
    if written is not None:
        own = Team(written.name or owner, tuple(m.username for m in members), delegates=delegates)
        _warn_of_unknown_team(declarations, product, written.name, findings)
        return owner, own
    return owner, None


def warn_of_domain_owner(declarations: Declarations, domain: DomainDeclaration, findings: Findings) -> None:
    """An owner that is neither a declared team nor an address of e-mail."""
    teams = [t.name for t in declarations.teams]
    if not domain.owner or "@" in domain.owner or not teams or domain.owner in teams:
        return
    findings.add(
        "H230",
        f"domain `{domain.name}` is owned by `{domain.owner}`, which is no declared team",
        [domain.document.place(("owner",))],
        did_you_mean(domain.owner, teams) or f"known teams: {one_of(teams)}",
        severity=Severity.WARNING,
    )


def _warn_of_unknown_team(declarations: Declarations, product: ProductDeclaration, name: str, findings: Findings) -> None:
    teams = [t.name for t in declarations.teams]
    if not name or not teams:
        return
    findings.add(
        "H230",
        f"{product.address} is owned by `{name}`, which is no declared team",
        [product.document.place(("team", "name"))],
        did_you_mean(name, teams) or f"known teams: {one_of(teams)}",
        products=[product.address],
        severity=Severity.WARNING,
    )
