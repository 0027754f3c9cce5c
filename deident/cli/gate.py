"""check: one document before it is published."""

from __future__ import annotations

import argparse
import json

from deident.cli.common import installed, key, ner, warn, warn_expired
from deident.report.messages import say


def check(options: argparse.Namespace) -> int:
    """Check one document and say what is in it."""
    from deident import report
    from deident.crawl import about
    from deident.engine import Scanner
    from deident.gate import document as gate
    from deident.report import sarif, text

    document = gate.read(options.file, options.title, options.lang)
    scanner = Scanner(
        policy=options.policy, patterns=options.patterns, matcher=options.matcher, key=key(options), lang=options.lang,
        suppressions=options.suppressions, ner=ner(options),
    )  # fmt: skip
    checked = gate.run(scanner, document, options.lang, options.doc_type, options.explain)
    run = report.Run("check", installed(), options.policy, options.lang, **about.about(scanner, options.lang))
    warn_expired(options, run.expired)
    if options.format == "sarif":
        print(json.dumps(sarif.log(checked.reports, run), ensure_ascii=False, indent=1))
    elif options.format == "json":
        print(json.dumps(gate.as_json(checked, run), ensure_ascii=False, indent=1))
    elif not options.quiet:
        if about.untagged(options.ner):
            warn(options, say(options.lang, "untagged"))
        for line in text.checked(checked.reports, run, checked.explained):
            print(line)
    return checked.summary.exit_code("check")
