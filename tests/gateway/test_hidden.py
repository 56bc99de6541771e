"""What a reader may not discover is answered as what never was: same words, same suggestions, same record."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hansa.access import Action, Verdict
from hansa.access.deciding import CedarDecider, LiveDecider
from hansa.access.record.past import entries
from hansa.gateway.answering import Gateway
from hansa.gateway.asking import Query, QueryLimits
from hansa.model import Principal, Reader
from hansa.names import DomainName, PortMajor, ProductName
from hansa.serving import Serving
from hansa.trouble import Trouble, TroubleError
from hansa.wiring import Workplace


@dataclass(frozen=True, slots=True)
class Secretive:
    """A gateway over the mesh with a hidden domain; mia reads for the campaign."""

    serving: Serving
    answering: Any

    def reader(self, who: str) -> Reader:
        return self.serving.reader(who, *(("campaign", "letters") if who == "mia" else ()))

    def trouble(self, sql: str, who: str = "mia", *, prepare: bool = False) -> Trouble:
        query = Query(sql, self.reader(who))
        with pytest.raises(TroubleError) as refused:
            self.answering.prepare(query) if prepare else self.answering.ask(query)
        (trouble,) = refused.value.troubles
        return trouble


@pytest.fixture(scope="module")
def secretive(secretive_mesh: Path) -> Iterator[Secretive]:
    with Workplace(secretive_mesh, {"PATH": "/usr/bin"}) as workplace, Serving(workplace) as serving:
        yield Secretive(serving, serving.gateway())


NAMING = (
    "SELECT * FROM {}.keys",
    "SELECT * FROM {}.keys.keys",
    "SELECT * FROM {}.keys.keys_v1",
    "SELECT * FROM {}.keys.keys_v7",
    "SELECT * FROM {}.keys_v1",
    "SELECT * FROM {}.key",
    "SELECT * FROM {}.keys.nothing",
    'SELECT * FROM "{}".KEYS',
    "SELECT * FROM {}.keys AT (VERSION => 1)",
    "SELECT * FROM {}.keys AT (VERSION => 77)",
    "SELECT * FROM {}.keys AT (VERSION => 'x')",
    "SELECT * FROM {}.keys AT (TIMESTAMP => '1999-01-01')",
    "SELECT * FROM {}.keys AT (TIMESTAMP => 'yesterday')",
    "SELECT * FROM {}.keys.keys AT (TIMESTAMP => '2999-01-01')",
    "SELECT nothing FROM {}.keys",
    "SELECT id FROM {}.keys WHERE id = $n",
    "SELECT * FROM customer.profiles JOIN {}.keys USING (id)",
    "SELECT * FROM {}.keys JOIN customer.profiles USING (id)",
    "SELECT * FROM {}.keys JOIN nowhere.nothing USING (id)",
    "SELECT * FROM {}.keys JOIN customer.profiles.nothing USING (id)",
    "SELECT * FROM customer.report JOIN {}.keys USING (id)",
    "WITH k AS (FROM {}.keys) SELECT 1 FROM k WHERE EXISTS (SELECT 1 FROM customer.profiles)",
)


@pytest.mark.parametrize("prepare", [False, True], ids=["asked", "prepared"])
@pytest.mark.parametrize("sql", NAMING)
@pytest.mark.parametrize("who", ["mia", "nick"])
def test_what_is_hidden_is_answered_as_what_never_was(secretive: Secretive, sql: str, who: str, prepare: bool) -> None:
    hidden, never = (secretive.trouble(sql.format(name), who, prepare=prepare) for name in ("vault", "nihil"))
    assert str(hidden).replace("vault", "nihil") == str(never)
    assert hidden.code == ("H704" if "profiles.nothing" in sql else "H703")


@pytest.mark.parametrize("sql", ["SELECT * FROM vaul.keys", "SELECT * FROM keys", "SELECT * FROM vault.kexs", "FROM a.b.c.d"])
def test_what_is_hidden_is_not_suggested(secretive: Secretive, sql: str) -> None:
    told = secretive.trouble(sql)
    assert "vault.keys" not in f"{told.summary} {told.mend}"
    assert "vault.keys" in secretive.trouble(sql, "carla").mend


def test_suggestions_are_what_the_reader_may_discover(secretive: Secretive) -> None:
    assert "did you mean `customer.report`" in secretive.trouble("SELECT * FROM customer.reports").mend
    assert secretive.trouble("SELECT * FROM a.b.c.d").mend == "published here: `customer.profiles`, `customer.report`"


def test_what_may_be_discovered_and_not_read_is_still_refused_with_reasons(secretive: Secretive) -> None:
    assert secretive.trouble("SELECT * FROM customer.profiles", "nick").code == "H707"
    assert secretive.trouble("SELECT * FROM customer.profiles.nothing", "nick").code == "H704"
    assert secretive.trouble("SELECT * FROM customer.profiles AT (VERSION => 77)", "nick").code == "H710"


def test_owners_and_the_operator_read_what_is_hidden_from_others(secretive: Secretive) -> None:
    for who in ("carla", ""):
        answer = secretive.answering.ask(Query("SELECT count(*) AS n FROM vault.keys.keys_v1", secretive.serving.reader(who)))
        assert answer.reader.read_all().to_pylist() == [{"n": 2500}]


def test_the_record_is_that_of_a_name_of_nothing(secretive: Secretive) -> None:
    for name in ("vault", "nihil"):
        secretive.trouble(f"SELECT * FROM {name}.keys", "nick")
    hidden, never = [e.record for e in entries(secretive.serving.workplace.ledger)][-2:]
    assert "vault" in hidden.statement
    for what in ("outcome", "reason", "ports", "rules", "policy_version", "principal", "way"):
        assert getattr(hidden, what) == getattr(never, what), what


def test_a_consumer_that_is_hidden_is_no_consumer(secretive: Secretive) -> None:
    nick = secretive.serving.reader("nick").principal

    def told(consumer: str) -> str:
        query = Query("SELECT * FROM customer.profiles", Reader(nick, consumer, "product"))
        with pytest.raises(TroubleError) as refused:
            secretive.answering.ask(query)
        return str(refused.value.troubles[0])

    assert told("vault.keys").replace("vault", "nihil") == told("nihil.keys")
    assert "vault.keys" not in told("vaul.keys")
    assert "is not of customer_team" in told("customer.report")


@dataclass
class Watched:
    """A decider that notes what was asked whether it may be discovered, and hides from all what a test says."""

    decider: CedarDecider
    hidden: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    version: str = "1"

    def __getattr__(self, name: str) -> Any:
        return getattr(self.decider, name)

    def current(self) -> "Watched":
        return self

    def may(
        self,
        principal: Principal,
        action: Action,
        resource: DomainName | ProductName | PortMajor | None,
        now: dt.datetime,
        context: Mapping[str, object] | None = None,
    ) -> Verdict:
        self.asked.append(f"{action} {resource}")
        if str(resource) in self.hidden:
            return Verdict(False)
        return self.decider.may(principal, action, resource, now, context)


@pytest.fixture
def watched(secretive: Secretive) -> tuple[Watched, Callable[..., Any]]:
    serving = secretive.serving
    live = serving.decider
    assert isinstance(live, LiveDecider)
    decider = Watched(live.current())
    limits = QueryLimits()
    workplace = serving.workplace
    gateway = Gateway(decider, workplace.ledger, workplace.lake, serving.recorder, limits, serving.clock, bytes(32))

    def ask(sql: str, who: str = "mia") -> Any:
        return gateway.ask(Query(sql, secretive.reader(who))).reader.read_all().to_pylist()

    return decider, ask  # the recorder is shared, and closes with who serves


def test_an_allowed_query_asks_nothing_about_what_may_be_discovered(watched: Any) -> None:
    decider, ask = watched
    assert ask("SELECT count(*) AS n FROM customer.profiles") == [{"n": 2500}]
    assert decider.asked == []


def test_what_is_known_is_asked_once_for_many_wrong_names(watched: Any) -> None:
    decider, ask = watched
    for n in range(5):
        with pytest.raises(TroubleError):
            ask(f"SELECT * FROM nihil.nothing{n}")
        with pytest.raises(TroubleError):
            ask(f"SELECT * FROM vault.keys -- {n}")
    assert sorted(decider.asked) == ["discover customer.profiles", "discover customer.report", "discover vault.keys"]


def test_a_hidden_port_of_a_product_that_may_be_known_is_no_port(watched: Any) -> None:
    decider, ask = watched

    def told(sql: str) -> str:
        with pytest.raises(TroubleError) as refused:
            ask(sql, "nick")
        return str(refused.value.troubles[0])

    assert "H707" in told("SELECT * FROM customer.profiles.profiles")
    decider.hidden, decider.version = {"customer.profiles.profiles@1"}, "2"
    for word in ("profiles", "profiles_v1", "profile", "nothing"):
        said = told(f"SELECT * FROM customer.profiles.{word}")
        assert f"customer.profiles publishes no port `{word}`" in said
        assert "its ports" not in said
        assert "did you mean" not in said
    assert "customer.profiles has no main port" in told("SELECT * FROM customer.profiles")
    assert "pinned" not in told("SELECT 1 FROM customer.profiles_v1")
