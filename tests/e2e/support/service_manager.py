"""A service manager: makes a listening socket, and has one life of a program after the other use it (sd_listen_fds).

Each line on standard input replaces the running program by its successor. SIGTERM ends it.
"""

import os
import signal
import socket
import sys

listening = socket.socket()
listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listening.bind(("127.0.0.1", 0))
listening.listen(4096)


def begin():
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if listening.fileno() != 3:
            os.dup2(listening.fileno(), 3)
        os.set_inheritable(3, True)
        os.environ.update(LISTEN_FDS="1", LISTEN_FDNAMES="http", LISTEN_PID=str(os.getpid()))
        os.execv(sys.argv[1], sys.argv[1:])
    return child


def end(child):
    os.kill(child, signal.SIGTERM)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


running = begin()


def stop(*_):
    sys.exit(end(running))


signal.signal(signal.SIGTERM, stop)
for _ in sys.stdin:
    if code := end(running):
        sys.exit(code)
    running = begin()
