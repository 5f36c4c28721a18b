"""Run the command line."""

from local_warehouse.cli import app

app(prog_name="python -m local_warehouse")
