"""What an open event stream costs in memory."""

import contextlib
import pathlib
import resource
import socket
import time
import urllib.parse

from suite.processes import Failure, until

FIRST = 100  # open before anything is measured: code, buffers and pools that all streams share


def resident_bytes(pid):
    rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(next(line for line in rollup.splitlines() if line.startswith("Rss:")).split()[1]) * 1024


def allow_files(count):
    """Children inherit it, so before the service starts."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 1000
    if most != resource.RLIM_INFINITY and most < wanted:
        raise Failure(f"only {most} files may be open; {wanted} are needed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(wanted, resource.getrlimit(resource.RLIMIT_NOFILE)[0]), most))


def open_stream(address, user, generation):
    """A connection on which the first event has arrived."""
    stream = socket.create_connection(address, timeout=30)
    stream.sendall(f"GET /v1/generations/{generation}/events HTTP/1.1\r\nHost: bench\r\n"
                   f"Authorization: Bearer atl_{user:043}\r\nAccept: text/event-stream\r\n\r\n".encode())
    got = b""
    while b"data:" not in got:
        piece = stream.recv(65536)
        if not piece or b" 200 " not in (got + piece).split(b"\r\n")[0]:
            raise Failure(f"no stream: {(got + piece)[:200]!r}")
        got += piece
    return stream


def measure(url, pid, count, user, generation):
    """Bytes of resident memory that each of `count` streams takes; all on one generation that does not end."""
    place = urllib.parse.urlparse(url)
    with contextlib.ExitStack() as streams:
        def open_many(number):
            for _ in range(number):
                streams.enter_context(open_stream((place.hostname, place.port), user, generation))
        open_many(FIRST)
        time.sleep(1)
        before = resident_bytes(pid)
        open_many(count - FIRST)
        # Until buffers of the last answers are given back.
        sizes = [resident_bytes(pid)]
        until("memory that stays the same", lambda: sizes.append(resident_bytes(pid)) or sizes[-1] == sizes[-2], 30)
        return {"before": before, "after": sizes[-1], "bytes_a_stream": (sizes[-1] - before) / (count - FIRST)}
