"""Selections as text: which assets are meant.

orders         an asset; `*` stands for any characters
+key  key+     with all that it needs, with all that needs it
2+key  key+1   no further than so many steps
"a[1]*"        an asset whose key holds such characters, as it is
key:"raw/*"  key_substring:raw  group:raw  tag:team=ops  kind:pandas  owner:data@example.org
is:external  partitions:static
sinks(...)  roots(...)
a and b   a or b   not a   (a)   a, b   a b
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.asset_selection.derived import And, Downstream, Minus, Or, Roots, Sinks, Upstream
from daglab.definitions.asset_selection.leaves import (
    IS_WORDS,
    PARTITION_WORDS,
    All,
    Groups,
    Is,
    KeyPattern,
    Keys,
    KeySubstring,
    Kind,
    Owner,
    Partitions,
    Tag,
)
from daglab.definitions.asset_selection.operand import Operand
from daglab.errors import InvalidDefinitionError, InvalidSubsetError

# A plus sign belongs to what it touches: "a +b" is "a" and "+b".
_TOKEN = re.compile(
    r"""\s+
    | (?P<down>(?<=[^\s(,+])\+\d*)
    | (?P<up>\d*\+(?=[^\s),+]))
    | (?P<mark>[(),])
    | (?P<word>[^\s(),+":]+:(?:"[^"]*"|[^\s(),+"=]+)(?:=(?:"[^"]*"|[^\s(),+"]*))?|[^\s(),+"]+)
    | (?P<quoted>"[^"]*")""",
    re.VERBOSE,
)
_NULL = "<null>"
_DEEPEST = 60
_HINT = 'try "key", "+key", "group:name", "a or b"'


class _Token(NamedTuple):
    kind: str
    text: str


def parse(text: str, *, include_sources: bool = False) -> Operand:
    """Reads a selection.

    Args:
        text: in the language above.
        include_sources: whether `*`, `not`, and what is said of assets mean those, too, that no run can make.

    Raises:
        InvalidSubsetError: it cannot be read.

    Example:
        >>> parse("2+orders and not group:raw").text()
        '2+key:"orders" and (not group:"raw")'
    """
    reader = _Reader(text, include_sources)
    found = reader.any_of()
    if reader.token is not None:
        raise reader.refusal(f"{reader.token.text!r} is not expected here")
    return found


def _tokens(text: str) -> list[_Token]:
    found, position = [], 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise InvalidSubsetError(
                f"selection {text!r}: {text[position:]!r} cannot be read", hint='quote keys: "a b"'
            )
        if match.lastgroup:
            found.append(_Token(match.lastgroup, match.group()))
        position = match.end()
    return found


class _Reader:
    """A recursive-descent reader: `or` binds least, then `and`, `not`, and the plus signs."""

    def __init__(self, text: str, include_sources: bool) -> None:
        self.text = text
        self.include_sources = include_sources
        self.tokens = _tokens(text)
        self.place = 0
        self.depth = 0

    @property
    def token(self) -> _Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def is_at(self, *texts: str) -> bool:
        token = self.token
        return token is not None and token.kind in ("word", "mark") and token.text.lower() in texts

    def take(self) -> _Token:
        token = self.token
        if token is None:
            raise self.refusal("it ends too early")
        self.place += 1
        return token

    def refusal(self, problem: str) -> InvalidSubsetError:
        return InvalidSubsetError(f"selection {self.text!r}: {problem}", hint=_HINT)

    def any_of(self) -> Operand:
        parts = [self.all_of()]
        while self.token is not None and not self.is_at(")"):
            if self.is_at("or", ","):
                self.take()
            parts.append(self.all_of())
        return either(*parts)

    def all_of(self) -> Operand:
        parts = [self.negated()]
        while self.is_at("and"):
            self.take()
            parts.append(self.negated())
        return both(*parts)

    def negated(self) -> Operand:
        if not self.is_at("not"):
            return self.reaching()
        self.take()
        self.descend()
        found = Minus(left=All(include_sources=self.include_sources), right=self.negated())
        self.depth -= 1
        return found

    def descend(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.refusal(f"it is nested deeper than {_DEEPEST} times")

    def reaching(self) -> Operand:
        up, up_depth = self.steps("up")
        found = self.one()
        down, down_depth = self.steps("down")
        reached: list[Operand] = []
        if up:
            reached.append(Upstream(child=found, depth=up_depth))
        if down:
            reached.append(Downstream(child=found, depth=down_depth))
        return either(*reached) if reached else found

    def steps(self, kind: str) -> tuple[bool, int | None]:
        """Whether a plus sign stands here, and the number at it."""
        if self.token is None or self.token.kind != kind:
            return False, None
        number = self.take().text.strip("+")
        return True, int(number) if number else None

    def one(self) -> Operand:
        token = self.take()
        if token.kind == "quoted":
            return self.key(token.text.strip('"'), token.text)
        if token.text == "(":
            return self.inside()
        if token.text.lower() in _FUNCTIONS and self.is_at("("):
            self.take()
            return _FUNCTIONS[token.text.lower()](self.inside())
        if token.kind != "word" or token.text.lower() in ("and", "or"):
            raise self.refusal(f"an asset is expected where {token.text!r} stands")
        return self.word(token.text)

    def inside(self) -> Operand:
        self.descend()
        found = self.any_of()
        if self.take().text != ")":
            raise self.refusal("a ')' is missing")
        self.depth -= 1
        return found

    def word(self, word: str) -> Operand:
        if word == "*":
            return All(include_sources=self.include_sources)
        attribute, colon, value = word.partition(":")
        if not colon:
            return KeyPattern(pattern=word, word=word) if "*" in word else self.key(word, word)
        if attribute.lower() not in _ATTRIBUTES:
            raise self.refusal(f"nothing can be chosen by {attribute!r}; {', '.join(_ATTRIBUTES)}")
        return _ATTRIBUTES[attribute.lower()](self, value, word)

    def key(self, key: str, word: str) -> Operand:
        try:
            return Keys(selected_keys=(AssetKey.from_user_string(key),), word=word)
        except InvalidDefinitionError as error:
            raise self.refusal(error.message) from error


def either(*parts: Operand) -> Operand:
    """What any of these means, without an `Or` in an `Or`."""
    flat = [one for part in parts for one in (part.operands if isinstance(part, Or) else (part,))]
    return flat[0] if len(flat) == 1 else Or(operands=tuple(flat))


def both(*parts: Operand) -> Operand:
    """What all of these mean, without an `And` in an `And`."""
    flat = [one for part in parts for one in (part.operands if isinstance(part, And) else (part,))]
    return flat[0] if len(flat) == 1 else And(operands=tuple(flat))


def _key(reader: _Reader, value: str, word: str) -> Operand:
    return KeyPattern(pattern=value.strip('"'), word=word)


def _key_substring(reader: _Reader, value: str, word: str) -> Operand:
    return KeySubstring(substring=value.strip('"'), include_sources=reader.include_sources, word=word)


def _group(reader: _Reader, value: str, word: str) -> Operand:
    group = value.strip('"')
    return Groups(
        groups=() if value == _NULL else (group,),
        include_sources=reader.include_sources,
        is_pattern="*" in group,
        word=word,
    )


def _kind(reader: _Reader, value: str, word: str) -> Operand:
    kind = None if value == _NULL else value.strip('"')
    return Kind(kind=kind, include_sources=reader.include_sources, is_pattern=_is_pattern(value), word=word)


def _owner(reader: _Reader, value: str, word: str) -> Operand:
    return Owner(owner=None if value == _NULL else value.strip('"'), is_pattern=_is_pattern(value), word=word)


def _tag(reader: _Reader, value: str, word: str) -> Operand:
    match = re.fullmatch(r'("[^"]*"|[^"=]*)(?:=(.*))?', value, re.DOTALL)
    name, given = match.groups() if match else (value, None)
    return Tag(
        key=name.strip('"'),
        value=(given or "").strip('"'),
        include_sources=reader.include_sources,
        any_value=given is None,
        word=word,
    )


def _is(reader: _Reader, value: str, word: str) -> Operand:
    return Is(attribute=_one_of(reader, value, IS_WORDS))


def _partitions(reader: _Reader, value: str, word: str) -> Operand:
    return Partitions(partitions=None if value == _NULL else _one_of(reader, value, PARTITION_WORDS))


def _one_of(reader: _Reader, value: str, words: tuple[str, ...]) -> str:
    word = value.strip('"')
    if word not in words:
        raise reader.refusal(f"{word!r} is none of {', '.join(words)}")
    return word


def _is_pattern(value: str) -> bool:
    return "*" in value and not value.startswith('"')


_ATTRIBUTES: Mapping[str, Callable[[_Reader, str, str], Operand]] = {
    "key": _key,
    "key_substring": _key_substring,
    "group": _group,
    "kind": _kind,
    "owner": _owner,
    "tag": _tag,
    "is": _is,
    "partitions": _partitions,
}
_FUNCTIONS: Mapping[str, Callable[[Operand], Operand]] = {
    "sinks": lambda child: Sinks(child=child),
    "roots": lambda child: Roots(child=child),
}
