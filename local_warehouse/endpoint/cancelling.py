"""Cancelling what runs on Spark for good."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark import SparkContext

AGAIN_SECONDS = 0.5


def cancel_jobs_until(context: SparkContext, group: str, left: threading.Event) -> None:
    """Cancel the jobs of a group now, and again until no thread works on it.

    Its thread may be between two jobs, and Spark does not keep every kind of job from
    starting after its group was cancelled. Where Spark has stopped or Java has died,
    there is nothing to cancel.
    """

    def cancel_jobs() -> None:
        context._jsc.sc().cancelJobGroupAndFutureJobs(group)

    def cancel_further_jobs() -> None:
        with suppress(Exception):
            while not left.wait(AGAIN_SECONDS):
                cancel_jobs()

    with suppress(Exception):
        cancel_jobs()
        threading.Thread(target=cancel_further_jobs, daemon=True).start()
