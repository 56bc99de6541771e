"""`/manifest`: the public surface of this mesh, for meshes in other repositories."""

from fastapi import APIRouter, Response

from hansa.model.manifest import manifest_of, to_text
from hansa.server.api import Resource, Viewer, Viewing, refusals
from hansa.server.api.refusing import Responses
from hansa.server.transport import Answered
from hansa.trouble import Trouble

router = APIRouter(prefix="/manifest", tags=["mesh"], route_class=Resource)
_DOCUMENT: Responses = {200: {"description": "The manifest.", "content": {"application/json": {"schema": {"type": "object"}}}}}


@router.get("", responses={**refusals("H862"), **_DOCUMENT}, response_class=Response)
def manifest(viewer: Viewing) -> Response:
    """Contracts, ports, their lineage and classes, and who owns them: what `domains:` of another mesh names as a `manifest`.

    It is whole or it is refused: another repository that built on half of it would be told nothing of what it misses.
    """
    _refuse_half(viewer)
    own = tuple(d for d in viewer.mesh.domains if not d.manifest)
    return Response(to_text(manifest_of(viewer.mesh, own)), media_type="application/json")


def _refuse_half(viewer: Viewer) -> None:
    if not viewer.discretion.complete:
        summary = "the manifest names everything, and you may not know of everything"
        mend = "let an administrator, or an account that may, bring it to the other repository"
        raise Answered(Trouble("H862", summary, mend=mend), 403)
    if viewer.mesh.broken:
        summary = "products of this mesh are in trouble, and the manifest would miss them"
        raise Answered(Trouble("H862", summary, mend="mend them first; `hansa check` shows the troubles"), 409)
