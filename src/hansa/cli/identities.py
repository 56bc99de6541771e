"""`user` and `token`: the embedded directory, for whoever works on the mesh's own machine."""

from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import JsonOption, MeshOption
from hansa.cli.output import say, table, write, write_json
from hansa.trouble import Trouble, TroubleError, did_you_mean

if TYPE_CHECKING:
    from hansa.access.identity import UserChange
    from hansa.model import Mesh, TokenRecord, UserRecord

DEFAULT_DAYS = 90
ALL = "all"

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The name of the account, such as a.lindqvist.")]
TitleOption = Annotated[str | None, typer.Option("--title", metavar="TEXT", help="What people read.")]
TeamOption = Annotated[list[str] | None, typer.Option("--team", metavar="TEAM", help="A team to be in; repeat for several.")]
AttributeOption = Annotated[
    list[str] | None,
    typer.Option("--attribute", metavar="KEY=VALUE", help="An attribute for rules about rows; repeat for several."),
]


def add_to(app: typer.Typer) -> None:
    users = typer.Typer(help="People and service accounts of the embedded directory.", no_args_is_help=True)
    users.command("add")(add)
    users.command("list")(list_users)
    users.command("show")(show)
    users.command("set")(set_)
    users.command("disable")(disable)
    users.command("enable")(enable)
    app.add_typer(users, name="user")
    tokens = typer.Typer(help="Tokens: the credentials of the embedded directory.", no_args_is_help=True)
    tokens.command("issue")(issue)
    tokens.command("list")(list_tokens)
    tokens.command("revoke")(revoke)
    app.add_typer(tokens, name="token")


def add(
    name: NameArgument,
    title: TitleOption = None,
    team: TeamOption = None,
    attribute: AttributeOption = None,
    service: Annotated[bool, typer.Option("--service", help="A machine's account, not a person's.")] = False,
    administrator: Annotated[bool, typer.Option("--administrator", help="May administer the mesh.")] = False,
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Add somebody to the directory.

    Members of the teams of governance/teams.yaml are in it already.

    Example: hansa user add n.sato --team customer_insights --attribute region=north
    """
    from hansa.access.identity import UserChange, add_user
    from hansa.model import PrincipalKind
    from hansa.wiring import Workplace, now

    kind = PrincipalKind.SERVICE if service else PrincipalKind.USER
    change = UserChange(title, tuple(team or ()), _attributes(attribute), administrator)
    with Workplace.open(mesh) as w:
        added = add_user(w.ledger, w.compiled.mesh, name, change, now=now(), kind=kind)
    _write_user(added, json)


def list_users(mesh: MeshOption = None, json: JsonOption = False) -> None:
    """Show everybody who is known.

    Example: hansa user list
    """
    from hansa.access.identity import Directory
    from hansa.wiring import Workplace

    with Workplace.open(mesh) as w:
        found = tuple(Directory(w.compiled.mesh, w.ledger.users()))
    if json:
        write_json({"users": [_user_json(user) for user in found]})
    elif found:
        rows = [(u.name, u.kind, ", ".join(u.teams), _remarks(u), u.title) for u in found]
        write(table(("name", "kind", "teams", "", "title"), rows))
    else:
        write("Nobody is known: list members in governance/teams.yaml, or run `hansa user add NAME`.")


def show(name: NameArgument, mesh: MeshOption = None, json: JsonOption = False) -> None:
    """Show somebody with their tokens.

    Example: hansa user show a.lindqvist
    """
    from hansa.access.identity import Directory
    from hansa.wiring import Workplace

    with Workplace.open(mesh) as w:
        found = Directory(w.compiled.mesh, w.ledger.users()).named(name)
        tokens = w.ledger.tokens(user=name)
    if json:
        write_json({**_user_json(found), "tokens": [_token_json(t) for t in tokens]})
        return
    _write_user(found, as_json=False)
    if tokens:
        write("\n" + _token_table(tokens))


def set_(
    name: NameArgument,
    title: TitleOption = None,
    team: TeamOption = None,
    attribute: AttributeOption = None,
    administrator: Annotated[
        bool | None, typer.Option("--administrator/--no-administrator", help="Whether it may administer the mesh.")
    ] = None,
    no_team: Annotated[bool, typer.Option("--no-team", help="Leave all teams that governance/teams.yaml does not give.")] = False,
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Change somebody.

    The teams given take the place of the earlier ones; what governance/teams.yaml says stays. `--attribute region=` removes one.

    Example: hansa user set n.sato --team merchandising --attribute region=south
    """
    from hansa.access.identity import UserChange

    if team and no_team:
        raise TroubleError(Trouble("H954", "`--team` and `--no-team` contradict each other", mend="leave one of them out"))
    teams = () if no_team else tuple(team) if team else None
    _change(name, UserChange(title, teams, _attributes(attribute), administrator), mesh, json)


def disable(name: NameArgument, mesh: MeshOption = None, json: JsonOption = False) -> None:
    """Refuse somebody from now on, whatever they present.

    It holds for tokens of an OpenID Connect issuer, too, and acts within two seconds.

    Example: hansa user disable n.sato
    """
    from hansa.access.identity import UserChange

    _change(name, UserChange(disabled=True), mesh, json)


def enable(name: NameArgument, mesh: MeshOption = None, json: JsonOption = False) -> None:
    """Let somebody in again who was disabled.

    Tokens that neither ended nor were revoked are good again.

    Example: hansa user enable n.sato
    """
    from hansa.access.identity import UserChange

    _change(name, UserChange(disabled=False), mesh, json)


def issue(
    user: Annotated[str, typer.Argument(metavar="USER", help="Whose token it is.")],
    days: Annotated[int, typer.Option("--days", metavar="N", help="How long it is good, at most 365.")] = DEFAULT_DAYS,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            metavar="SCOPE",
            help="read (the default), request, approve, administer, consumer:NAME; all for whatever its owner may do.",
        ),
    ] = None,
    label: Annotated[str, typer.Option("--label", metavar="TEXT", help="What it is for.")] = "",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Make a token; it is shown once.

    Only its hash is kept, so nobody can show it again.

    Example: hansa token issue a.lindqvist --days 30 --scope read --label notebook
    """
    from hansa.access.identity import Authenticator
    from hansa.wiring import Workplace, now

    if scope and ALL in scope and len(scope) > 1:
        raise TroubleError(Trouble("H954", "`--scope all` goes with no other scope", mend="leave the others out"))
    scopes = () if scope == [ALL] else tuple(scope or ("read",))
    with Workplace.open(mesh) as w:
        authenticator = Authenticator(lambda: w.compiled.mesh, w.ledger, clock=now)
        text, record = authenticator.issue_token(user, days=days, scopes=scopes, label=label)
        _note_unknown_consumers(record.scopes, w.compiled.mesh)
    if json:
        write_json({"token": text, **_token_json(record)})
        return
    say(f"A token of {record.user}, good until {record.expires:%Y-%m-%d}. It is shown only now:")
    write(text)


def _note_unknown_consumers(scopes: tuple[str, ...], mesh: "Mesh") -> None:
    """A consumer may come later, so a token for one that is unknown is told of and not refused."""
    from hansa.access.consumers import consumers_of

    known = consumers_of(mesh)
    for name in (s.removeprefix("consumer:") for s in scopes if s.startswith("consumer:")):
        if name not in known:
            say(f"note: there is no consumer `{name}`; {did_you_mean(name, known) or 'the token is good once there is'}")


def list_tokens(
    user: Annotated[str, typer.Option("--user", metavar="NAME", help="Only those of one account.")] = "",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Show the tokens that were ever issued, without their secrets.

    Example: hansa token list --user a.lindqvist
    """
    from hansa.wiring import Workplace

    with Workplace.open(mesh) as w:
        found = w.ledger.tokens(user=user)
    if json:
        write_json({"tokens": [_token_json(t) for t in found]})
    else:
        write(_token_table(found) if found else "No token was issued; `hansa token issue USER` makes one.")


