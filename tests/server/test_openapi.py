"""/openapi.json says what the service does: schemathesis makes requests from it and holds the answers against it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from server.service import Service

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its own imports
    schemathesis = pytest.importorskip("schemathesis")
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection

EXAMPLES = 15  # for each operation and way of making them
ROUTES = [("/v1/check", "POST"), ("/v1/mask", "POST"), ("/healthz", "GET"), ("/healthz/live", "GET"), ("/metrics", "GET")]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    made = Service(tmp_path_factory.mktemp("openapi"), "--no-desk", "--workers", "2")
    yield made
    assert made.stop() == 0, made.log
    assert " ERROR " not in made.log


@pytest.fixture(scope="module")
def document(service: Service) -> dict[str, Any]:
    found: dict[str, Any] = service.client.get("/openapi.json").json()
    return found


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("path", "method"), ROUTES)
def test_requests_made_from_it(service: Service, document: dict[str, Any], path: str, method: str, mode: GenerationMode) -> None:
    if mode is GenerationMode.NEGATIVE and method == "GET":
        pytest.skip("nothing can be wrong with a request without parameters")
    schema = schemathesis.openapi.from_dict(document)
    seen: list[int] = []

    @settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=schema[path][method].as_strategy(generation_mode=mode))
    def conforms(case: Any) -> None:
        if mode is GenerationMode.POSITIVE and isinstance(case.body, dict):
            for name in ("doc_type", "review"):  # any string may stand there, few are types; and there is no desk
                case.body.pop(name, None)
        response = case.call(base_url=service.url, headers={"Authorization": f"Bearer {service.key}"})
        seen.append(response.status_code)
        # In a form everything is text: what is no string in the schema's eyes is one when it arrives.
        form = case.media_type == "multipart/form-data"
        case.validate_response(response, excluded_checks=[negative_data_rejection] if form else [])

    conforms()
    assert len(seen) >= (EXAMPLES if method == "POST" else 1)
    assert (200 if mode is GenerationMode.POSITIVE else 422) in seen, seen


def test_it_is_complete(document: dict[str, Any]) -> None:
    assert document["paths"].keys() == {path for path, _ in ROUTES}
    for path in ("/v1/check", "/v1/mask"):
        route = document["paths"][path]["post"]
        assert route["security"] and route["requestBody"]["content"].keys() == {"application/json", "multipart/form-data"}
        assert route["requestBody"]["content"]["application/json"]["examples"]
        assert route["responses"].keys() == {"200", "400", "401", "408", "413", "415", "422", "500", "503"}
        for status, response in route["responses"].items():
            content = response["content"]["application/json"]
            assert content["schema"]["$ref"].endswith("Error") == (status != "200") and (
                content.get("examples") or content["example"]
            )
    assert document["components"]["securitySchemes"].keys() == {"HTTPBearer", "APIKeyHeader"}


def test_its_examples_work(service: Service, document: dict[str, Any]) -> None:
    for path in ("/v1/check", "/v1/mask"):
        for example in document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"].values():
            answer = service.client.post(path, json=example["value"])
            assert answer.status_code == 200, answer.text
        shown = document["paths"][path]["post"]["responses"]["200"]["content"]["application/json"]["example"]
        assert shown.keys() == answer.json().keys()
        for key in ("file", "status", "reason", "doc_type", "marks", "warnings", "counts", "findings"):
            assert key in shown["documents"][0] and key in answer.json()["documents"][0]


def test_every_finding_has_the_fields_of_its_model(service: Service, document: dict[str, Any]) -> None:
    answer = service.check(
        title="电话 19900000001",
        html="<p>电话：19900000002",
        attachments=[{"name": "a.csv", "content": "NTIwMTAyMTkwMTAzMTU5MDRY"}],
    )
    fields = set(document["components"]["schemas"]["Finding"]["properties"])
    found = [finding for part in answer.json()["documents"] for finding in part["findings"]]
    assert [set(finding) for finding in found] == [fields, fields, fields - {"field", "start", "end"}]


def test_it_needs_no_key_and_nothing_from_elsewhere(service: Service) -> None:
    response = httpx.get(f"{service.url}/openapi.json")
    assert response.status_code == 200 and "http://" not in response.text and "https://" not in response.text
