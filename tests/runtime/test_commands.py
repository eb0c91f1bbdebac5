"""The command line as a user meets it: real processes, a data folder of their own."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from tests.runtime.conftest import Command

from aftersales.config.embedded import EmbeddedServer


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_help_lists_every_command_without_importing_django(command: Command):
    listed = command("--help").stdout
    for name in ("serve", "worker", "migrate", "demo", "standard", "journal", "doctor", "createadmin", "backup"):
        assert f"\n  {name} " in listed
    script = "import sys; from aftersales.config import cli; sys.exit('django' in sys.modules or 'rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_doctor_says_what_is_missing_and_fails(command: Command):
    done = command("doctor", "--json")
    findings = json.loads(done.stdout)
    assert done.returncode == 1
    told = {(finding["level"], finding["subject"]) for finding in findings}
    assert ("missing", "tables") in told
    assert ("ok", "database") in told
    assert ("ok", "secret key") in told
    assert ("note", "mail") in told


def test_doctor_names_what_is_unsafe(command: Command, open_folder: Path):
    (open_folder / "data").mkdir(mode=0o711)
    key = open_folder / "data" / "secret.key"
    key.write_text("x" * 10)
    key.chmod(0o644)
    done = command("doctor", AFTERSALES_HOSTS="*", AFTERSALES_DEBUG="1")
    assert done.returncode == 1
    unsafe = [line for line in done.stdout.splitlines() if line.startswith("UNSAFE")]
    for subject in ("data folder", "addresses", "https", "debug", "secret key"):
        assert any(f" {subject}:" in line for line in unsafe), subject


def test_a_wrong_database_address_is_one_sentence(command: Command):
    done = command("migrate", DATABASE_URL="mysql://u:geheim@h/d")
    assert done.returncode == 1
    assert "must name a PostgreSQL server" in done.stderr
    assert "Traceback" not in done.stderr
    assert "geheim" not in done.stderr


def test_a_database_that_does_not_answer_is_one_sentence(command: Command):
    done = command("migrate", DATABASE_URL="postgresql://u:geheim@127.0.0.1:1/d")
    assert done.returncode == 1
    assert "does not answer" in done.stderr
    assert "Traceback" not in done.stderr
    assert "geheim" not in done.stderr


def test_serve_refuses_a_port_that_is_taken(command: Command):
    """Another program's answer there must not pass for ours."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "cannot be used" in command("serve", "--port", str(taken.getsockname()[1])).stderr


def test_serve_refuses_a_database_without_its_tables(command: Command):
    done = command("serve", "--port", str(_free_port()))
    assert done.returncode == 1
    assert "aftersales migrate" in done.stderr


@contextmanager
def serving(environment: dict[str, str], root: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """`aftersales serve`, ready; whatever the test does, nothing of it is left running."""
    arguments = [sys.executable, "-m", "aftersales", "serve", "--migrate", "--port", str(port), "--workers", "1"]
    with subprocess.Popen(arguments, env=environment, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert any("is ready on" in line for line in process.stdout)
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                process.communicate(timeout=60)


@pytest.mark.kill
def test_serve_answers_and_ctrl_c_stops_everything(
    command_environment: dict[str, str], command: Command, open_folder: Path, pytestconfig: pytest.Config
):
    port = _free_port()
    server = EmbeddedServer(open_folder / "data" / "database")
    with serving(command_environment, pytestconfig.rootpath, port) as process:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/alive", timeout=10) as answer:
            assert answer.read() == b"alive"
        second = command("doctor", "--json")  # a second command beside it joins, and does not stop the server
        assert '"alive"' in second.stdout
        assert server.is_running()
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) >= 3
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert not server.is_running()
    assert psutil.wait_procs(family, timeout=5)[1] == []


@pytest.mark.kill
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent was killed")
def test_serve_killed_outright_takes_its_children_along(
    command_environment: dict[str, str], open_folder: Path, pytestconfig: pytest.Config
):
    server = EmbeddedServer(open_folder / "data" / "database")
    with serving(command_environment, pytestconfig.rootpath, _free_port()) as process:
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        assert psutil.wait_procs(family, timeout=30)[1] == []
    deadline = time.monotonic() + 10
    while server.is_running() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not server.is_running()


def test_backup_and_restore(command: Command, open_folder: Path):
    assert command("migrate").returncode == 0
    file = open_folder / "b.dump"
    done = command("backup", str(file))
    assert done.returncode == 0, done.stderr
    assert file.stat().st_mode & 0o077 == 0
    assert "not empty" in command("restore", str(file)).stderr
    fresh = str(open_folder / "other")
    done = command("restore", str(file), AFTERSALES_DATA=fresh)
    assert done.returncode == 0, done.stderr
    assert "up to date" in command("migrate", AFTERSALES_DATA=fresh).stdout
