"""`python -m local_warehouse`."""

from __future__ import annotations

import fcntl
import os
import shlex
import signal
import socket
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
import yaml

from local_warehouse.errors import WarehouseError, usable

HOST = "127.0.0.1"
# The server answers under any path of SQL warehouses; by this one the adapter knows it.
HTTP_PATH = "/sql/1.0/warehouses/local"

app = typer.Typer(
    help="A Databricks SQL warehouse on this machine.",
    add_completion=False,
    no_args_is_help=True,
)


@app.callback()
def warehouse() -> None:
    """Keep `serve` a subcommand."""


@app.command()
def serve(
    port: Annotated[
        int, typer.Option(help="Port on the loopback interface; 0 takes a free one.")
    ] = 8443,
    data: Annotated[
        Path, typer.Option(help="Folder that keeps tables, certificate and logs.")
    ] = Path(".data/warehouse"),
    lake: Annotated[
        Path | None,
        typer.Option(help="Lake whose Delta tables are shown as schemas raw_<source>."),
    ] = None,
    cores: Annotated[int, typer.Option(help="Cores for Spark.", min=1)] = 2,
    memory: Annotated[str, typer.Option(help="Memory of Spark, such as 4g.")] = "3g",
) -> None:
    """Serve until it is interrupted (Ctrl-C) or terminated."""
    # Tables may hold personal data: no file is for others, of Java's neither.
    os.umask(0o077)
    # uvicorn sends itself the signal that stopped it once more: left alone, a SIGTERM
    # would end the process before Spark is stopped.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        serve_until_stopped(port, data, lake, cores=cores, memory=memory)
    except WarehouseError as error:
        typer.echo(f"Error: {error}", err=True)
        sys.exit(1)
    except ModuleNotFoundError as error:
        typer.echo(f"Error: {missing_package(error)}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        typer.echo("The local warehouse has stopped.")


def serve_until_stopped(
    port: int, data: Path, lake: Path | None, *, cores: int, memory: str
) -> None:
    """Check what a user can get wrong, the cheap things first; then start and serve."""
    if lake is not None and not lake.is_dir():
        raise WarehouseError(f"There is no lake at {lake}: run ingestion first.")
    data = made_folder(data)
    with locked(data / "lock"), listening(port) as listener:
        # What the extra `local-warehouse` brings is slow to import, may be missing, and
        # is not needed for `--help`.
        from local_warehouse.endpoint.credentials import (
            ensure_certificates,
            ensure_token,
        )
        from local_warehouse.warehouse import Warehouse

        with usable(data / "certificates"):
            certificates = ensure_certificates(data / "certificates")
        with usable(data / "token"):
            token, token_file = ensure_token(data / "token")

        warehouse = Warehouse.start(data, cores=cores, memory=memory)
        try:
            if lake is not None:
                count = warehouse.register(lake)
                typer.echo(f"{count} raw tables of {lake} are in the schemas raw_*.")
            chosen_port = listener.getsockname()[1]
            typer.echo(profile(chosen_port, certificates.authority, token_file))
            warehouse.serve(listener, certificates, token)
        finally:
            warehouse.stop()


def made_folder(folder: Path) -> Path:
    """Return the absolute data folder, made where it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise WarehouseError(
            f"The data folder {folder} cannot be made ({error.strerror}): choose"
            " another --data."
        ) from error
    return folder.resolve()


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Keep a second server away from the data folder; the system frees the lock."""
    try:
        stream = file.open("w")
    except OSError as error:
        raise WarehouseError(
            f"The data folder {file.parent} cannot be written ({error.strerror}):"
            " choose another --data."
        ) from error
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WarehouseError(
                f"Another local warehouse uses {file.parent}: stop it or choose another"
                " --data."
            ) from None
        yield


@contextmanager
def listening(port: int) -> Iterator[socket.socket]:
    """Take the port before Spark takes half a minute to start."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen()
        except (OSError, OverflowError) as error:
            raise WarehouseError(
                f"Port {port} cannot be used ({error}): choose another with --port."
            ) from None
        yield listener


def missing_package(error: ModuleNotFoundError) -> str:
    """Return what to install where a package is missing.

    Raises:
        ModuleNotFoundError: The missing module is one of our own.
    """
    name = (error.name or "").partition(".")[0]
    if name == __package__:
        raise error
    return (
        f"The Python package {name} is not installed: install what"
        " requirements-warehouse.lock names, or the extra `local-warehouse`."
    )


def profile(port: int, authority: Path, token_file: Path | None) -> str:
    """Return what to write and to set so that dbt connects here."""
    from local_warehouse.endpoint.credentials import TOKEN_VARIABLE

    trusted = shlex.quote(str(authority))
    token = f"# {TOKEN_VARIABLE}: as it was given"
    if token_file is not None:
        token = f'export {TOKEN_VARIABLE}="$(cat {shlex.quote(str(token_file))})"'
    output = yaml.safe_dump({"warehouse": dbt_output(port, authority)}, sort_keys=False)
    return f"""\
The local warehouse is ready. An output for dbt (profiles.example.yml has it):

{textwrap.indent(output, "    ")}
export LOCAL_WAREHOUSE_PORT={port}
{token}
export LOCAL_WAREHOUSE_CA={trusted}
export REQUESTS_CA_BUNDLE={trusted} SSL_CERT_FILE={trusted}

Stop it with Ctrl-C."""


def dbt_output(port: int, authority: Path) -> dict[str, object]:
    """Return an output of a profile for dbt-databricks; its schema is a proposal."""
    from local_warehouse.endpoint.credentials import TOKEN_VARIABLE

    return {
        "type": "databricks",
        "host": f"localhost:{port}",
        "http_path": HTTP_PATH,
        "token": f"{{{{ env_var('{TOKEN_VARIABLE}') }}}}",
        "catalog": "main",
        "schema": "cdp",
        "threads": 4,
        "connection_parameters": {
            "_connection_uri": f"https://localhost:{port}{HTTP_PATH}",
            "_tls_trusted_ca_file": str(authority),
            "enable_telemetry": False,
        },
        # Code for each query pays on large tables only. Not the server's default: what
        # Spark interprets it cannot cancel, unless it reads a table.
        "session_properties": {
            "spark.sql.codegen.wholeStage": "false",
            "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        },
    }
