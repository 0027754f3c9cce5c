"""What a user of pre-commit does, with this working tree: install the hook from a repository, commit a page, see it stopped.

    python scripts/try_pre_commit.py

pre-commit makes an environment of its own with pip, so this needs PyPI and a minute or two; nothing outside a temporary folder changes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = "<meta charset=utf-8><title>低保对象名单</title><p>陈一一 身份证号：52010219010315904X</p>"  # nobody's: born in 1901
CONFIG = """repos:
- repo: file://{repository}
  rev: {rev}
  hooks:
  - id: deident
    args: [--lang, en, --]
"""


def main() -> int:
    """0 where the hook did what it should."""
    with tempfile.TemporaryDirectory() as name:
        home, repository, site = (Path(name) / part for part in ("home", "deident", "site"))
        who = {f"GIT_{role}_{what}": "t@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | who
        environment |= {"PRE_COMMIT_HOME": str(home), "DEIDENT_KEY": "0123456789abcdef"}

        def run(*command: str, folder: Path = site, check: bool = True) -> subprocess.CompletedProcess[str]:
            return subprocess.run(command, cwd=folder, env=environment, check=check, text=True, capture_output=True)

        names = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", folder=ROOT).stdout.split("\0")
        for file in filter(None, names):
            if (ROOT / file).is_file() and not file.startswith(("tests/", "training/")):
                (repository / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / file, repository / file)
        for command in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "this working tree")):
            run("git", *command, folder=repository)

        rev = run("git", "rev-parse", "HEAD", folder=repository).stdout.strip()
        site.mkdir()
        run("git", "init", "-q")
        (site / ".pre-commit-config.yaml").write_text(CONFIG.format(repository=repository, rev=rev), encoding="utf-8")
        run(sys.executable, "-m", "pre_commit", "install", "--install-hooks")
        run("git", "add", "-A")
        run("git", "commit", "-qm", "configuration")
        (site / "list.html").write_text(PAGE, encoding="utf-8")
        run("git", "add", "-A")
        stopped = run("git", "commit", "-qm", "a page", check=False)
        said = stopped.stdout + stopped.stderr
        (site / "list.html").write_text(PAGE.replace("52010219010315904X", "52****************"), encoding="utf-8")
        run("git", "add", "-A")
        fine = run("git", "commit", "-qm", "a masked page", check=False)
    print(said, fine.stdout, fine.stderr, sep="\n")
    good = (
        stopped.returncode == 1
        and "list.html: 1 to mask" in said
        and "model is not installed" not in said
        and fine.returncode == 0
    )
    print("the hook works" if good else "THE HOOK DOES NOT WORK")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
