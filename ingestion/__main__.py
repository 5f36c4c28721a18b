"""`python -m ingestion`."""

from __future__ import annotations

import os
import signal
import sys
import time
from types import FrameType

from ingestion import INTERRUPTED, wants_json


def _stop(number: int, frame: FrameType | None) -> None:
    """End at once: while modules are imported there is nothing to put in order."""
    text = INTERRUPTED
    if wants_json(sys.argv):
        now = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
        text = (
            f'{{"time": "{now}", "level": "warning", "event": "interrupted",'
            f' "message": "{INTERRUPTED}"}}'
        )
    os.write(2, f"{text}\n".encode())
    os._exit(130)


if __name__ == "__main__":
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _stop)
    from ingestion.cli import app

    app(prog_name="python -m ingestion")
