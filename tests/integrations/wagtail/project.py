"""The site of these tests: where it is, its settings, its command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SITE = Path(__file__).parent / "site"
BY_RULES = {"NER": False, "LANG": "zh"}  # judged in the process, quickly


def run(data: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """manage.py, on the site whose files are in `data`."""
    return subprocess.run(
        [sys.executable, "-B", "manage.py", *words],
        cwd=SITE,
        env=environ(data, **environment),
        text=True,
        capture_output=True,
        check=True,
    )


def environ(data: Path, **more: str) -> dict[str, str]:
    path = os.pathsep.join([str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "SITE_DATA": str(data), "DJANGO_SETTINGS_MODULE": "site_settings", "PYTHONPATH": path, **more}


def configure(data: Path, **settings: Any) -> None:
    """Write the setting DEIDENT of the site."""
    new = data / "deident.new"
    new.write_text(json.dumps({**BY_RULES, **settings}), encoding="utf-8")
    new.replace(data / "deident.json")
