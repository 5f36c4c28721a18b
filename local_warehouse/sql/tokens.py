"""A statement as its tokens, so that literals and comments are never touched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, NamedTuple

from sqlglot import Token as SqlglotToken
from sqlglot import TokenType
from sqlglot.dialects.databricks import Databricks
from sqlglot.errors import TokenError


class _Tokens(Databricks):
    """Databricks' tokens, also of statements that sqlglot itself does not look into."""

    class Tokenizer(Databricks.Tokenizer):
        """Cuts SHOW, CALL, EXPLAIN and so on into tokens, too."""

        COMMANDS: ClassVar[set[TokenType]] = set()


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    QUOTED = "quoted"
    STRING = "string"
    SYMBOL = "symbol"


_STRINGS = {
    TokenType.STRING,
    TokenType.RAW_STRING,
    TokenType.NATIONAL_STRING,
    TokenType.HEX_STRING,
    TokenType.BIT_STRING,
    TokenType.BYTE_STRING,
    TokenType.HEREDOC_STRING,
    TokenType.UNICODE_STRING,
}
_WORD = re.compile(r"\w", re.UNICODE)
_PART = re.compile(r"\S+")


class Token(NamedTuple):
    """One token.

    Attributes:
        text: What it says, without quotes and escapes.
        kind: What it is.
        start: Where it begins in the statement.
        end: Where it ends, exclusively.
    """

    text: str
    kind: Kind
    start: int
    end: int

    @property
    def word(self) -> str:
        """The keyword that it may be, in upper case; empty for names and literals."""
        return self.text.upper() if self.kind in (Kind.WORD, Kind.SYMBOL) else ""

    @property
    def is_name(self) -> bool:
        """Whether it can be a part of a name."""
        return self.kind in (Kind.WORD, Kind.QUOTED)


@dataclass(frozen=True)
class Edit:
    """A piece of a statement and what takes its place."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Statement:
    """A statement and its tokens; none where it cannot be cut into tokens."""

    text: str
    tokens: tuple[Token, ...]

    @classmethod
    def read(cls, text: str) -> Statement:
        """Cut a statement into tokens.

        What cannot be cut is broken SQL, about which Spark is to say so.
        """
        try:
            found = _Tokens().tokenize(text)
        except TokenError:
            return cls(text, ())
        tokens: list[Token] = []
        for token in found:
            tokens += _parts(text, token)
        while tokens and tokens[-1].word == ";":
            tokens.pop()
        return cls(text, tuple(tokens))

    def edited(self, edits: Iterable[Edit]) -> str:
        """Return the text with pieces replaced, which must not overlap."""
        text = self.text
        for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
            text = text[: edit.start] + edit.text + text[edit.end :]
        return text

    def word(self, index: int) -> str:
        """Return the keyword at a position, or an empty text."""
        return self.tokens[index].word if 0 <= index < len(self.tokens) else ""


def _parts(text: str, token: SqlglotToken) -> list[Token]:
    """Return a token of sqlglot, which takes PRIMARY KEY for one, as words."""
    start, end, kind = token.start, token.end + 1, token.token_type
    if kind in _STRINGS:
        return [Token(token.text, Kind.STRING, start, end)]
    if kind is TokenType.IDENTIFIER:
        return [Token(token.text, Kind.QUOTED, start, end)]
    if kind is TokenType.NUMBER or not _WORD.match(text, start):
        return [Token(text[start:end], Kind.SYMBOL, start, end)]
    return [
        Token(part[0], Kind.WORD, part.start(), part.end())
        for part in _PART.finditer(text, start, end)
    ]


class Reader:
    """Reads a statement from left to right."""

    def __init__(self, statement: Statement, at: int = 0, end: int | None = None):
        """Begin at a token, and end before another one."""
        self.statement = statement
        self.at = at
        self.end = len(statement.tokens) if end is None else end

    @property
    def is_done(self) -> bool:
        """Whether nothing is left."""
        return self.at >= self.end

    @property
    def word(self) -> str:
        """The keyword that comes next."""
        return "" if self.is_done else self.statement.word(self.at)

    def take(self) -> Token:
        """Return the next token and go past it."""
        token = self.statement.tokens[self.at]
        self.at += 1
        return token

    def accept(self, words: str) -> bool:
        """Go past these words, if they come next."""
        wanted = words.split()
        here = [self.statement.word(self.at + i) for i in range(len(wanted))]
        if here != wanted or self.at + len(wanted) > self.end:
            return False
        self.at += len(wanted)
        return True

    def accept_one(self, choices: Sequence[str]) -> str:
        """Go past the first of these phrases that comes next, and return it."""
        return next((words for words in choices if self.accept(words)), "")

    def name(self) -> tuple[str, ...] | None:
        """Return the parts of the name that comes next, if one does."""
        parts: list[str] = []
        while not self.is_done and self.statement.tokens[self.at].is_name:
            parts.append(self.take().text)
            if not self.accept("."):
                return tuple(parts)
        return None

    def string(self) -> str | None:
        """Return the literal that comes next, if one does; adjacent ones are one."""
        texts = []
        while not self.is_done and self.statement.tokens[self.at].kind is Kind.STRING:
            texts.append(self.take().text)
        return "".join(texts) if texts else None

    def names(self) -> tuple[str, ...] | None:
        """Return the simple names of a list in parentheses that comes next."""
        if not self.accept("("):
            return None
        names: list[str] = []
        while (name := self.name()) is not None and len(name) == 1:
            names.append(name[0])
            self.accept("TIMESERIES")
            if self.accept(")"):
                return tuple(names)
            if not self.accept(","):
                break
        return None

    def skip_parentheses(self) -> None:
        """Go past a group in parentheses that comes next."""
        depth = 0
        while not self.is_done:
            word = self.take().word
            depth += {"(": 1, ")": -1}.get(word, 0)
            if depth <= 0:
                return
