"""A collector sees one trace go from the front door over the worker to the relay."""

import gzip
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import orjson
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from schemas.wire.writing import write_event
from tests.integration.walk.conftest import a_house
from tests.support import services
from tests.support.builders import a_place, a_report, an_event

WITHIN_S: Final = 60
SOURCE: Final = "/city/platform"


class Collector:
    """Takes spans as OTLP/HTTP."""

    def __init__(self, url: str) -> None:
        self.url: Final = url
        self.spans: Final[list[tuple[str, str, str, Mapping[str, str]]]] = []
        """Service, name, trace, attributes."""

    def take(self, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            (service,) = (
                one.value.string_value
                for one in resource.resource.attributes
                if one.key == "service.name"
            )
            for scope in resource.scope_spans:
                for span in scope.spans:
                    told = {one.key: str(one.value) for one in span.attributes}
                    self.spans.append((service, span.name, span.trace_id.hex(), told))

    def whole_traces(self) -> list[str]:
        """Traces that were seen at every hop."""
        hops = {
            name: {trace for _, found, trace, _ in self.spans if found == name}
            for name in ("door", "worker", "relay")
        }
        return sorted(hops["door"] & hops["worker"] & hops["relay"])


@pytest.fixture
def collector() -> Iterator[Collector]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_packed = self.headers.get("Content-Encoding") == "gzip"
            found.take(gzip.decompress(body) if is_packed else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Collector(f"http://127.0.0.1:{server.server_port}/v1/traces")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def test_one_trace_is_seen_at_every_hop_and_tells_nothing_of_the_message(
    collector: Collector, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if reason := services.why_no_kafka() or services.why_no_postgres():
        pytest.skip(reason)
    traced = {"OFFSITE_TRACES": collector.url, "OFFSITE_TRACES_SAMPLE": "1"}
    report = a_report(text="鄂A12345 停在消防通道", place=a_place("traced-1"))
    event = an_event(report, source=SOURCE, id="traced", occurred_at=datetime.now(UTC))

    with a_house(tmp_path_factory.mktemp("traced"), settings=traced) as house:
        house.push(house.key(SOURCE), [orjson.loads(write_event(event))])
        ends_at = time.monotonic() + WITHIN_S
        while not collector.whole_traces():
            assert time.monotonic() < ends_at, collector.spans
            time.sleep(0.3)
        assert house.settled()["difference"] == 0

    assert len(collector.whole_traces()) == 1
    services_seen = {service for service, *_ in collector.spans}
    assert services_seen == {"offsite-door", "offsite-worker-general", "offsite-relay"}
    assert "transaction" in {name for _, name, _, _ in collector.spans}
    assert "12345" not in str(collector.spans)
    assert "traced-1" not in str(collector.spans)
