"""The log: a line for each request and for what happens to workers.  No body, no query string, nothing that a client has chosen, and no
traceback: one may quote what was being read (DEIDENT_DEBUG=1 shows them)."""

from __future__ import annotations

import logging
import os
import sys
from logging import LogRecord

ACCESS, SERVICE = "deident.access", "deident.server"


class Plain(logging.Formatter):
    """One line a record; of an exception its type and where it was raised."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")

    def format(self, record: LogRecord) -> str:
        if os.environ.get("DEIDENT_DEBUG") == "1":
            return super().format(record)
        if record.name.startswith("deident."):
            text = record.getMessage()
        elif record.exc_info and record.exc_info[0]:  # a library's: its words may be anybody's
            text = f"{record.exc_info[0].__name__} ({os.path.basename(record.pathname)}:{record.lineno})"
        else:
            text = str(record.msg)  # as it stands in the library's code, not filled in
        return f"{self.formatTime(record, self.datefmt)} {record.levelname} {record.name} {text}"


def configure(quiet: bool = False) -> None:
    """Log to standard error: requests and workers; of the libraries warnings only."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Plain())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in (ACCESS, SERVICE):
        logging.getLogger(name).setLevel(logging.WARNING if quiet else logging.INFO)
