"""Where data lies, and that no folder of somebody else is opened for it."""

import os
import stat
from pathlib import Path

import pytest

from aftersales.config import folders
from aftersales.config.embedded import EmbeddedServer
from aftersales.config.postgres_programs import EmbeddedServerError, Programs

only_root = pytest.mark.skipif(not Programs.needs_other_user(), reason="only root runs the server as another user")


def _modes(folder: Path) -> dict[Path, int]:
    return {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.parents)}


@only_root
def test_a_closed_parent_is_refused_and_stays_closed(tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    before = _modes(home)
    with (
        pytest.raises(EmbeddedServerError, match=r"may not pass through .* Choose another folder with AFTERSALES_DATA"),
        EmbeddedServer(home / "data" / "database", durable=False).in_use(),
    ):
        pass
    assert _modes(home) == before
    assert not (home / "data" / "database" / "cluster").exists()


def test_a_start_changes_no_existing_folder(open_folder: Path):
    given = open_folder / "given"
    given.mkdir(mode=0o711)
    before = _modes(given)
    server = EmbeddedServer(given / "database", durable=False)
    with server.in_use():
        assert server.is_running()
    assert _modes(given) == before
    assert stat.S_IMODE(server.cluster.stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE((server.folder / "passwords.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700


@only_root
def test_programs_that_the_server_user_cannot_reach_are_copied(open_folder: Path, monkeypatch: pytest.MonkeyPatch):
    """A checkout below /root: the wheel stays closed, a copy beside the data is run."""
    from aftersales.config import postgres_programs

    really = postgres_programs._first_closed_folder
    monkeypatch.setattr(
        postgres_programs, "_first_closed_folder", lambda path: path if "site-packages" in str(path) else really(path)
    )
    server = EmbeddedServer(open_folder / "database", durable=False)
    with server.in_use():
        assert server.is_running()
        assert server.programs.folder.is_relative_to(server.folder)


def test_the_data_folder_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("AFTERSALES_DATA", str(tmp_path / "d"))
    assert folders.data_folder() == tmp_path / "d"
    monkeypatch.delenv("AFTERSALES_DATA")
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    assert folders.data_folder() == Path("/var/lib/aftersales")


def test_the_secret_key_is_made_once_and_closed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv("AFTERSALES_SECRET_KEY")
    monkeypatch.setenv("AFTERSALES_DATA", str(tmp_path / "data"))
    first = folders.secret_key()
    assert len(first) >= 64
    assert folders.secret_key() == first
    assert stat.S_IMODE((tmp_path / "data" / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret.key"]


def test_a_given_secret_key_is_taken(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AFTERSALES_SECRET_KEY", "given")
    assert folders.secret_key() == "given"
