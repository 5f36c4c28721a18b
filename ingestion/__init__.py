"""Land APIs, CRMs and databases as raw Delta tables, driven by dbt source contracts.

Nothing is imported here, so that `python -m ingestion` can be interrupted from its
first moment on. Begin at `ingestion.contract_files.load_contract` and `ingestion.run`.
"""

from __future__ import annotations

INTERRUPTED = "interrupted; run it again to go on"
