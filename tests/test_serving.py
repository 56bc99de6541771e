"""What answers readers is made when it is first needed, and closed with the rest."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hansa.gateway.asking import Query
from hansa.serving import Serving
from hansa.trouble import TroubleError
from hansa.wiring import Workplace

COUNT = "SELECT count(*) AS n FROM customer.profiles"


def test_a_gateway_that_is_made_when_asked_answers_as_one_that_was_there(governed_mesh: Path) -> None:
    with Workplace(governed_mesh, {"PATH": "/usr/bin"}) as workplace, Serving(workplace) as serving:
        carla = serving.reader(as_user="carla")
        later, now = serving.gateway_when_asked(), serving.gateway()
        with ThreadPoolExecutor(4) as several:
            told = list(several.map(lambda _: later.ask(Query(COUNT, carla)).reader.read_all().to_pylist(), range(4)))
        assert told == [now.ask(Query(COUNT, carla)).reader.read_all().to_pylist()] * 4
        assert later.prepare(Query(COUNT, carla)).schema == now.prepare(Query(COUNT, carla)).schema
        with pytest.raises(TroubleError) as unknown:
            later.ask(Query("SELECT 1 FROM customer.nothing", carla))
        assert [t.code for t in unknown.value.troubles] == ["H703"]


def test_a_gateway_that_nobody_asked_was_never_made(governed_mesh: Path) -> None:
    with Workplace(governed_mesh, {"PATH": "/usr/bin"}) as workplace, Serving(workplace) as serving:
        serving.gateway_when_asked().close()
        assert "recorder" not in serving.__dict__
