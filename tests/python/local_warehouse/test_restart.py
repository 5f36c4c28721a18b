"""What is there after the server has stopped, whichever way; and no half merge."""

from __future__ import annotations

import os
import random
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.python.support.platform import REPOSITORY
from tests.python.support.warehouse import Warehouse, running_warehouse

pytestmark = pytest.mark.warehouse

# For what has to end at all, on a machine that is busy with other things.
SOON = 60


def java_processes(data: Path) -> list[int]:
    """Return the Java processes of a server's folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue  # It has just ended.
            told = f"-Dderby.system.home={data}".encode()
            if command[0].endswith(b"java") and told in command:
                found.append(int(entry.name))
    return found


def scratch_files(data: Path) -> list[Path]:
    return list((data / "scratch").iterdir())


def wait_until_java_has_ended(data: Path) -> float:
    """Return how long it took."""
    start = time.monotonic()
    while java_processes(data):
        assert time.monotonic() - start < SOON
        time.sleep(0.05)
    return time.monotonic() - start


def kill_all(warehouse: Warehouse) -> None:
    """End Python and Java at once, as a crash of the machine would."""
    os.killpg(warehouse.process.pid, signal.SIGKILL)
    warehouse.process.wait(SOON)
    wait_until_java_has_ended(warehouse.data)


def stop(warehouse: Warehouse, number: signal.Signals) -> None:
    """Stop the server as `kill` and Ctrl-C do; check that it ends in good order."""
    assert java_processes(warehouse.data)
    os.kill(warehouse.process.pid, number)
    assert warehouse.process.wait(SOON) == 0
    printed = (warehouse.data / "output.log").read_text("utf-8")
    assert printed.endswith("The local warehouse has stopped.\n")
    assert "Traceback" not in printed
    # Not left behind to hold the metastore.
    assert not java_processes(warehouse.data)


MADE = [
    "create schema shop comment 'What was sold'",
    "create table shop.customers (customer_id bigint not null comment 'The key',"
    " name string, constraint customers_pk primary key (customer_id))"
    " comment 'Who buys' tblproperties ('team' = 'crm')",
    "create table shop.orders (order_id bigint, customer_id bigint, amount"
    " decimal(18,2), constraint orders_fk foreign key (customer_id) references"
    " shop.customers (customer_id)) cluster by (customer_id)",
    "alter table shop.orders add constraint positive check (amount > 0)",
    "insert into shop.customers values (1, 'Aya'), (2, 'محمد')",
    "insert into shop.orders values (10, 1, 12.50)",
    "merge into shop.orders as old using (select 11 as order_id, 2 as customer_id,"
    " 1.25 as amount) as new on old.order_id = new.order_id"
    " when not matched then insert *",
    "create view shop.totals as select name, sum(amount) as amount from shop.orders"
    " join main.shop.customers using (customer_id) group by name",
    "alter table shop.customers set tags ('pii' = 'yes')",
    "alter table shop.customers alter column name set tags ('kind' = 'name')",
    "grant select on table shop.customers to `analysts`",
]
SEEN = [
    "select * from shop.customers order by all",
    "select * from shop.orders order by all",
    "select * from main.shop.totals order by all",
    "describe history shop.orders",
    "select amount from shop.orders version as of 2",
    "select * from information_schema.table_constraints order by all",
    "select * from information_schema.key_column_usage order by all",
    "select * from information_schema.table_tags order by all",
    "select * from information_schema.column_tags order by all",
    "select * from information_schema.views order by all",
    "show grants on table shop.customers",
    "describe table extended shop.customers as json",
    "describe detail shop.orders",
    "show tblproperties shop.customers",
    "describe schema shop",
]


def seen(warehouse: Warehouse) -> dict[str, Any]:
    """Return all that clients see of what was made."""
    return {statement: warehouse.query(statement).to_pylist() for statement in SEEN}


def test_all_survives_every_way_to_stop(tmp_path: Path) -> None:
    with running_warehouse(tmp_path) as warehouse:
        for statement in MADE:
            warehouse.query(statement)
        before = seen(warehouse)
        assert before[SEEN[2]] == [
            {"name": "Aya", "amount": before[SEEN[2]][0]["amount"]},
            {"name": "محمد", "amount": before[SEEN[2]][1]["amount"]},
        ]
        assert all(before.values())
        certificate = warehouse.authority.read_bytes()
        stop(warehouse, signal.SIGTERM)
    with running_warehouse(tmp_path) as warehouse:
        assert seen(warehouse) == before
        stop(warehouse, signal.SIGINT)
    with running_warehouse(tmp_path) as warehouse:
        assert seen(warehouse) == before
        kill_all(warehouse)
    with running_warehouse(tmp_path) as warehouse:
        assert seen(warehouse) == before
        assert warehouse.authority.read_bytes() == certificate
        with pytest.raises(Exception, match="DELTA_VIOLATE_CONSTRAINT"):
            warehouse.query("insert into shop.orders values (12, 1, -1)")


HEAVY = (
    "select count(*) from range(1000000000) a cross join range(10000) b"
    " where (a.id * b.id) % 7 = 3"
)
# A client in a process of its own: what it leaves open when its server is killed goes
# with it.
CLIENT = """\
import sys
from pathlib import Path
from tests.python.support.warehouse import Warehouse

