"""`search`: finds products, columns, terms and the rest by any words."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import JsonOption, MeshOption
from hansa.cli.output import counted, say, table, write, write_json
from hansa.cli.products import tell_left_out
from hansa.trouble import TroubleError

if TYPE_CHECKING:
    from hansa.catalog import ProductState
    from hansa.catalog.search import Hit, SearchIndex, SearchQuery, SearchResult
    from hansa.feedback import Ratings
    from hansa.wiring import Workplace

    _Recorded = tuple[tuple[ProductState, ...], dict[str, int], Mapping[str, Ratings]]

_FOLDER = "search"
_REBUILT = frozenset({"H810", "H811"})


def _narrowing(name: str, what: str) -> object:
    return typer.Option(
        f"--{name}", metavar=name.upper(), help=f"Only {what}; several times for any of several.", show_default=False
    )


def search(
    text: Annotated[list[str] | None, typer.Argument(metavar="TEXT", help="Any words.", show_default=False)] = None,
    domain: Annotated[list[str] | None, _narrowing("domain", "what belongs to this domain")] = None,
    class_: Annotated[list[str] | None, _narrowing("class", "what holds data of this class")] = None,
    owner: Annotated[list[str] | None, _narrowing("owner", "what this team owns")] = None,
    status: Annotated[list[str] | None, _narrowing("status", "products with this status")] = None,
    tag: Annotated[list[str] | None, _narrowing("tag", "what has this tag")] = None,
    kind: Annotated[list[str] | None, _narrowing("kind", "products, domains, ports, columns, terms or use cases")] = None,
    freshness: Annotated[
        list[str] | None, _narrowing("freshness", "products that are fresh, stale, unknown or unpublished")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, metavar="N", help="At most so many hits.")] = 20,
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Find products, columns, terms and the rest of the mesh by any words.

    Words may be misspelt, in any order, or parts of names. Without words, the products are listed, the best first.

    Example: hansa search household income --kind column
    """
    from hansa.catalog.search import SearchQuery
    from hansa.wiring import Workplace

    given = {"domain": domain, "class": class_, "owner": owner, "status": status, "tag": tag, "freshness": freshness}
    facets = {name: tuple(values) for name, values in given.items() if values}
    # A command has been typed to its end; its last word is open all the same, as people type half of one on purpose.
    asked = SearchQuery(" ".join(text or ()), facets, tuple(kind or ()), limit)
    with Workplace.open(mesh) as workplace:
        found = _found(workplace, asked)
        tell_left_out(workplace.compiled.mesh.broken)
    write_json(_json(found)) if json else _write(found, asked)


def _found(workplace: "Workplace", asked: "SearchQuery") -> "SearchResult":
    from hansa.catalog.search import SearchIndex

    index = SearchIndex.open(workplace.state / _FOLDER)
    try:
        _refresh(index, workplace)
        return index.search(asked)
    except TroubleError as error:
        if not _REBUILT.intersection(t.code for t in error.troubles):
            raise
        # Somebody deleted it since, or its files are damaged where only a search looks.
        index.discard()
        _refresh(index, workplace)
        return index.search(asked)


def _refresh(index: "SearchIndex", workplace: "Workplace") -> None:
    """Bring the index up to mesh and ledger, unless it saw them as they are."""
    seen, now = workplace.state / _FOLDER / "seen", _stamp(workplace)
    compiled = workplace.compiled
    if index.exists and now and _read(seen) == now:
        return
    standing, reads, ratings = _recorded(workplace)
    try:
        index.refresh(compiled.mesh, standing, reads, ratings)
        seen.write_text(now, "utf-8")
    except (OSError, TroubleError) as reason:
        if not index.exists:
            raise
        # What was found yesterday is better than nothing.
        say(f"note: this search is over an older index: {reason}")


def _recorded(workplace: "Workplace") -> "_Recorded":
    """How products stand, how often each was read lately and how people rate it.

    Nothing while there is no ledger, which a search does not begin.
    """
    from hansa.catalog import states
    from hansa.feedback import major_of, ratings_by_product
    from hansa.model import DEFAULT_ENVIRONMENT
    from hansa.wiring import now

    file = _ledger_file(workplace)
    if file is not None and not file.exists():
        return (), {}, {}
    mesh, ledger = workplace.compiled.mesh, workplace.ledger
    majors = {str(p.address): major_of(p) for p in mesh.products}
    ratings = ratings_by_product(ledger.feedback_steps(), majors)
    return states(mesh, ledger, DEFAULT_ENVIRONMENT, now()), _reads(workplace), ratings


def _reads(workplace: "Workplace") -> dict[str, int]:
    found: dict[str, int] = {}
    for record in workplace.lately_read():
        for name in {str(read.port.name.of_product) for read in record.ports}:
            found[name] = found.get(name, 0) + 1
    return found


def _stamp(workplace: "Workplace") -> str:
    """Changes with the kept mesh, the embedded ledger and each day; empty when nobody can tell, as of a ledger elsewhere."""
    ledger = _ledger_file(workplace)
    if ledger is None:
        return ""
    files = (workplace.state / "cache" / "mesh", ledger, ledger.with_name(f"{ledger.name}-wal"))
    said = [f"{s.st_ino} {s.st_size} {s.st_mtime_ns}" if (s := _stat(f)) is not None else "-" for f in files]
    return "\n".join((str(workplace.today), *said))


def _ledger_file(workplace: "Workplace") -> Path | None:
    url = workplace.settings.ledger
    return workplace.root / url.removeprefix("sqlite:///") if url.startswith("sqlite:///") else None


def _stat(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except OSError:
        return None


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, ValueError):
        return ""


def _json(found: "SearchResult") -> dict[str, object]:
    return {
        "hits": [_hit(h) for h in found.hits],
        "total": found.total,
        "facets": {name: [{"value": v, "count": c} for v, c in values] for name, values in found.facets.items()},
        "suggestion": found.suggestion,
        "widened": found.widened,
        "seconds": round(found.took, 6),
    }


def _hit(hit: "Hit") -> dict[str, object]:
    return {
        "name": hit.address,
        "kind": hit.kind,
        "title": hit.title,
        "score": hit.score,
        "snippet": hit.said,
        "segments": [{"text": s.text, "found": s.found} for s in hit.snippet],
        "product": hit.product,
    }


def _write(found: "SearchResult", asked: "SearchQuery") -> None:
    if found.widened and found.hits:
        write("not found as written" + (f"; this is what `{found.suggestion}` finds:" if found.suggestion else "; this is near:"))
    if found.hits:
        rows = [(h.kind, h.address, h.title if h.title != h.address else "", _short(h.said)) for h in found.hits]
        write(table(("", "name", "title", ""), rows))
        if found.total > len(found.hits):
            write(f"\n{counted(found.total, 'hit')}; --limit shows more, --kind, --domain and the like leave fewer")
        return
    write(f"nothing found for `{asked.text}`" if asked.text else "nothing found")
    if found.suggestion:
        write(f"did you mean: hansa search {found.suggestion}")
    elif asked.facets or asked.kinds:
        write("without --domain, --kind and the like there may be more")
    else:
        write("`hansa search` without words lists all products")


def _short(text: str, most: int = 90) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
