"""`python -m ingestion`."""

from __future__ import annotations

import os
import signal
from types import FrameType

from ingestion import INTERRUPTED


def _stop(number: int, frame: FrameType | None) -> None:
    """End at once: while modules are imported there is nothing to put in order."""
    os.write(2, f"{INTERRUPTED}\n".encode())
    os._exit(130)


if __name__ == "__main__":
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _stop)
    from ingestion.cli import app

    app(prog_name="python -m ingestion")
