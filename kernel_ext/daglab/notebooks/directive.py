"""The first line of a cell that makes it more than a cell: `%%asset` and `%%check`.

Needs no notebook: the live magics parse their line here, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from daglab.definitions.labels import checked_group, checked_owners, checked_tags, kind_tags
from daglab.definitions.retries import RetryPolicy
from daglab.notebooks.directive_arguments import DirectiveArguments, is_key, is_name

ASSET_USAGE = """\
%%asset [NAME ...]        this cell makes an asset; each NAME is a variable of the cell (several: several assets).
                          Without a NAME: the one public name that the cell binds.
  --group GROUP           the group it is shown in
  --deps KEY,KEY          assets that must come first, although the cell reads no variable of theirs
  --ins NAME=KEY,...      take the variable NAME from the asset KEY
  --kinds KIND,KIND       labels such as "pandas" or "model"
  --owners OWNER,OWNER    e-mail addresses, or team:NAME
  --tags NAME=VALUE,...   labels to select by
  --code-version VERSION  instead of the fingerprint of the code
  --key-prefix PATH       put before the name, for example raw/europe
  --io KEY                the resource that stores the value (also: --io-manager)
  --retry COUNT[:DELAY[:BACKOFF[:JITTER]]]
                          how often a run tries it again: 3, 3:10s, 3:500ms:exponential, 3:1m:linear:full
  --no-cache              it comes out otherwise each time: it is never fresh, and made whenever it is asked for"""

CHECK_USAGE = """\
%%check ASSET [NAME]      this cell checks ASSET: its last expression says whether it is well, or its asserts do.
  --blocking              what comes after ASSET waits for this check, and does not run if it fails
  --severity WARN|ERROR   what a failure means (ERROR)"""

ASSET_OPTIONS = (
    "--group", "--deps", "--ins", "--kinds", "--owners", "--tags", "--code-version", "--key-prefix", "--io",
    "--io-manager", "--retry",
)  # fmt: skip
ASSET_FLAGS = ("--no-cache",)
CHECK_OPTIONS = ("--severity",)
CHECK_FLAGS = ("--blocking",)
_SAME = {"--io": "--io-manager"}

_NO_HELP = r"(?![ \t]*(?:\?|--help\b|-h\b))"  # a cell that asks how to write one is none
_FIRST_LINE = re.compile(r"(?P<blank>(?:[ \t]*\n)*)%%(?P<name>asset|check)(?![\w.])" + _NO_HELP + r"(?P<rest>[^\n]*)")
_LOOKALIKE = re.compile(r"^[ \t]*%{1,2}[ \t]?(?:asset|check)s?\b" + _NO_HELP, re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class AssetDirective:
    """What a `%%asset` line says. Keys are texts, their parts joined by "/"."""

    names: tuple[str, ...] = ()
    group: str | None = None
    deps: tuple[str, ...] = ()
    ins: Mapping[str, str] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    code_version: str | None = None
    key_prefix: str | None = None
    io_manager_key: str | None = None
    retry: RetryPolicy | None = None
    no_cache: bool = False

    def key_of(self, name: str) -> str:
        """The asset key of one output variable."""
        return f"{self.key_prefix}/{name}" if self.key_prefix else name


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckDirective:
    """What a `%%check` line says."""

    asset: str
    name: str | None = None
    blocking: bool = False
    severity: Literal["WARN", "ERROR"] = "ERROR"


def split_directive(source: str) -> tuple[str | None, str, str]:
    """Takes the directive off a cell.

    Returns:
        The magic's name ("asset", "check" or None), the rest of its line, and the code. The code keeps the
        numbers of its lines: the directive becomes an empty one.

    Example:
        >>> split_directive("%%asset orders\\norders = 1")
        ('asset', 'orders', '\\norders = 1')
    """
    source = source.replace("\r\n", "\n")
    found = _FIRST_LINE.match(source)
    if found is None:
        return None, "", source
    return found["name"], found["rest"].strip(), found["blank"] + source[found.end() :]


def misplaced_directive(source: str) -> int | None:
    """The line of a plain cell that looks as if it was meant to make the cell an asset or a check, counted from 1."""
    found = None if _FIRST_LINE.match(source) else _LOOKALIKE.search(source)
    return source.count("\n", 0, found.start()) + 1 if found else None


def parse_asset_directive(line: str) -> AssetDirective:
    """Reads what follows `%%asset`.

    Raises:
        InvalidDefinitionError: the line cannot be read; all its problems are named at once.
    """
    parsed = DirectiveArguments(
        line, magic="%%asset", usage=ASSET_USAGE, options=ASSET_OPTIONS, flags=ASSET_FLAGS, aliases=_SAME
    )
    for name in parsed.words:
        parsed.check(is_name(name), f"{name!r} cannot be the name of a variable")
    parsed.check(len(set(parsed.words)) == len(parsed.words), "a name is given twice")
    directive = AssetDirective(
        names=tuple(parsed.words),
        group=parsed.text("--group"),
        deps=parsed.keys("--deps"),
        ins=parsed.mapping("--ins", is_name, "NAME=KEY", is_key),
        kinds=parsed.words_of("--kinds"),
        owners=parsed.words_of("--owners"),
        tags=parsed.mapping("--tags", bool, "NAME=VALUE"),
        code_version=parsed.text("--code-version"),
        key_prefix=parsed.key("--key-prefix"),
        io_manager_key=parsed.text("--io-manager"),
        retry=parsed.retry("--retry"),
        no_cache="--no-cache" in parsed.flags,
    )
    parsed.judge(checked_group, directive.group)
    parsed.judge(kind_tags, directive.kinds)
    parsed.judge(checked_owners, directive.owners, "the cell")
    parsed.judge(checked_tags, directive.tags, "the cell")
    parsed.raise_problems()
    return directive


def parse_check_directive(line: str) -> CheckDirective:
    """Reads what follows `%%check`.

    Raises:
        InvalidDefinitionError: the line cannot be read; all its problems are named at once.
    """
    parsed = DirectiveArguments(line, magic="%%check", usage=CHECK_USAGE, options=CHECK_OPTIONS, flags=CHECK_FLAGS)
    words = parsed.words
    parsed.check(bool(words), "it does not say which asset it checks: write %%check ASSET")
    parsed.check(len(words) < 3, f"{words[2:3]} is one word too many: write %%check ASSET NAME")
    if words:
        parsed.check(is_key(words[0]), f"{words[0]!r} cannot be an asset key")
    if len(words) > 1:
        parsed.check(is_name(words[1]), f"{words[1]!r} cannot be the name of a check")
    severity = (parsed.text("--severity") or "ERROR").upper()
    parsed.check(severity in ("WARN", "ERROR"), f"--severity is WARN or ERROR, not {severity!r}")
    parsed.raise_problems()
    return CheckDirective(
        asset=words[0],
        name=words[1] if len(words) > 1 else None,
        blocking="--blocking" in parsed.flags,
        severity="WARN" if severity == "WARN" else "ERROR",
    )
