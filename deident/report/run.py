"""What was run and under which policy, as every report needs it: plain data, names in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Exempted:
    """One exemption of the policy: of which type and category, its `group` (punitive | mandatory), and keys of law.toml."""

    type: str
    category: str
    group: str
    reason: str
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """For how many `days` (0: not said) documents of a type stay online, and what comes then (`after`: stay | takedown | …)."""

    audience: str
    days: int
    after: str
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expired:
    """An entry of the site's list of suppressions whose last day (ISO 8601) is over; `name` is its tag or place."""

    name: str
    owner: str
    expires: str


@dataclass(frozen=True, slots=True)
class Tagged:
    """What the tagger has read in all processes; lines that it had read before are not counted again."""

    name: str
    characters: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> int:
        """Characters in a second of one processor."""
        return round(self.characters / self.seconds) if self.seconds else 0


@dataclass(frozen=True, slots=True)
class Run:
    """What was run: goes into every report.  `started` is ISO 8601.

    kinds, laws, types, marks   id → readable name
    exemptions, periods         id of an exemption → Exempted, id of a document type → Period
    suppressions, expired       file of the site's list ("" without one), and its entries that do nothing any more
    homes                       what names of files begin with → the folder or file meant, seen from the current one; none: names are paths
    tagger                      None without one; `untagged`: there is none only because its extra is not installed
    """

    mode: str = "scan"
    version: str = ""
    policy: str = ""
    lang: str = "zh"
    started: str = ""
    seconds: float = 0.0
    done: int = 0
    bytes_done: int = 0
    resumed: bool = False
    kinds: dict[str, str] = field(default_factory=dict)
    laws: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    exemptions: dict[str, Exempted] = field(default_factory=dict)
    periods: dict[str, Period] = field(default_factory=dict)
    suppressions: str = ""
    expired: tuple[Expired, ...] = ()
    tagger: Tagged | None = None
    untagged: bool = False
    homes: dict[str, str] = field(default_factory=dict)

    def path(self, file: str) -> str:
        """Where the file of a report lies, seen from the current folder.

        >>> Run(homes={"": "public"}).path("a.html"), Run(homes={"b": "x/b"}).path("b/a.zip!c.html"), Run().path("a.html")
        ('public/a.html', 'x/b/a.zip!c.html', 'a.html')
        """
        for name, home in self.homes.items():
            if not name:
                return file if home in ("", ".") else f"{home.rstrip('/')}/{file}"
            if file.startswith(name) and file[len(name) : len(name) + 1] in ("", "/", "!"):
                return home + file[len(name) :]
        return file

    def titles(self, basis: tuple[str, ...]) -> list[str]:
        """The law titles of a basis; a key without one stands for itself."""
        return [self.laws.get(key, key) for key in basis]
