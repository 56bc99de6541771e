"""Who a one-time link lets in: an administrator of the mesh, who is made when there is none yet."""

import datetime as dt

from hansa.access.identity import Directory, UserChange, add_user, change_user
from hansa.ledger import Ledger
from hansa.model import Mesh, PrincipalKind

FIRST = "administrator"


def administrator_of(mesh: Mesh, ledger: Ledger, now: dt.datetime) -> str:
    """An administrator by name: whoever starts the server on the mesh's own machine may make one anyway.

    A person of the directory who is one goes first. Nobody is made out of somebody who was disabled.
    """
    known = Directory(mesh, ledger.users())
    found = next((u for u in known if u.administrator and not u.disabled and u.kind is PrincipalKind.USER), None)
    if found is not None:
        return found.name
    taken = known.find(FIRST)
    name = FIRST if taken is None else f"{FIRST}-{now:%Y%m%d%H%M%S}"
    change = UserChange(title="Made by the first start of the server", administrator=True)
    return (add_user if known.find(name) is None else change_user)(ledger, mesh, name, change, now=now).name
