"""The pages of runs: as they go and as they went, for those who may know, and never more than they may read."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from tests.copied import copy_mesh
from tests.warm import ran

from hansa.ledger import ProductFinished, RunEnded, RunStarted, RunStepped
from hansa.model import Fingerprint, ProductRun, ProductStatus, Run, RunId, RunStatus, RunStep
from hansa.names import parse_product
from hansa.run.holder import Holder
from hansa.run.leasing import run_key, take
from hansa.serving import Serving
from hansa.wiring import Workplace, now

PROFILES = parse_product("customer.profiles")
BLIND = '@id("blind")\nforbid (principal == User::"nick", action == Action::"discover", resource);\n'
ROWS = "product=customer.profiles&rows=customer.profiles.profiles%401"


def text_of(page: Any) -> str:
    return " ".join(page.text.replace("customer. profiles", "customer.profiles").split())


@pytest.fixture(scope="module")
def broken(governed_mesh: Path, warm_hansa: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mesh whose second run was refused, since its key repeats; Nick may discover nothing of it."""
    root = tmp_path_factory.mktemp("broken") / "mesh"
    copy_mesh(governed_mesh, root)
    model = next((root / "domains/customer/profiles/models").glob("*.sql"))
    model.write_text(re.sub(r"^  id,$", "  CASE WHEN id < 30 THEN 7 ELSE id END AS id,", model.read_text(), flags=re.MULTILINE))
    (root / "governance/access").mkdir(parents=True, exist_ok=True)
    (root / "governance/access/blind.cedar").write_text(BLIND)
    ran(warm_hansa, root, "run", "--quiet", code=1)
    return root


