"""A private PostgreSQL cluster: own folder, own port, never as root."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from tests.python.support.servers import end, free_port, not_installed, wait_until

PROGRAMS = Path("/usr/lib/postgresql")
USER, PASSWORD = "shop", "s3cret/of:the@shop"
# No test needs its rows after a crash of the machine; after one of the server, some do,
# so that commits wait for the log.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "log_statement": "all",
    "shared_buffers": "64MB",
    "timezone": "Asia/Riyadh",
    "unix_socket_directories": "",
}


class Cluster:
    """A cluster in a folder; it can be restarted as often as a test wants."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._programs = find_programs()
        # PostgreSQL refuses to run as root; its Debian package brings a user.
        self._account = pwd.getpwnam("postgres") if os.getuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        if self._account:
            os.chown(folder, self._account.pw_uid, self._account.pw_gid)
        password = folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        words = ["-D", folder / "data", "-U", USER, "--pwfile", password]
        words += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]
        self._start("initdb", "--no-sync", *words).wait()

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy URL of a database."""
        return sa.URL.create(
            "postgresql+psycopg",
            USER,
            PASSWORD,
            "127.0.0.1",
            self.port,
            database,
        ).render_as_string(hide_password=False)

    @property
    def log(self) -> str:
        """What the server has logged, each statement included."""
        return (self._folder / "log").read_text(errors="replace")

    def start(self) -> None:
        settings = {**SETTINGS, "port": self.port, "listen_addresses": "127.0.0.1"}
        words = [
            word
            for item in settings.items()
            for word in ("-c", "=".join(map(str, item)))
        ]
        self._process = self._start("postgres", "-D", self._folder / "data", *words)
        wait_until(self._is_ready, self._process)

    def stop(self, *, crash: bool = False) -> None:
        """Ends all connections at once; where it crashes, without a word."""
        if self._process is not None:
            end(self._process, signal.SIGQUIT if crash else signal.SIGINT)
            self._process = None

    def create_database(self, name: str) -> str:
        """Makes an empty database and returns its URL."""
        self._command(f"drop database if exists {name} with (force)")
        self._command(f"create database {name}")
        return self.url(name)

    def _command(self, statement: str) -> None:
        engine = sa.create_engine(self.url(), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    def _is_ready(self) -> bool:
        try:
            self._command("select 1")
        except OperationalError:
            return False
        return True

    def _start(self, name: str, *words: str | Path) -> subprocess.Popen[bytes]:
        account = self._account
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [self._programs / name, *words],
                cwd=self._folder,
                user=account and account.pw_uid,
                group=account and account.pw_gid,
                extra_groups=[] if account else None,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )


def find_programs() -> Path:
    """Folder of the newest PostgreSQL's programs, those of the Debian package first."""
    found = sorted(
        (path.parent for path in PROGRAMS.glob("*/bin/postgres")),
        key=lambda path: int(path.parent.name),
    )
    if found:
        return found[-1]
    path = shutil.which("postgres")
    if path is None:
        not_installed("PostgreSQL", "the Debian package 'postgresql' has it")
    return Path(path).resolve().parent


@contextmanager
def running() -> Iterator[Cluster]:
    """A cluster that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="cdp-postgres-") as folder:
        cluster = Cluster(Path(folder))
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