def revoke(
    token: Annotated[str, typer.Argument(metavar="ID", help="The id of a token, or the token itself when it leaked.")],
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """End a token at once and for good.

    Example: hansa token revoke mcLZ0Ffw3VxK
    """
    from hansa.access.identity import parse_token, revoke_token
    from hansa.wiring import Workplace, now

    whole = parse_token(token.strip())
    with Workplace.open(mesh) as w:
        revoked = revoke_token(w.ledger, whole.id if whole is not None else token, now=now())
    if json:
        write_json(_token_json(revoked))
    else:
        write(f"{revoked.id} of {revoked.user} was revoked {revoked.revoked:%Y-%m-%d %H:%M} UTC")


def _change(name: str, change: "UserChange", mesh: MeshOption, as_json: bool) -> None:
    from hansa.access.identity import change_user
    from hansa.wiring import Workplace, now

    with Workplace.open(mesh) as w:
        changed = change_user(w.ledger, w.compiled.mesh, name, change, now=now())
    _write_user(changed, as_json)


def _attributes(written: list[str] | None) -> tuple[tuple[str, str], ...]:
    found = []
    for each in written or ():
        name, equals, value = each.partition("=")
        if not equals or not name.isidentifier():
            summary = f"`{each[:60]}` is no attribute"
            raise TroubleError(Trouble("H955", summary, mend="write KEY=VALUE, the key of letters, digits and underscores"))
        found.append((name, value))
    return tuple(found)


def _remarks(user: "UserRecord") -> str:
    return ", ".join(word for word, said in (("administrator", user.administrator), ("disabled", user.disabled)) if said)


def _write_user(user: "UserRecord", as_json: bool) -> None:
    if as_json:
        write_json(_user_json(user))
        return
    write(f"{user.name} ({', '.join(part for part in (str(user.kind), _remarks(user)) if part)})")
    rows = [("title", user.title), ("teams", ", ".join(user.teams)), *user.attributes]
    for name, value in rows:
        if value:
            write(f"  {name}: {value}")


def _user_json(user: "UserRecord") -> dict[str, object]:
    return {
        "name": user.name,
        "kind": str(user.kind),
        "title": user.title,
        "teams": list(user.teams),
        "attributes": dict(user.attributes),
        "administrator": user.administrator,
        "disabled": user.disabled,
    }


def _token_table(tokens: "tuple[TokenRecord, ...]") -> str:
    rows = [(t.id, t.user, " ".join(t.scopes) or ALL, f"{t.created:%Y-%m-%d}", _end(t), t.label) for t in tokens]
    return table(("id", "user", "scopes", "issued", "good until", "label"), rows)


def _end(token: "TokenRecord") -> str:
    from hansa.access.identity import expiry

    return f"revoked {token.revoked:%Y-%m-%d}" if token.revoked is not None else f"{expiry(token):%Y-%m-%d}"


def _token_json(token: "TokenRecord") -> dict[str, object]:
    return {
        "id": token.id,
        "user": token.user,
        "scopes": list(token.scopes),
        "label": token.label,
        "created": token.created.isoformat(),
        "expires": token.expires.isoformat() if token.expires is not None else None,
        "revoked": token.revoked.isoformat() if token.revoked is not None else None,
    }
