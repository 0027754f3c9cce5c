"""serve: the publish hook over HTTP, with the review desk; and its API keys."""

from __future__ import annotations

import argparse
import sys

from deident.cli.common import key, ner, warn
from deident.errors import MissingExtra
from deident.report.messages import say

FIRST = "first"  # name of the key that is made on the first start


def serve(options: argparse.Namespace) -> int:
    """Serve until a signal comes, or make a key."""
    try:
        import fastapi  # noqa: F401
        import prometheus_client  # noqa: F401
        import python_multipart  # noqa: F401
        import uvicorn  # noqa: F401

        from deident.server.keys import Keys
        from deident.server.settings import Settings
        from deident.server.words import say as said
    except ImportError:
        raise MissingExtra(say(options.lang, "no_server")) from None
    chosen = {
        name: value for name in ("host", "port", "workers", "data", "database", "keys", "max_mb", "max_files", "seconds", "concurrency",
                     "https", "keep_days", "session_hours")
        if (value := getattr(options, name)) is not None
    }  # fmt: skip
    settings = Settings(
        policy=options.policy, patterns=options.patterns, suppressions=options.suppressions, matcher=options.matcher, ner=ner(options),
        key=key(options), lang=options.lang, desk=options.desk, **chosen,
    )  # fmt: skip
    settings.folder()
    keys = Keys(settings.keys_file, options.lang)
    name = options.new_key or (FIRST if not len(keys) and sys.stdout.isatty() else "")
    if name:
        made = keys.add(name)
        print(said(options.lang, "new_key", name=name), made, sep="\n", flush=True)
    if options.new_key:
        return 0
    if not len(keys):  # a key printed here would end in somebody's log
        warn(options, said(options.lang, "keyless"))
    from deident.server import run

    return run.serve(settings, options.quiet)
