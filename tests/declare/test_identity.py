"""What a mesh declares of who may come: an issuer, service accounts, administrators."""

from collections.abc import Callable

import pytest

from hansa.declare import Declarations
from hansa.model import OidcSettings, ServiceAccount

MESH = "apiVersion: hansa/v1\nkind: Mesh\nname: retail\n"
TEAMS = "apiVersion: hansa/v1\nkind: Teams\nteams:\n  - {name: insights, members: [ada]}\n  - {name: orders}\n"
MeshOf = Callable[..., Declarations]


def oidc(more: str = "", issuer: str = "https://id.example", audience: str = "hansa") -> str:
    return f"{MESH}identity:\n  oidc:\n    issuer: {issuer}\n    audience: {audience}\n{more}"


def codes(found: Declarations) -> set[tuple[str, str]]:
    return {(t.code, str(t.severity)) for t in found.troubles}


def test_an_issuer_is_read_with_its_defaults(mesh_of: MeshOf) -> None:
    found = mesh_of({"hansa.yaml": oidc()})
    assert found.troubles == ()
    assert found.mesh.oidc == OidcSettings("https://id.example", ("hansa",))
    assert mesh_of({}).mesh.oidc is None


def test_an_issuer_is_read_with_everything_that_can_be_said(mesh_of: MeshOf) -> None:
    more = """\
    algorithms: [ES256, EdDSA]
    userClaim: preferred_username
    groupsClaim: roles
    teams: {analysts: insights, 7: orders}
    administrators: [keepers]
    clients: [web, notebook]
    clockSkewSeconds: 0
    jwksUrl: ${KEYS:-https://id.example/keys}
"""
    found = mesh_of({"hansa.yaml": oidc(more, audience="[hansa, other]"), "governance/teams.yaml": TEAMS})
    assert found.troubles == ()
    assert found.mesh.oidc == OidcSettings(
        issuer="https://id.example",
        audience=("hansa", "other"),
        algorithms=("ES256", "EdDSA"),
        user_claim="preferred_username",
        groups_claim="roles",
        teams=(("analysts", "insights"), ("7", "orders")),
        administrators=("keepers",),
        clients=("web", "notebook"),
        clock_skew_seconds=0,
        jwks_url="https://id.example/keys",
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (oidc(issuer="http://id.example"), "H790"),
        (oidc(issuer="file:///etc/passwd"), "H790"),
        (oidc(issuer="''"), "H790"),
        (oidc(audience="[]"), "H126"),
        (oidc(audience="''"), "H790"),
        (oidc("    jwksUrl: http://id.example/keys\n"), "H790"),
        (oidc("    clockSkewSeconds: 301\n"), "H790"),
        (oidc("    clientId: hansa\n    clientSecretVariable: s3cret-itself\n"), "H790"),
        (oidc("    clientSecretVariable: HANSA_OIDC_SECRET\n"), "H790"),
        (oidc("    clientId: hansa\n    redirectUrl: http://hansa.example/sign-in/issuer/back\n"), "H790"),
        (oidc("    clientId: hansa\n    redirectUrl: https://hansa.example/elsewhere\n"), "H790"),
        (oidc("    clockSkewSeconds: -1\n"), "H126"),
        (oidc("    algorithms: [RS256, none]\n"), "H791"),
        (oidc("    algorithms: [HS256]\n"), "H791"),
        (oidc("    algorithms: []\n"), "H126"),
        (oidc("    teams: {analysts: [insights]}\n"), "H790"),
        (oidc("    teams: [analysts]\n"), "H120"),
        (oidc("    secret: x\n"), "H122"),
        (f"{MESH}identity: {{oidc: {{audience: hansa}}}}\n", "H121"),
        (f"{MESH}identity: {{oidc: {{issuer: 'https://id.example'}}}}\n", "H121"),
        (f"{MESH}identity: https://id.example\n", "H120"),
    ],
)
def test_an_issuer_that_is_said_wrongly_is_told_and_nobody_of_it_comes_in(text: str, code: str, mesh_of: MeshOf) -> None:
    found = mesh_of({"hansa.yaml": text})
    assert code in {t.code for t in found.troubles if t.is_error}
    assert found.mesh.oidc is None


def test_a_secret_that_was_written_into_the_file_is_not_repeated(mesh_of: MeshOf) -> None:
    found = mesh_of({"hansa.yaml": oidc("    clientId: hansa\n    clientSecretVariable: s3cret-itself\n")})
    assert "s3cret-itself" not in "".join(str(t) for t in found.troubles)


def test_the_client_of_a_sign_in_is_read(mesh_of: MeshOf) -> None:
    back = "https://hansa.example/sign-in/issuer/back"
    found = mesh_of(
        {"hansa.yaml": oidc(f"    clientId: hansa\n    clientSecretVariable: HANSA_OIDC_SECRET\n    redirectUrl: {back}\n")}
    )
    assert found.troubles == ()
    settings = found.mesh.oidc
    assert settings is not None
    assert (settings.client_id, settings.client_secret_variable, settings.redirect_url) == ("hansa", "HANSA_OIDC_SECRET", back)
    assert settings.login_scopes == ("profile", "email")


def test_an_issuer_on_this_machine_needs_no_tls(mesh_of: MeshOf) -> None:
    assert mesh_of({"hansa.yaml": oidc(issuer="http://localhost:8080")}).troubles == ()


def test_a_group_stands_for_a_team_that_is_declared(mesh_of: MeshOf) -> None:
    found = mesh_of({"hansa.yaml": oidc("    teams: {analysts: insihgts}\n"), "governance/teams.yaml": TEAMS})
    assert codes(found) == {("H793", "error")}
    assert found.troubles[0].mend == "did you mean `insights`?"


def test_services_and_administrators_are_read(mesh_of: MeshOf) -> None:
    more = """\
services:
  - {name: nightly, title: Nightly exports, teams: [orders], attributes: {region: north, level: 2}}
  - {name: batch}
administrators: [ada, bob]
"""
    found = mesh_of({"governance/teams.yaml": TEAMS + more})
    assert found.troubles == ()
    assert found.services == (
        ServiceAccount("batch"),
        ServiceAccount("nightly", "Nightly exports", ("orders",), (("level", "2"), ("region", "north"))),
    )
    assert found.administrators == ("ada", "bob")


@pytest.mark.parametrize(
    ("more", "code", "line"),
    [
        ("services: [{name: a}, {name: a}]\n", "H792", 6),
        ("services: [{name: ada}]\n", "H792", 6),
        ("services: [{name: a, teams: [order]}]\n", "H793", 6),
        ("services: [{name: a, attributes: {x: [1]}}]\n", "H794", 6),
        ("services: [{name: 'operator:a'}]\n", "H795", 6),
        ("administrators: ['a b']\n", "H795", 6),
        ("services: [{title: A}]\n", "H121", 6),
        ("services: {name: a}\n", "H120", 6),
    ],
)
def test_accounts_that_cannot_be_are_told_where_they_stand(more: str, code: str, line: int, mesh_of: MeshOf) -> None:
    found = mesh_of({"governance/teams.yaml": TEAMS + more})
    assert codes(found) == {(code, "error")}
    assert found.troubles[0].places[-1].line == line


def test_a_member_whose_name_no_credential_can_have_is_a_warning(mesh_of: MeshOf) -> None:
    found = mesh_of({"governance/teams.yaml": TEAMS.replace("[ada]", "[Zoë Müller]")})
    assert codes(found) == {("H795", "warning")}
