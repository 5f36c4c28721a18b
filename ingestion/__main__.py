"""`python -m ingestion`."""

from __future__ import annotations

from ingestion.cli import app

if __name__ == "__main__":
    app(prog_name="python -m ingestion")
