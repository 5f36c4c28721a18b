"""`run --every 5m`: one run after the other, until somebody ends it."""

from __future__ import annotations

import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from ingestion.errors import IngestionError, SettingsError

_INTERVAL = re.compile(r"([0-9]{1,6})([smh])", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def seconds_of(text: str) -> int:
    """Return the interval that somebody has given.

    Raises:
        SettingsError: It is none.
    """
    found = _INTERVAL.fullmatch(text.strip())
    seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
    if seconds == 0:
        raise SettingsError(
            f"--every '{text}' is no interval: give a whole number with s, m or h,"
            " such as 30s, 5m or 1h"
        )
    return seconds


@dataclass(frozen=True)
class Every:
    """Repeats a run.

    Attributes:
        seconds: From the start of one run to that of the next.
        once: One run; tells whether nothing failed.
        on_error: Hears what has stopped a whole run.
        say: Shows a line.
        clock: Seconds that never go back.
        sleep: Waits.
    """

    seconds: int
    once: Callable[[], bool]
    on_error: Callable[[IngestionError], None]
    say: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def run(self) -> bool:
        """Go on until SIGTERM comes; Ctrl-C gets through.

        A run that takes longer than the interval delays the next one, which then begins
        at once; those that should have begun meanwhile are left out.

        Returns:
            Whether no run has failed.

        Raises:
            KeyboardInterrupt: Somebody has pressed Ctrl-C.
        """
        is_good = True
        with _terminable() as end:
            try:
                while not end.is_asked:
                    began = self.clock()
                    is_good &= self._once()
                    if not end.is_asked:
                        self._wait(began + self.seconds - self.clock())
            except KeyboardInterrupt:
                if not end.is_asked:
                    raise
        self.say("ended by SIGTERM" + ("" if is_good else "; a run has failed"))
        return is_good

    def _wait(self, seconds: float) -> None:
        if seconds > 0:
            self.say(f"next run in {seconds:.0f} s")
            self.sleep(seconds)
        else:
            self.say(f"the run took {-seconds:.0f} s too long, next run now")

    def _once(self) -> bool:
        try:
            is_good = self.once()
        except IngestionError as error:
            self.on_error(error)
            is_good = False
        if not is_good:
            self.say("the run has failed, see above")
        return is_good


@dataclass
class _End:
    """Whether SIGTERM has come."""

    is_asked: bool = False


@contextmanager
def _terminable() -> Iterator[_End]:
    """Let SIGTERM interrupt as Ctrl-C does, so that what is open is closed."""
    end = _End()
    if threading.current_thread() is not threading.main_thread():
        yield end
        return

    def ask(number: int, frame: FrameType | None) -> None:
        end.is_asked = True
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, ask)
    try:
        yield end
    finally:
        signal.signal(signal.SIGTERM, before)
