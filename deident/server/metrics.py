"""What is counted, for Prometheus: numbers by endpoint, verdict, status, category and action; nothing that a client has chosen."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from deident.server.pool import Pool
from deident.server.work import Done

BUCKETS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30, 60)  # seconds


class Metrics:
    """Counters in a registry of their own: two services in one process do not mix."""

    def __init__(self, pool: Pool) -> None:
        self.registry = registry = CollectorRegistry()
        self.requests = Counter("deident_requests", "Requests answered", ["endpoint", "verdict", "status"], registry=registry)
        self.seconds = Histogram(
            "deident_request_seconds", "Time to the answer", ["endpoint"], buckets=BUCKETS, registry=registry
        )
        self.findings = Counter("deident_findings", "Findings in answers", ["category", "action"], registry=registry)
        for name, text, value in (
            ("deident_workers", "Worker processes that are alive", lambda: len(pool.workers)),
            ("deident_requests_active", "Requests at work or waiting", lambda: pool.active),
            ("deident_requests_waiting", "Requests without a worker", lambda: pool.waiting),
            ("deident_workers_lost", "Workers that ended or were killed since the start", lambda: pool.lost),
        ):
            Gauge(name, text, registry=registry).set_function(value)

    def answered(self, endpoint: str, verdict: str, status: int, seconds: float) -> None:
        """Count a request."""
        self.requests.labels(endpoint, verdict, str(status)).inc()
        self.seconds.labels(endpoint).observe(seconds)

    def found(self, done: Done) -> None:
        """Count what an answer says."""
        for (category, action), count in done.findings.items():
            self.findings.labels(category, action).inc(count)

    def text(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self.registry)