@pytest.fixture(scope="module")
def served(broken: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    from tests.server.pages.conftest import site_over

    with Workplace(broken, {"PATH": "/usr/bin"}) as workplace, Serving.live(workplace) as serving:
        more = {"planner": lambda: serving.plan("prod"), "quarantine": workplace.state / "quarantine"}
        yield site_over(tmp_path_factory.mktemp("state"), serving, **more)


def failed_run(served: Any) -> str:
    return next(str(r.id) for r in served.serving.workplace.ledger.runs() if r.status is RunStatus.FAILED and len(r.id) > 10)


def begin(served: Any, run: str, at: dt.datetime | None = None) -> RunId:
    begun = Run(RunId(run), "prod", at or now(), Fingerprint("f"), "ada", products=(PROFILES,))
    served.serving.workplace.ledger.apply([RunStarted(begun)])
    return begun.id


def test_the_list_says_what_ran_and_what_came_of_it(served: Any) -> None:
    page = served.browser("mia").page("/runs")
    text = text_of(page)
    assert f"/runs/{failed_run(served)}" in page.links
    assert "1 failed" in text
    assert "1 published" in text
    assert [a for a in page.all("nav") if a.get("aria-label") == "Main"]
    assert "/runs" in page.links


def test_the_list_is_narrowed_and_odd_wishes_narrow_it_to_nothing_or_not_at_all(served: Any) -> None:
    browser = served.browser("mia")
    failed = browser.page("/runs?outcome=failed")
    assert f"/runs/{failed_run(served)}" in failed.links
    assert len([a for a in failed.links if a.startswith("/runs/2")]) == 1
    assert "No run is like that" in text_of(browser.page("/runs?outcome=nonsense"))
    assert "No run is like that" in text_of(browser.page("/runs?product=other"))
    for odd in ("page=-1", "page=x", "page=99999999999", "page=٣", "environment=" + "x" * 3000, "product=%3Cscript%3E"):
        assert browser.get(f"/runs?{odd}").status_code == 200


def test_a_failed_run_tells_what_went_wrong(served: Any) -> None:
    text = text_of(served.browser("mia").page(f"/runs/{failed_run(served)}"))
    assert "What went wrong" in text
    assert "primaryKey" in text
    assert "consumers keep version 1" in text
    assert "audit of profiles@1 failed: primaryKey" in text


def test_a_product_of_a_run_is_shown_with_steps_and_how_checks_were_decided(served: Any) -> None:
    page = served.browser("mia").page(f"/runs/{failed_run(served)}?product=customer.profiles")
    text = text_of(page)
    for word in ("read", "compute", "audit", "quarantine", "scanned", "proved", "30 rows put aside"):
        assert word in text
    assert len(page.all("rect")) >= 8
    assert "Ångström" not in text


def test_refused_rows_are_shown_as_one_may_read_them_and_the_look_is_on_record(served: Any) -> None:
    run, ledger = failed_run(served), served.serving.workplace.ledger
    before = ledger.audit_head()[0]
    mia = served.browser("mia").get(f"/runs/{run}?{ROWS}").text
    assert "Ångström" not in mia
    assert "masked" in mia
    assert "1950-02-28" in mia
    carla = served.browser("carla").get(f"/runs/{run}?{ROWS}").text
    assert "Zoë Ångström" in carla
    entries = ledger.audit_log(after=before)
    assert [e.record.principal for e in entries if "refused rows" in e.record.statement] == ["mia", "carla"]
    assert entries[0].record.ports[0].masked == ("name",)


def test_who_may_not_read_sees_how_many_rows_and_why_but_none(served: Any) -> None:
    myself = served.browser("mia").get(f"/runs/{failed_run(served)}?{ROWS}&for=%7C").text
    assert "30 rows put aside" in " ".join(myself.split())
    assert "1950-02-28" not in myself
    assert "The rows are not shown" in myself


def test_what_may_not_be_discovered_is_in_no_run(served: Any) -> None:
    nick, run = served.browser("nick"), failed_run(served)
    assert "Nothing ran yet that you may know of" in text_of(nick.page("/runs"))
    assert nick.get(f"/runs/{run}").status_code == 404
    assert nick.get(f"/runs/compare?a={run}&b={run}").status_code == 404
    plan = nick.get("/plan").text
    assert "customer.profiles" not in plan
    for path in ("/runs", "/plan", "/runs/compare"):
        assert run not in nick.get(path).text


@pytest.mark.parametrize("run", ["nothing", "..%2f..%2fetc", "x" * 5000, "'%3Cb%3E"])
def test_a_run_that_is_not_there_is_not_found(run: str, served: Any) -> None:
    assert served.browser("mia").get(f"/runs/{run}").status_code == 404


@pytest.mark.parametrize("product", ["customer.nothing", "x", "..", "customer.profiles.profiles"])
def test_a_product_that_the_run_does_not_have_is_not_found(product: str, served: Any) -> None:
    assert served.browser("mia").get(f"/runs/{failed_run(served)}?product={product}").status_code == 404


def test_a_run_on_its_way_says_how_far_it_is_and_goes_on_from_there(served: Any) -> None:
    ledger, holder = served.serving.workplace.ledger, Holder(".elsewhere", 1, "", "t")
    lease = take(ledger, run_key(RunId("live")), holder, now())
    run = begin(served, "live")
    ledger.apply([RunStepped(run, (RunStep(PROFILES, "product", "began", now(), note="why <b>not</b>"),))])
    try:
        response = served.browser("mia").get("/runs/live")
        page = served.browser("mia").parsed(response)
        live = next(a for _, a in page.elements if "data-live" in a)
        assert live["data-live"] == "/api/v1/events?run=live"
        assert int(str(live["data-after"])) == ledger.last_event()
        assert (live["role"], live["aria-live"]) == ("status", "polite")
        assert page.all("progress")
        assert "Refresh" in page.text
        assert "under way" in page.text
        assert "<b>not" not in response.text
        assert "Running now" in text_of(served.browser("mia").page("/runs"))
    finally:
        ledger.release(lease)
        ledger.apply([RunEnded(run, RunStatus.SUCCEEDED, now())])


def test_a_run_whose_process_is_gone_is_interrupted_and_never_runs_for_ever(served: Any) -> None:
    begin(served, "killed", now() - dt.timedelta(hours=3))
    page = served.browser("mia").page("/runs/killed")
    text = text_of(page)
    assert "interrupted" in text
    assert "Nobody works on this any more" in text
    assert not page.all("progress")
    assert not [a for _, a in page.elements if "data-live" in a]
    assert "/runs/killed" in served.browser("mia").page("/runs?outcome=interrupted").links
    assert "Running now" not in text_of(served.browser("mia").page("/runs"))


def test_a_long_run_makes_no_long_page(served: Any) -> None:
    run, at = begin(served, "long"), now()
    steps = [RunStep(PROFILES, "compute", "ended", at, f"port{n}", 0.5, 1000, "x" * 100) for n in range(1000)]
    served.serving.workplace.ledger.apply(
        [
            RunStepped(run, tuple(steps)),
            ProductFinished(ProductRun(run, PROFILES, ProductStatus.FAILED, "H405 a model failed: " + "y" * 5000)),
            RunEnded(run, RunStatus.FAILED, now()),
        ]
    )
    for path in ("/runs/long", "/runs/long?product=customer.profiles", "/runs"):
        assert len(served.browser("mia").get(path).content) < 100_000, path


def test_two_runs_are_compared(served: Any) -> None:
    first = next(str(r.id) for r in served.serving.workplace.ledger.runs() if r.status is RunStatus.SUCCEEDED and len(r.id) > 10)
    text = text_of(served.browser("mia").page(f"/runs/compare?a={first}&b={failed_run(served)}"))
    for word in ("Fingerprint of the mesh", "check primaryKey on id", "pass", "fail, 30 rows", "reason", "version"):
        assert word in text
    same = text_of(served.browser("mia").page(f"/runs/compare?a={first}&b={first}"))
    assert "every product came to the same in both" in same
    assert "Name two runs" in text_of(served.browser("mia").page(f"/runs/compare?a={first}"))


def test_the_plan_is_told_and_its_age(served: Any) -> None:
    def made() -> str:
        return text_of(served.browser("mia").page("/plan"))

    text = made()
    for _ in range(60):
        if "is being made" not in text:
            break
        text = made()
    assert "as of just now" in text
    assert "customer.profiles" in text
    assert "build" in text
    assert "model profiles changed" in text


def test_a_server_that_makes_no_plans_says_so(site: Any) -> None:
    assert "This server makes no plans" in text_of(site.browser("mia").page("/plan"))


@pytest.mark.parametrize("path", ["/runs", "/plan", "/runs/compare", "/runs/RUN", "/runs/RUN?product=customer.profiles"])
def test_nothing_runs_and_nothing_is_styled_but_by_the_server(path: str, served: Any) -> None:
    page = served.browser("carla").page(path.replace("RUN", failed_run(served)))
    for tag, attributes in page.elements:
        assert tag not in ("style", "iframe"), tag
        assert not any(a.startswith("on") or a == "style" for a in attributes), (tag, attributes)
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    assert len(page.all("h1")) == 1


def test_pages_ask_for_a_session(served: Any) -> None:
    for path in ("/runs", "/plan", "/runs/compare", f"/runs/{failed_run(served)}"):
        assert served.browser().get(path).status_code == 303