data, port, token, statement = sys.argv[1:]
impatient = {
    "_retry_stop_after_attempts_count": 1,
    "_retry_stop_after_attempts_duration": 1,
}
warehouse = Warehouse(Path(data), int(port), token, None)
with warehouse.connection(**impatient) as connection, connection.cursor() as cursor:
    print("sending", flush=True)
    cursor.execute(statement)
    print("told", flush=True)
"""


@contextmanager
def in_background(
    warehouse: Warehouse, statement: str
) -> Iterator[subprocess.Popen[str]]:
    """Send a statement; the client says "told" once it knows that it has succeeded."""
    words = [warehouse.data, warehouse.port, warehouse.token, statement]
    client = subprocess.Popen(
        [sys.executable, "-c", CLIENT, *map(str, words)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert client.stdout is not None
    with client:
        try:
            assert client.stdout.readline() == "sending\n"
            yield client
        finally:
            client.kill()


def start_python(warehouse: Warehouse, code: str) -> None:
    with httpx.Client(
        base_url=f"https://localhost:{warehouse.port}/api/1.2",
        headers={"Authorization": f"Bearer {warehouse.token}"},
        verify=ssl.create_default_context(cafile=str(warehouse.authority)),
        timeout=SOON,
    ) as http:
        context = http.post("/contexts/create", json={"language": "python"}).json()
        body = {"contextId": context["id"], "language": "python", "command": code}
        assert http.post("/commands/execute", json=body).json()["id"]


def test_stops_while_a_statement_and_python_code_run(tmp_path: Path) -> None:
    with running_warehouse(tmp_path) as warehouse:
        start_python(warehouse, "import time\nwhile True:\n    time.sleep(0.1)")
        with in_background(warehouse, HEAVY):
            time.sleep(2)
            stop(warehouse, signal.SIGTERM)


def test_java_ends_when_python_is_killed(tmp_path: Path, figures: list[str]) -> None:
    with running_warehouse(tmp_path) as warehouse:
        warehouse.query("create table t as select 1 as a")
        # Java is not to finish its work first.
        with in_background(warehouse, HEAVY):
            time.sleep(2)
            os.kill(warehouse.process.pid, signal.SIGKILL)
            warehouse.process.wait(SOON)
        # At once, as a supervisor would: the metastore may still be in use.
        with running_warehouse(tmp_path) as again:
            assert again.query("select a from t").to_pylist() == [{"a": 1}]
            [_] = java_processes(tmp_path)
            # Of the first one there is nothing left on the disk.
            scratch = [each.name.partition("-")[0] for each in scratch_files(tmp_path)]
            assert sorted(scratch) == ["blockmgr", "spark"]
            os.kill(again.process.pid, signal.SIGKILL)
            again.process.wait(SOON)
        seconds = wait_until_java_has_ended(tmp_path)
    figures.append(f"Java ends {seconds:.1f} s after Python was killed")


ROWS = 300_000
UPDATED = ROWS // 3
INSERTED = 1_000
KILLS = 3
CREATE = (
    "create table big as select /*+ repartition(4) */ id, id % 100 as amount,"
    f" cast(0 as bigint) as version from range({ROWS})"
)
STATE = (
    "select count(*), count(distinct id), sum(amount), sum(version),"
    " count_if(version > 0) from big"
)


def merge(number: int) -> str:
    """Return the statement that adds one to a third of the rows, and new rows."""
    first = ROWS + number * INSERTED
    return (
        "merge into big as old using ("
        f" select id * 3 as id from range({UPDATED})"
        f" union all select id from range({first}, {first + INSERTED})"
        ") as new on old.id = new.id"
        f" when matched then update set amount = old.amount + 1, version = {number}"
        f" when not matched then insert (id, amount, version)"
        f" values (new.id, 7, {number})"
    )


def expected(done: list[int]) -> tuple[int, ...]:
    """Return what STATE gives after these merges and no other."""
    amount = ROWS // 100 * 4950 + len(done) * (UPDATED + 7 * INSERTED)
    last = done[-1] if done else 0
    return (
        ROWS + len(done) * INSERTED,
        ROWS + len(done) * INSERTED,
        amount,
        last * UPDATED + sum(done) * INSERTED,
        (UPDATED if done else 0) + len(done) * INSERTED,
    )


def state(warehouse: Warehouse) -> tuple[int, ...]:
    [row] = warehouse.query(STATE).to_pylist()
    return tuple(row.values())


def check_history(warehouse: Warehouse, done: list[int]) -> None:
    """Every version is there once, and only the merges that are in the table."""
    history = warehouse.query("describe history big").to_pylist()
    assert [row["version"] for row in history] == list(range(len(done), -1, -1))
    assert [row["operation"] for row in history[:-1]] == ["MERGE"] * len(done)


def kill_in_merge(warehouse: Warehouse, number: int, moment: float) -> bool:
    """Kill everything in the middle; return whether the client was told of success."""
    with in_background(warehouse, merge(number)) as client:
        time.sleep(moment)
        kill_all(warehouse)
        said, _ = client.communicate(timeout=SOON)
    return said == "told\n"


def check_killed_merge(
    warehouse: Warehouse, done: list[int], number: int, was_told: bool
) -> bool:
    """Return whether the merge is done; do it where it is not."""
    found = state(warehouse)
    assert found in (expected(done), expected([*done, number]))
    is_after = found == expected([*done, number])
    # What a client was told is there.
    assert is_after or not was_told
    if not is_after:
        check_history(warehouse, done)
        warehouse.query(merge(number))
    assert state(warehouse) == expected([*done, number])
    check_history(warehouse, [*done, number])
    return is_after


def test_killed_merge_is_done_or_not_begun(tmp_path: Path, figures: list[str]) -> None:
    done = [1, 2]
    with running_warehouse(tmp_path) as warehouse:
        warehouse.query(CREATE)
        for number in done:
            start = time.monotonic()
            warehouse.query(merge(number))
            seconds = time.monotonic() - start
        assert state(warehouse) == expected(done)
        # From its first moment until after its end.
        moments = [
            (at + random.random()) / KILLS * 1.2 * seconds for at in range(KILLS)
        ]
        was_told = kill_in_merge(warehouse, 3, moments[0])
    outcomes = []
    for number, moment in enumerate([*moments[1:], None], start=3):
        with running_warehouse(tmp_path) as warehouse:
            outcomes.append(check_killed_merge(warehouse, done, number, was_told))
            done.append(number)
            if moment is None:
                stop(warehouse, signal.SIGTERM)
            else:
                was_told = kill_in_merge(warehouse, number + 1, moment)
    after = outcomes.count(True)
    figures.append(
        f"a merge of {seconds:.1f} s over {ROWS:,} rows, killed after"
        f" {', '.join(f'{moment:.1f}' for moment in moments)} s:"
        f" {KILLS - after} times as before it, {after} as after it"
    )
