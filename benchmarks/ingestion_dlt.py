"""The same table with dlt, in its own environment: prints its seconds.

`python benchmarks/ingestion_dlt.py URL TABLE FOLDER BACKEND`
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"

import dlt
from dlt.destinations import filesystem
from dlt.sources.sql_database import sql_table

if __name__ == "__main__":
    url, name, folder, backend = sys.argv[1:]
    pipeline = dlt.pipeline(
        "benchmark",
        pipelines_dir=str(Path(folder) / "pipelines"),
        destination=filesystem(bucket_url=(Path(folder) / "lake").as_uri()),
        dataset_name="shop",
    )
    table = sql_table(url, name, backend=backend, chunk_size=50_000)
    began = time.monotonic()
    pipeline.run(table, table_format="delta", write_disposition="append")
    figures = {"seconds": time.monotonic() - began}
    rows = pipeline.last_trace.last_normalize_info.row_counts[name]
    print(json.dumps({"rows": rows, **figures}))
