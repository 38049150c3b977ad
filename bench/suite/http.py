"""What the front door costs: routes beside nginx and a bare Beast server, idle connections, and more than can be done."""

import contextlib
import dataclasses
import json
import os
import pathlib
import socket
import statistics
import time
import urllib.parse

from suite import curve
from suite.contestants import Contestant, Nginx, Service, wrk, wrk_everybody
from suite.database import Server, sync_times
from suite.ledger import machine
from suite.processes import Child, Failure, cpu_seconds, run, until
from suite.streams import allow_files, resident_bytes

USERS = 10_000
FIRST = 100  # connections before anything is measured: code, buffers and pools that all share
LOADS = (0.25, 0.5, 0.75, 1, 1.5, 2, 3)  # times what a closed loop gets done
OVERLOAD_CONNECTIONS = 8_000
# So many clients can ask for 27,000 a second only if each is answered within 0.3 s: whatever waits longer than this in the
# service, in front of its threads or of the disk, would make them wait for each other, and not for the service.
QUEUEING_LIMIT = "50ms"


@dataclasses.dataclass(frozen=True)
class Plan:
    rounds: int
    measure: int  # seconds
    connections: int
    idle: int


QUICK = Plan(rounds=1, measure=4, connections=64, idle=10_000)
FULL = Plan(rounds=5, measure=10, connections=64, idle=10_000)

# figure -> (at least or at most, more is better); none: only reported
GOALS = {"styles_over_nginx": (None, True), "styles_over_beast": (None, True), "wallet_over_nginx": (None, True),
         "wallet_over_beast": (None, True), "bytes_an_idle_connection": (None, False),
         "goodput_at_3_over_peak": (0.8, True), "p99_ms_at_3": (1000, False)}


class Beast(Contestant):
    """A server on Boost.Beast that does nothing else."""

    name = "beast"

    def read(self, body, connections, measure):
        words = [self.server.programs / "bench" / "beast", "--body", body, "--threads", 2]
        with Child(words, self.log) as child:
            url = f"http://127.0.0.1:{child.line('ready ').split()[1]}"
            wrk("read.lua", url, connections, 1, self.log, users=self.users, spread="uniform")
            before = cpu_seconds(child.pid)
            result = wrk("read.lua", url, connections, measure, self.log, users=self.users, spread="uniform")
            used = cpu_seconds(child.pid) - before
        return result | {"cpu_us": {"beast": round(used * 1e6 / result["measured"], 1)}}


