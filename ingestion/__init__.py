"""Land APIs, CRMs and databases as raw Delta tables, driven by dbt source contracts.

Next to nothing is imported here, so that `python -m ingestion` can be interrupted
from its first moment on. Begin at `ingestion.contract_files.load_contract` and
`ingestion.run`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

INTERRUPTED = "interrupted; run it again to go on"
LOG_FORMAT = "CDP_LOG_FORMAT"


def wants_json(arguments: Sequence[str]) -> bool:
    """Tell, before anything is parsed, whether the log is to be JSON."""
    wanted = os.environ.get(LOG_FORMAT, "")
    for before, argument in zip(["", *arguments], arguments, strict=False):
        if before == "--log-format":
            wanted = argument
        elif argument.startswith("--log-format="):
            wanted = argument.partition("=")[2]
    return wanted == "json"
