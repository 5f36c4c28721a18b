"""One table of the shop, ingested once: prints its rows, seconds and peak of memory."""

import json
import resource
import sys
import time
from pathlib import Path

from ingestion.contract import Source, Table
from ingestion.contract_files import load_contract
from ingestion.run import Listener, Run, TableResult, choose


class Watch(Listener):
    """Times a table, without the start of the program."""

    def begins(self, source: Source, table: Table) -> None:
        self._began = time.monotonic()

    def ends(self, source: Source, result: TableResult) -> None:
        if result.error is not None:
            raise result.error
        figures = {
            "rows": result.counts.landed,
            "seconds": time.monotonic() - self._began,
            "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
        print(json.dumps(figures))


if __name__ == "__main__":
    project = Path(__file__).resolve().parents[1]
    sources = load_contract(project)
    run = Run(project, sources, Watch())
    run.execute(choose(sources, "shop", sys.argv[1]))