class Http:
    def __init__(self, plan, programs, work, say):
        self.plan, self.programs, self.work, self.say = plan, programs, work, say
        self.samples, self.runs = {}, []
        self.began = time.monotonic()

    def run(self):
        sync_before = sync_times(self.work)
        allow_files(self.plan.idle)
        with Server(self.programs, self.work) as server:
            self.server = server
            self.say(f"seeding {USERS} users")
            self.template = server.template(USERS, rich=USERS + 2, sessions=True)
            self.service = Service(server, self.template, USERS, self.work)
            for number in range(self.plan.rounds):
                self.routes(number)
                self.idle(number)
                self.overload(number)
        return {
            "figures": {name: round(statistics.median(values), 3) for name, values in self.samples.items()},
            "spread": {name: [round(min(values), 3), round(max(values), 3)] for name, values in self.samples.items()},
            "goals": {name: goal for name, (goal, _) in GOALS.items()}, "plan": dataclasses.asdict(self.plan),
            "machine": machine(), "sync_us": {"before": sync_before, "after": sync_times(self.work)},
            "seconds": round(time.monotonic() - self.began), "runs": self.runs,
        }

    def note(self, number, what, figures):
        self.runs.append({"round": number + 1, "what": what, **figures})
        numbers = ", ".join(f"{name} {value:.4g}" for name, value in figures.items() if isinstance(value, (int, float)))
        self.say(f"round {number + 1}: {what}: {numbers}")

    def sample(self, name, value):
        self.samples.setdefault(name, []).append(value)

    def routes(self, number):
        """Reads of the service beside servers that have the same bytes ready."""
        plan, rates = self.plan, {}
        with self.service.serving(self.server.fresh(self.template)) as (_, url):
            log = self.service.log
            wrk_everybody("read.lua", url, plan.connections, 2, log, users=USERS)
            for route, script in (("wallet", "read.lua"), ("styles", "styles.lua")):
                result = wrk(script, url, plan.connections, plan.measure, log, users=USERS, spread="uniform")
                self.note(number, f"service, {route}", result)
                rates[route] = result["per_second"]
            body = wallet_of(url)
        nginx = Nginx(self.work).read(body, os.cpu_count(), plan.connections, 1, plan.measure, USERS)
        self.note(number, "nginx", nginx)
        beast = Beast(self.server, self.template, USERS, self.work).read(body, plan.connections, plan.measure)
        self.note(number, "beast", beast)
        for route, rate in rates.items():
            self.sample(f"{route}_over_nginx", rate / nginx["per_second"])
            self.sample(f"{route}_over_beast", rate / beast["per_second"])

    def idle(self, number):
        """Memory of connections that have been used and are kept open."""
        room = str(2 * self.plan.idle)
        with self.service.serving(self.server.fresh(self.template), ATELIER_HTTP_MAX_CONNECTIONS=room,
                                  ATELIER_HTTP_MAX_CONNECTIONS_PER_ADDRESS=room,
                                  ATELIER_HTTP_IDLE_TIMEOUT="1h") as (child, url), contextlib.ExitStack() as open_ones:
            def open_many(count):
                for _ in range(count):
                    open_ones.enter_context(used_connection(url))
            open_many(FIRST)
            time.sleep(1)
            before = resident_bytes(child.pid)
            open_many(self.plan.idle - FIRST)
            sizes = [resident_bytes(child.pid)]
            until("memory that stays the same", lambda: sizes.append(resident_bytes(child.pid)) or sizes[-1] == sizes[-2])
        each = (sizes[-1] - before) / (self.plan.idle - FIRST)
        self.note(number, f"{self.plan.idle} idle connections", {"before": before, "after": sizes[-1], "bytes_each": each})
        self.sample("bytes_an_idle_connection", each)

    def overload(self, number):
        """Spends, in an open loop, at shares and multiples of what a closed loop gets done."""
        peak = self.closed_loop()
        self.note(number, "spends in a closed loop", {"per_second": peak})
        points = []
        for load in LOADS:
            point = self.offered(load * peak) | {"load": load, "offered_per_second": load * peak}
            self.note(number, f"{load} times that", point)
            points.append(point)
        best = max(point["in_time_per_second"] for point in points)
        last = points[-1]
        self.sample("goodput_at_3_over_peak", last["in_time_per_second"] / best)
        self.sample("p99_ms_at_3", last["p99_ms"])
        self.sample("refused_p99_ms_at_3", last["refused_p99_ms"])

    @contextlib.contextmanager
    def serving_overload(self, database):
        """On one core, with its database: the load comes from the other one, as it would from another machine."""
        room = str(2 * OVERLOAD_CONNECTIONS)
        with only_core(0), self.service.serving(database, ATELIER_HTTP_MAX_CONNECTIONS=room,
                                                ATELIER_HTTP_MAX_CONNECTIONS_PER_ADDRESS=room,
                                                ATELIER_HTTP_QUEUEING_LIMIT=QUEUEING_LIMIT) as service:
            for pid in processes_below(self.server.pid):
                os.sched_setaffinity(pid, {0})
            with only_core(1):
                yield service

    def closed_loop(self):
        database = self.server.fresh(self.template)
        with self.serving_overload(database) as (_, url):
            self.service.occupy_engine(url, database)
            options = {"users": USERS, "styles": self.server.styles, "keys": 0}
            wrk_everybody("spend.lua", url, 256, 2, self.service.log, **options)
            return wrk("spend.lua", url, 256, self.plan.measure, self.service.log, spread="uniform", **options)["per_second"]

    def offered(self, rate):
        database = self.server.fresh(self.template)
        with self.serving_overload(database) as (_, url):
            self.service.occupy_engine(url, database)
            options = {"users": USERS, "styles": self.server.styles, "keys": 0}
            wrk_everybody("spend.lua", url, 256, 2, self.service.log, **options)
            words = [self.programs / "bench" / "open_loop"]
            for name, value in {"port": urllib.parse.urlparse(url).port, "connections": OVERLOAD_CONNECTIONS,
                                "rate": rate, "warm-up": 2, "measure": self.plan.measure, "users": USERS,
                                "styles": self.server.styles}.items():
                words += [f"--{name}", value]
            result = json.loads(run(words, self.service.log))
        if result["other"]:
            raise Failure(f"{result['other']} answers were neither accepted nor refused")
        self.server.wait_for_none(database)
        self.server.atelier("audit", database)
        return result


@contextlib.contextmanager
def only_core(core):
    """Children inherit it."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def processes_below(pid):
    """It, and its children, which are processes of PostgreSQL."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


def request(user):
    return (f"GET /v1/wallet HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer atl_{user:043}\r\n\r\n").encode()


def used_connection(url):
    """A connection on which one request has been answered."""
    place = urllib.parse.urlparse(url)
    connection = socket.create_connection((place.hostname, place.port), timeout=30)
    connection.sendall(request(1))
    got = b""
    while b"\r\n\r\n" not in got or not got.endswith(b"}"):
        piece = connection.recv(65536)
        if not piece:
            raise Failure(f"the connection ended: {got[:200]!r}")
        got += piece
    return connection


def wallet_of(url):
    place = urllib.parse.urlparse(url)
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        connection.sendall(request(1).replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        got = b""
        while piece := connection.recv(65536):
            got += piece
    return got.partition(b"\r\n\r\n")[2].decode()


def draw(result, file):
    """The curve of the last round, as SVG."""
    points = [run for run in result["runs"] if "offered_per_second" in run][-len(LOADS):]
    pathlib.Path(file).write_text(curve.svg(points))


def table(result):
    """The figures in Markdown."""
    lines = [f"| {'figure':26} | median | {'lowest – highest':17} | goal   |",
             f"|{'-' * 28}|--------|{'-' * 19}|--------|"]
    for name, value in result["figures"].items():
        low, high = result["spread"][name]
        goal, more = GOALS.get(name, (None, True))
        wanted = f"{'≥' if more else '≤'} {goal}" if goal else ""
        lines.append(f"| {name:26} | {value:6.5g} | {f'{low:.5g} – {high:.5g}':17} | {wanted:6} |")
    lines.append(f"\nEvery audit was clean. The run took {result['seconds']} s.")
    return "\n".join(lines)


__all__ = ["FULL", "QUICK", "Http", "draw", "table"]
