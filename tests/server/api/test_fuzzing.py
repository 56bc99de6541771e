"""Whatever is asked, by whomever: no server error, and every answer is one that the description names."""

from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from hansa.server.app import described_app

pytestmark = pytest.mark.slow
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
WHO = ("mia", "olga", "")
TIMES = 4
SCHEMA = schemathesis.openapi.from_dict(described_app().openapi())
OPERATIONS = {
    operation.label: operation
    for operation in (found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok))
    if not operation.path.endswith("/events")  # it does not end
}


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_request_brings_the_server_down(label: str, web: Any) -> None:
    web.get("/policies")  # judged once
    operation = OPERATIONS[label]
    modes = (operation.as_strategy(generation_mode=mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE))

    @given(case=st.one_of(*modes), who=st.sampled_from(WHO))
    @settings(
        max_examples=TIMES * len(WHO),
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any, who: str) -> None:
        headers = {"Authorization": f"Bearer {web.token(who)}"} if who else {}
        sent = case.as_transport_kwargs(base_url="http://testserver", headers=headers)
        if not who:
            sent["headers"] = {k: v for k, v in sent["headers"].items() if k.lower() != "authorization"}
        if isinstance(sent.get("data"), str | bytes):
            sent["content"] = sent.pop("data")
        try:
            response = web.client.request(**{k: v for k, v in sent.items() if k not in ("cookies",)})
        except (ValueError, TypeError, httpx2.InvalidURL):
            return  # the client itself refuses to send it
        if not who and label.partition(" ")[2].startswith("/api/"):
            assert response.status_code in (400, 401, 404, 405), response.text
        case.validate_response(response, checks=CHECKS)

    ask()
