"""F1: a connection that dies in the middle of an upload leaves nothing behind: no temporary file, no row, no bytes."""

from __future__ import annotations

import io
import os
import random
import socket
import struct
import time
from pathlib import Path

import pytest
from bench.life_cycle import Client, Visit
from PIL import Image

from tests.reliability.site import Site

OFFSETS = 20
PIXELS = 1100  # a noisy PNG of this edge is bigger than Django keeps in memory (2.5 MB)
BOUNDARY = "----aftersales-upload"
FORM_TOKEN = "a" * 32


def noisy_picture() -> bytes:
    """Return a PNG that does not compress, so that the server writes it to a temporary file."""
    noise = random.Random(20261102).randbytes(PIXELS * PIXELS * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", (PIXELS, PIXELS), noise).save(out, "PNG", compress_level=0)
    return out.getvalue()


def upload_request(site: Site, number: str, picture: bytes) -> bytes:
    """Return the whole request that adds a photo to the order, as a browser sends it."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{FORM_TOKEN}\r\n'.encode(),
        (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photos"; filename="photo.png"\r\n'
            "Content-Type: image/png\r\n\r\n"
        ).encode(),
        picture,
        f"\r\n--{BOUNDARY}--\r\n".encode(),
    ]
    body = b"".join(parts)
    head = (
        f"POST /repair-orders/{number}/photos/ HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n"
        f"Cookie: aftersales-session={site.facts['sessions']['lin']}; aftersales-csrf={FORM_TOKEN}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body


def send(site: Site, data: bytes, *, upto: int | None = None) -> bytes:
    """Send the request; with `upto` only so many bytes of it, then reset the connection instead of closing it."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=60) as door:
        if upto is None:
            door.sendall(data)
            return door.recv(200)
        door.sendall(data[:upto])
        time.sleep(0.05)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return b""


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} if folder.is_dir() else set()


def rows(site: Site) -> int:
    with site.connect() as database:
        found = database.execute("SELECT count(*) FROM files_attachment").fetchall()
    return int(found[0][0])


@pytest.mark.slow
def test_F1_a_connection_reset_in_mid_upload_leaves_no_orphan(site: Site) -> None:
    site.start()
    client = Client(site.world(), {"check-in": []}, 0)
    visit = Visit(client, 1)
    visit.check_in()
    client.connection.close()
    request = upload_request(site, visit.number, noisy_picture())
    rng = random.Random(20261102)
    head = request.index(b"\r\n\r\n")
    offsets = [
        10,
        head + 4,
        head + 100,
        len(request) - 1,
        *(rng.randrange(head, len(request)) for _ in range(OFFSETS - 4)),
    ]
    for offset in offsets:
        send(site, request, upto=offset)
    time.sleep(1)
    media, uploads = site.folder / "files", site.folder / "uploads"
    # Cut at the very last byte, the picture itself has arrived whole and may be kept: then with row and both files.
    kept = rows(site)
    assert kept <= 1
    assert len([name for name in files_below(media) if ".incoming" not in name]) == 2 * kept
    # What was cut goes with its request; what only a killed server leaves is the sweeper's.
    with_killed = uploads / "tmpkilled.upload.png"
    with_killed.write_bytes(request[head : head + 5000])
    os.utime(with_killed, (time.time() - 60,) * 2)
    site.start_worker()
    deadline = time.monotonic() + 60
    while files_below(uploads) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert files_below(uploads) == set()
    # The same request in one piece is taken: what was tested above is the cut, not a refusal.
    answer = send(site, request)
    assert answer.startswith((b"HTTP/1.1 303", b"HTTP/1.1 302", b"HTTP/1.1 200")), answer
    assert rows(site) == kept + 1
    pictures = [name for name in files_below(media) if ".incoming" not in name]
    assert len(pictures) == 2 * (kept + 1)  # each with its thumbnail
    assert files_below(uploads) == set()
