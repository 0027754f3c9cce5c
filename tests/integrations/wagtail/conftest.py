"""A Wagtail site in this process: migrated once for all workers, copied for each."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from integrations.wagtail.project import SITE, configure, run

pytest.importorskip("wagtail", reason="Wagtail is not installed")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a fresh site, to be copied: a database with its root page, an editor, a supervisor."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    ready = shared / "wagtail-migrated"
    with (shared / "wagtail.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.is_dir():
            made = tmp_path_factory.mktemp("migrated")
            configure(made)
            run(made, "migrate", "-v0")
            run(made, "people")
            shutil.copytree(made, ready)
    return ready


@pytest.fixture(scope="session")
def data(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site's files."""
    return Path(shutil.copytree(migrated, tmp_path_factory.mktemp("site") / "data"))


@pytest.fixture(scope="session")
def django(data: Path) -> Iterator[None]:
    """Django in this process, on the site's database."""
    import django

    sys.path.insert(0, str(SITE))
    os.environ.update(SITE_DATA=str(data), DJANGO_SETTINGS_MODULE="site_settings")
    django.setup()
    yield
    from django.db import connections

    connections.close_all()


@pytest.fixture
def settings(data: Path) -> Iterator[Callable[..., None]]:
    """Changes DEIDENT until the end of the test."""
    yield lambda **more: configure(data, **more)
    configure(data)


@pytest.fixture
def undone(django: None) -> Iterator[None]:
    """What a test writes is undone."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)
