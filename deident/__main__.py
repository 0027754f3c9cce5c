"""`python -m deident`."""

from __future__ import annotations

import sys

from deident.cli import main

if __name__ == "__main__":
    sys.exit(main())
