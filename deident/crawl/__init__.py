"""A site dump from end to end: walk, worker processes, state, resume, reports.

walk.py      folder → files, in a fixed order, links not followed out of the root
batches.py   files → batches of bounded size
names.py     what a file is called in reports and in the masked copy
work.py      what happens to one batch inside a worker: read, scan or mask, write
workers.py   processes that may be killed, hang or run out of memory without taking the run with them
packed.py    reports as bytes, between worker and state
repeated.py  contacts that stand on many pages of a site
about.py     what the reports have to know of the scanner
state.py     what is done already (SQLite), so that nothing is lost or doubled after `kill -9`
dump.py      scan_dump and mask_dump: the only place where these meet
"""

from __future__ import annotations

from deident.crawl.dump import Interrupted, Options, Outcome, mask_dump, scan_dump
from deident.crawl.walk import walk

__all__ = ["Interrupted", "Options", "Outcome", "mask_dump", "scan_dump", "walk"]
