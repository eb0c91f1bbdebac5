"""Our own PostgreSQL: starts, is shared, stops with its last user, survives kill -9, keeps its data."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from aftersales.config.embedded import EmbeddedServer
from aftersales.config.postgres_programs import EmbeddedServerError

_USER = """
import sys
from pathlib import Path
from aftersales.config.embedded import EmbeddedServer
with EmbeddedServer(Path(sys.argv[1]), durable=False).in_use():
    print("in use", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def server(open_folder: Path) -> EmbeddedServer:
    return EmbeddedServer(open_folder / "database", durable=False)


@contextmanager
def another_process(server: EmbeddedServer) -> Iterator[subprocess.Popen[str]]:
    """A second program that uses the server until a line is written to it."""
    command = [sys.executable, "-c", _USER, str(server.folder)]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "in use\n"
        yield process
        if process.poll() is None:
            process.communicate("\n", timeout=20)


def _write(server: EmbeddedServer, text: str) -> None:
    with psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (text text)")
        connection.execute("INSERT INTO note VALUES (%s)", (text,))


def _read(server: EmbeddedServer) -> list[str]:
    with psycopg.connect(server.url()) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM note")]


def test_it_stops_after_use_and_keeps_its_data(server: EmbeddedServer):
    with server.in_use():
        _write(server, "刹车片")
    assert not server.is_running()
    began = time.monotonic()
    with server.in_use():
        assert time.monotonic() - began < 10
        assert _read(server) == ["刹车片"]
    assert not server.is_running()


def test_nobody_gets_in_without_the_password(server: EmbeddedServer):
    host, port = server.endpoint()
    with server.in_use():
        for user in (server.ROLE, server.ADMIN):
            with pytest.raises(psycopg.OperationalError, match="no password supplied"):
                psycopg.connect(host=host, port=port, user=user, dbname=server.DATABASE, passfile="/nonexistent")
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("SELECT current_setting('listen_addresses')").fetchone() == ("",)
            row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
            assert row == (False,)


def test_the_extensions_of_the_product_can_be_made_by_its_own_role(server: EmbeddedServer):
    with server.in_use(), psycopg.connect(server.url()) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        connection.execute("CREATE EXTENSION btree_gist")
        row = connection.execute("SELECT cardinality(show_trgm('刹车片'))").fetchone()
        assert row is not None
        assert row[0] > 0


def test_a_second_process_joins_and_does_not_stop_it(server: EmbeddedServer):
    with server.in_use():
        with another_process(server):
            pass
        assert server.is_running()
        _write(server, "still here")
    assert not server.is_running()


def test_the_one_that_started_it_may_leave_first(server: EmbeddedServer):
    with server.in_use():
        other = another_process(server)
        process = other.__enter__()
    assert server.is_running()
    process.communicate("\n", timeout=20)
    other.__exit__(None, None, None)
    assert not server.is_running()


@pytest.mark.kill
def test_a_killed_program_leaves_a_server_that_the_next_one_takes_over(server: EmbeddedServer):
    with another_process(server) as process:
        process.kill()
        process.wait()
        assert server.is_running()
    with server.in_use():
        _write(server, "taken over")
    assert not server.is_running()


@pytest.mark.kill
@pytest.mark.parametrize("pid_now_belongs_to", ["nobody", "a stranger"])
def test_a_pid_file_left_by_a_killed_server_is_recovered(open_folder: Path, pid_now_belongs_to: str):
    server = EmbeddedServer(open_folder / "database", durable=True)
    with server.in_use():
        _write(server, "before the power cut")
        pid_file = server.cluster / "postmaster.pid"
        left_behind = pid_file.read_text()
        postmaster = psutil.Process(int(left_behind.split("\n")[0]))
        everyone = [postmaster, *postmaster.children(recursive=True)]
        for process in everyone:
            process.send_signal(signal.SIGKILL)
        psutil.wait_procs(everyone, timeout=10)
        assert not server.is_running()
    if pid_now_belongs_to == "a stranger":
        pid_file.write_text(left_behind.replace(left_behind.split("\n")[0], str(os.getpid()), 1))
    assert pid_file.exists()
    with server.in_use():
        assert _read(server) == ["before the power cut"]


def test_a_cluster_of_another_version_is_refused(server: EmbeddedServer):
    with server.in_use():
        pass
    (server.cluster / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedServerError, match="is of PostgreSQL 17, the installed server is 18"), server.in_use():
        pass


def test_a_path_too_long_for_a_socket_uses_the_loopback(open_folder: Path):
    server = EmbeddedServer(open_folder / ("long" * 30) / "database", durable=False)
    with server.in_use():
        assert server.endpoint()[0] == "127.0.0.1"
        _write(server, "over the loopback")
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            psycopg.connect(host="127.0.0.1", port=server.endpoint()[1], user=server.ADMIN, dbname="postgres")


def test_a_first_start_that_was_killed_leaves_nothing_half_made(server: EmbeddedServer):
    half = server.folder / "cluster.new"
    server.folder.mkdir(mode=0o711)
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with server.in_use():
        _write(server, "whole")
