"""The query page opens within 50 ms, and shows the first thousand rows 50 ms after the gateway would have given them.

Size: the reference mesh as it is published, and somebody of the team that owns the baskets; a query of 1,000 rows of them, asked
through the page with its session, its proof and its lines of JSON, and asked of the same gateway directly; both take turns, a new
text each time. The page is the one with the list of all that may be queried; `words` is what its script asks for while somebody
types. The application is called without a socket.
"""

import asyncio
import re
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median, quantiles

from benchmarks.outcome import Outcome
from benchmarks.pages import reference, small
from benchmarks.process import part, spoken
from benchmarks.series import amount, interleaved
from benchmarks.setting import Setting
from benchmarks.visiting import Visitor, visiting

LIMIT_MS = 50.0
LIMIT_KB = 100.0
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


def measure(setting: Setting) -> Outcome:
    times = 3 if setting.small else 40
    if setting.small:
        mesh, team, table = small(setting.scratch), "a-team", "a.b"
    else:
        mesh, team, table = reference(setting.scratch), "order_operations", "orders.history"
    bare, page = (part("benchmarks.query_page", name, mesh, team, table, times, within="ms") for name in ("gateway", "page"))
    first, second = interleaved((bare, page), setting)
    return Outcome(
        (first, second),
        (
            amount("the page opens, median", second.said("opens"), "ms", LIMIT_MS),
            amount("its size", second.said("size"), "kB", LIMIT_KB),
            amount("words for the editor, p95", second.said("words"), "ms", LIMIT_MS),
            amount("1,000 rows through the page, longer by", second.said("over"), "ms", LIMIT_MS),
            amount("the same, CPU", second.said("cpu"), "ms"),
        ),
    )


def _page(mesh: str, team: str, table: str, times: str) -> Mapping[str, float]:
    return asyncio.run(_measured(Path(mesh), team, table, int(times)))


def _gateway(mesh: str, team: str, table: str, times: str) -> Mapping[str, float]:
    async def asked() -> list[float]:
        async with visiting(Path(mesh), teams=(team,)) as visitor:
            return [_directly(visitor, table, n) for n in range(int(times))]

    return {"ms": median(asyncio.run(asked())) * 1000}


async def _measured(mesh: Path, team: str, table: str, times: int) -> Mapping[str, float]:
    async with visiting(mesh, teams=(team,)) as visitor:
        opened = await visitor.look("/query", times)
        words = await visitor.look(f"/query/schema?words={table}", times)
        found = _CSRF.search(opened.text)
        assert found is not None
        through, directly, used = [], [], []
        for number in range(times):
            began = time.process_time()
            through.append(await _through(visitor, found[1], table, number))
            used.append(time.process_time() - began)
            directly.append(_directly(visitor, table, times + number))
    return {
        "ms": median(through) * 1000,
        "opens": median(opened.seconds) * 1000,
        "size": opened.size / 1000,
        "words": quantiles(words.seconds, n=20)[-1] * 1000,
        "over": (median(through) - median(directly)) * 1000,
        "cpu": median(used) * 1000,
    }


def _text(table: str, number: int) -> str:
    return f"SELECT *, {number} AS asked FROM {table} LIMIT 1000"


async def _through(visitor: Visitor, csrf: str, table: str, number: int) -> float:
    began = time.perf_counter()
    form = {"csrf": csrf, "sql": _text(table, number), "for": ""}
    (await visitor.client.post("/query/rows", data=form)).raise_for_status()
    return time.perf_counter() - began


def _directly(visitor: Visitor, table: str, number: int) -> float:
    from hansa.gateway.asking import Query
    from hansa.model import Reader

    began = time.perf_counter()
    answer = visitor.gateway.ask(Query(_text(table, number), Reader(visitor.principal), "benchmark", rows=1001))
    rows = answer.reader.read_all().num_rows
    answer.reader.close()
    assert rows
    return time.perf_counter() - began


if __name__ == "__main__":
    spoken({"page": _page, "gateway": _gateway})
