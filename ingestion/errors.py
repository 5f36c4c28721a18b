"""Everything that a user can cause, as one tree.

IngestionError
├── ContractError           the contract files are wrong; lists every problem
├── SettingsError           an environment variable or an argument is wrong
├── SourceError             a source does not answer as it should
│   ├── AccessError         it refuses the credentials
│   └── UnreachableError    it does not answer at all, or not any more
│       └── ConnectionLostError     it stopped in the middle of an answer
├── RecordsError            a table's records break its contract too often
└── LakeError               the lake cannot be read or written

Each message is one line that says what to do. None carries a secret or a value of a
record.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingestion.redaction import redact


class IngestionError(Exception):
    """Base of all errors that end in one line instead of a traceback."""

    def __init__(self, text: str) -> None:
        """Keep what it says, without secrets: it may quote a server or a library."""
        super().__init__(redact(text))

    @property
    def __context__(self) -> None:
        """Forget what a library said before: it may be a secret."""

    @__context__.setter
    def __context__(self, error: BaseException | None) -> None:
        """Keep nothing."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong with a contract file."""

    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        """Return the problem the way compilers print theirs."""
        return f"{self.path}:{self.line}: {self.text}"


class ContractError(IngestionError):
    """The contract files are wrong: mend the lines listed in `problems`."""

    def __init__(self, problems: list[Problem]) -> None:
        """Keep the problems, ordered by file and line."""
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SettingsError(IngestionError):
    """An environment variable or an argument is wrong: set it as the message says."""


class SourceError(IngestionError):
    """A source does not answer as it should: see the message, then run again."""


class AccessError(SourceError):
    """A source refuses the credentials: no table of it can be read."""


class UnreachableError(SourceError):
    """A source does not answer: no table of it can be read at the moment."""


class ConnectionLostError(UnreachableError):
    """A source broke off: what it had still to say can be asked for again."""


class RecordsError(IngestionError):
    """Too many records break the contract: look at `_rejected`, mend, run again."""


class LakeError(IngestionError):
    """The lake cannot be read or written: check CDP_LAKE and its credentials."""
