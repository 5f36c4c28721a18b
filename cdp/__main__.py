"""Runs `python -m cdp`."""

from cdp.cli import app

app(prog_name="python -m cdp")
