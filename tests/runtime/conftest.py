"""A folder that the server's own user can reach, and the command line with a data folder of its own."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aftersales.config.embedded import EmbeddedServer

type Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """pytest's tmp_path is closed to other users, which a server started by root is."""
    folder = Path(tempfile.mkdtemp(prefix="asr-"))
    folder.chmod(0o711)
    yield folder
    for cluster in folder.rglob("cluster"):
        server = EmbeddedServer(cluster.parent, durable=False)
        if server.is_running():
            with server.in_use():
                pass
    shutil.rmtree(folder)


@pytest.fixture
def command_environment(open_folder: Path) -> dict[str, str]:
    """The environment of a fresh user: no DATABASE_URL, no settings, an empty data folder."""
    dropped = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "AFTERSALES_", "PG", "PYTEST")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
    return kept | {
        "AFTERSALES_DATA": str(open_folder / "data"),
        "DJANGO_SETTINGS_MODULE": "tests.runtime.bare_settings",
        "PYTHONPATH": os.pathsep.join(sys.path),
        # libpq's variables in the operator's shell must not redirect us.
        "PGHOST": "nowhere.invalid",
        "PGDATA": "/nonexistent",
    }


@pytest.fixture
def command(command_environment: dict[str, str], pytestconfig: pytest.Config) -> Command:
    """Run `aftersales …` as a user would and return the finished process."""

    def run(*arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "aftersales", *arguments],
            env=command_environment | extra,
            cwd=pytestconfig.rootpath,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run
