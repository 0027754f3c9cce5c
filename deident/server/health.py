"""`/healthz` (ready), `/healthz/live` and `/metrics`: for the machines around the service; no key, and nothing of any content."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

import deident
from deident.server.metrics import Metrics
from deident.server.pool import Pool


class Health(BaseModel):
    """How the service is."""

    status: Literal["ready", "starting", "stopping", "live"]
    version: str
    workers: int


def router(pool: Pool, metrics: Metrics) -> APIRouter:
    """The three routes."""
    routes = APIRouter(tags=["health"])

    def health(status: str) -> Health:
        return Health.model_validate({"status": status, "version": deident.__version__, "workers": len(pool.workers)})

    @routes.get(
        "/healthz", summary="可接受请求 / Ready", responses={503: {"model": Health, "description": "正在启动或停止 / Not ready"}}
    )
    async def ready(response: Response) -> Health:
        """200 只在能接受请求时返回。200 only while requests are taken: for load balancers."""
        if not pool.ready:
            response.status_code = 503
        return health("stopping" if pool.stopping else "ready" if pool.ready else "starting")

    @routes.get("/healthz/live", summary="进程存活 / Live")
    async def live() -> Health:
        """进程存活即返回 200。200 while the process lives: for supervisors."""
        return health("live")

    @routes.get(
        "/metrics", summary="指标 / Metrics", response_class=Response,
        responses={200: {"description": "Prometheus", "content": {"text/plain": {"schema": {"type": "string"}}}}},
    )  # fmt: skip
    async def numbers() -> Response:
        """Prometheus 文本格式。Prometheus' text format."""
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return routes
