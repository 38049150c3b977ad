"""Those who spend tokens: each takes a load on a fresh database and says what came of it."""

import contextlib
import http.client
import itertools
import json
import math
import os
import pathlib
import resource
import shutil
import signal
import socket
import urllib.parse

from suite.database import SQL
from suite.processes import Child, Failure, cpu_seconds, machine_seconds, run, until

HERE = pathlib.Path(__file__).parent.parent
WRK = HERE / "wrk"
POSTGRES_CONNECTIONS = 90  # of its 100, for one contestant
_seeds = itertools.count(1)


def percentile(values, q):
    """Nearest rank."""
    values = sorted(values)
    return values[max(0, math.ceil(q * len(values)) - 1)]


def check_refusals(refused, acknowledged, why):
    """Refusals are honest answers of a loaded server, and only what was acknowledged counts; but there is an end."""
    if refused > acknowledged / 4:
        raise Failure(f"{refused} requests were refused beside {acknowledged} that were not: {why}")


class Meter:
    """CPU, by process, and WAL between `begin` and `end`. `generator` is the program that is started and waited for
    meanwhile; the other processes live all the time."""

    def __init__(self, server, generator=None, **pids):
        self.server, self.generator, self.pids = server, generator, {"postgres": server.pid} | pids

    def _read(self):
        busy, stolen = machine_seconds()
        values = {name: cpu_seconds(pid) for name, pid in self.pids.items()}
        if self.generator:
            ended = resource.getrusage(resource.RUSAGE_CHILDREN)
            values[self.generator] = ended.ru_utime + ended.ru_stime
        return values | {"machine": busy, "stolen": stolen, "wal": self.server.wal_position()}

    def begin(self):
        self.first = self._read()

    def end(self):
        self.last = self._read()

    def costs(self, spends):
        def each(name):
            return (self.last[name] - self.first[name]) / max(spends, 1)
        programs = [name for name in self.first if name not in ("stolen", "wal")]
        return {"cpu_us": {name: round(each(name) * 1e6, 1) for name in programs},
                "stolen_seconds": round(self.last["stolen"] - self.first["stolen"], 2),
                "wal_bytes": round(each("wal"))}


class Contestant:
    def __init__(self, server, template, users, work):
        self.server, self.template, self.users = server, template, users
        self.work = work / self.name
        self.work.mkdir(parents=True, exist_ok=True)
        self.log = self.work / "log"


class Engine(Contestant):
    """The service's backend without HTTP: command in, durable reply out. A load is the number of spends that are
    always under way."""

    name = "engine"
    open_loop_limit = 60_000

    def run(self, spread, load, warm, measure, rate=0, stride=1):
        database = self.server.fresh(self.template)
        shutil.rmtree(self.work / "var", ignore_errors=True)
        (self.work / "var").mkdir()
        options = {"database": self.server.conninfo(database), "var": self.work / "var", "users": self.users,
                   "stride": stride, "spread": spread, "styles": self.server.styles, "warm-up": warm,
                   "measure": measure, "rate": rate, "in-flight": self.open_loop_limit if rate else load}
        words = [self.server.programs / "bench" / "ledger", "spend"]
        for name, value in options.items():
            words += [f"--{name}", value]
        with Child(words, self.log, directory=self.work) as child:
            meter = Meter(self.server, engine=child.pid)
            child.line("begin")
            meter.begin()
            child.line("end")
            meter.end()
            result = json.loads(child.line("{"))
            child.result()
        check_refusals(result["refused"], result["acknowledged"], result["refusal"])
        self.server.check(database, result["acknowledged"], result["acknowledged"])
        return result | meter.costs(result["measured"])


class RowLock(Contestant):
    """The transaction that everybody writes first, under pgbench. A load is (clients, commit_delay)."""

    name = "row_lock"
    choices = {"uniform": "random(1, :users)", "zipf": "random_zipfian(1, :users, 1.1)", "hot": "1"}

    def _pgbench(self, database, spread, load, seconds, rate=0):
        clients, delay = load
        script = self.work / "script.sql"
        script.write_text(f"\\set user {self.choices[spread]}\n" + (SQL / "row_lock.sql").read_text())
        for old in self.work.glob("transactions.*"):
            old.unlink()
        words = [PGBENCH, "-n", "-M", "prepared", "-f", script, "-c", clients, "-j", min(clients, os.cpu_count()),
                 "-T", seconds, "-D", f"users={self.users}", "-D", f"styles={self.server.styles}", "-l",
                 "--log-prefix", self.work / "transactions"] + (["-R", rate] if rate else [])
        env = self.server.environment(database, "postgres") | {"PGOPTIONS": f"-c commit_delay={delay}"}
        with Child(words, self.log, env=env) as child:
            meter = Meter(self.server, "pgbench")
            meter.begin()
            out = child.result()
            self.server.wait_for_none(database)  # what ended backends have used counts only then
            meter.end()
        lines = {name.strip(): value for name, _, value in
                 (line.replace("=", ":", 1).partition(":") for line in out.splitlines())}
        if int(lines["number of failed transactions"].split()[0]):
            raise Failure("row locks: transactions failed")
        count = int(lines["number of transactions actually processed"].split("/")[0])
        latencies = [int(line.split()[2]) / 1e3 for file in self.work.glob("transactions.*") for line in open(file)]
        return {"per_second": round(float(lines["tps"].split()[0]), 1), "measured": count, "load": load,
                "p50_ms": percentile(latencies, 0.5), "p99_ms": percentile(latencies, 0.99)} | meter.costs(count)

    def run(self, spread, load, warm, measure, rate=0):
        database = self.server.fresh(self.template)
        warmed = self._pgbench(database, spread, load, warm)
        result = self._pgbench(database, spread, load, measure, rate)
        spends = warmed["measured"] + result["measured"]
        self.server.check(database, spends, spends)
        return result


PGBENCH = next(iter(sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/pgbench"), reverse=True)), "pgbench")


def wrk(script, url, connections, seconds, log, **options):
    words = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", script, url, "--"]
    words += [f"{name}={value}" for name, value in ({"seed": next(_seeds), "last": 0} | options).items()]
    out = run(words, log, directory=WRK)
    result = json.loads(next(line for line in out.splitlines() if line.startswith("{")))
    result["measured"] = result.pop("requests") - result["refused"]
    result["per_second"] = round(result["measured"] / result["seconds"], 1)
    check_refusals(result["refused"] + result["broken"], result["measured"], f"{result['broken']} broke off")
    return result


def wrk_everybody(script, url, connections, seconds, log, **options):
    """Lets all users come, one after the other, for as long as that takes; the results."""
    results, count = [], 0
    while count < options["users"]:
        results.append(wrk(script, url, connections, seconds, log, spread="each", last=count, **options))
        count += results[-1]["measured"]
    return results


class HttpContestant(Contestant):
    """A server on a port of its own, under wrk."""

    remembers_users = False  # whether a user who has come before is served faster

    def spend_under_wrk(self, meter, url, connections, spread, warm, measure, keys=0):
        options = {"users": self.users, "styles": self.server.styles, "keys": keys}
        if self.remembers_users and spread != "hot":
            warmed = wrk_everybody("spend.lua", url, connections, warm, self.log, **options)
        else:
            warmed = [wrk("spend.lua", url, connections, warm, self.log, spread=spread, **options)]
        meter.begin()
        result = wrk("spend.lua", url, connections, measure, self.log, spread=spread, **options)
        meter.end()
        runs = [*warmed, result]
        # Those that wrk no longer waited for when its time was over may have been carried out.
        result["acknowledged"] = sum(run["measured"] for run in runs)
        result["unanswered"] = sum(connections + run["broken"] for run in runs)
        return result | meter.costs(result["measured"])


class Service(HttpContestant):
    """The program itself. A load is the number of connections."""

    name = "service"
    remembers_users = True

    @contextlib.contextmanager
    def serving(self, database, **settings):
        shutil.rmtree(self.work / "var", ignore_errors=True)
        (self.work / "var").mkdir()
        env = os.environ | {
            "ATELIER_VAR": str(self.work / "var"), "DATABASE_URL": self.server.conninfo(database),
            "ATELIER_HTTP_PORT": "0", "ATELIER_OPS_PORT": "0", "ATELIER_SANDBOX_PORT": "0",
            "ATELIER_LOG_LEVEL": "warn",
            # All load comes from one address, and more of one user than any user sends.
            "ATELIER_HTTP_REQUESTS_PER_ADDRESS": "0", "ATELIER_HTTP_REQUESTS_PER_USER": "0",
            "ATELIER_WALLETS_IDLE_TIMEOUT": "1h", "ATELIER_GENERATIONS_SLOTS": "1",
            "ATELIER_GENERATIONS_DEADLINE": "1d", "ATELIER_GENERATIONS_QUEUE_LIMIT": "10000000",
            "ATELIER_GENERATIONS_QUEUE_LIMIT_PER_USER": "10000000"} | settings
        with Child([self.server.programs / "atelier", "serve"], self.log, directory=self.work, env=env) as child:
            url = child.line("ready ").split()[1].removeprefix("http=")
            try:
                yield child, url
            finally:
                # The engine would wait for its picture for ever, and after it try the others.
                child.stop(signal.SIGKILL)

    def occupy_engine(self, url, database):
        """Has the engine's only slot wait for a picture that never comes: what is paid for stays queued, and
        nothing but spending is measured."""
        keeper = self.users + 1
        key = f"{keeper:028}"
        place = self.work / "var" / "storage" / key[:2] / key[2:4]
        place.mkdir(parents=True)
        os.mkfifo(place / key)
        connection = http.client.HTTPConnection(urllib.parse.urlparse(url).netloc, timeout=30)
        connection.request("POST", "/v1/generations", json.dumps({"input_image_id": keeper, "style_id": 1}),
                           {"Authorization": f"Bearer atl_{keeper:043}", "Content-Type": "application/json"})
        answer = connection.getresponse()
        if answer.status != 202:
            raise Failure(f"the service answers {answer.status}: {answer.read().decode()}")
        connection.close()
        until("a running generation", lambda: self.server.ask(
            "SELECT count(*) FROM generations WHERE status = 'running'", database) == "1")

    def run(self, spread, load, warm, measure, keys=0):
        database = self.server.fresh(self.template)
        with self.serving(database) as (child, url):
            self.occupy_engine(url, database)
            meter = Meter(self.server, "wrk", atelier=child.pid)
            result = self.spend_under_wrk(meter, url, load, spread, warm, measure, keys)
            result["resident_mib"] = resident_mib(child.pid)
        spends = result["acknowledged"] + 1  # the keeper's
        self.server.check(database, spends, spends + result["unanswered"])
        return result

    def read(self, connections, warm, measure):
        """GET /v1/wallet."""
        database = self.server.fresh(self.template)
        with self.serving(database) as (child, url):
            wrk_everybody("read.lua", url, connections, warm, self.log, users=self.users)
            before = cpu_seconds(child.pid)
            result = wrk("read.lua", url, connections, measure, self.log, users=self.users, spread="uniform")
            used = cpu_seconds(child.pid) - before
            connection = http.client.HTTPConnection(urllib.parse.urlparse(url).netloc, timeout=30)
            connection.request("GET", "/v1/wallet", headers={"Authorization": f"Bearer atl_{1:043}"})
            body = connection.getresponse().read().decode()
            connection.close()
        return result | {"cpu_us": {"atelier": round(used * 1e6 / result["measured"], 1)}}, body


def resident_mib(pid):
    rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(next(line for line in rollup.splitlines() if line.startswith("Rss:")).split()[1]) // 1024


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Node(HttpContestant):
    """The same API in Node. A load is (connections, connections to PostgreSQL of each process)."""

    name = "node"

    def install(self):
        """Its packages, unless they are there."""
        source, lock = HERE / "peers" / "node", "package-lock.json"
        for name in ("package.json", ".npmrc", "server.mjs"):
            shutil.copy(source / name, self.work)
        if (self.work / lock).exists() and (self.work / lock).read_bytes() == (source / lock).read_bytes():
            return
        shutil.copy(source / lock, self.work / lock)
        try:
            run(["npm", "ci", "--no-audit", "--no-fund"], self.log, directory=self.work)
        except Failure:
            (self.work / lock).unlink()
            raise

    def run(self, spread, load, warm, measure):
        connections, pool = load
        pool = min(pool, POSTGRES_CONNECTIONS // os.cpu_count())
        database = self.server.fresh(self.template)
        port = free_port()
        env = self.server.environment(database) | {"PORT": str(port), "POOL": str(pool), "NODE_ENV": "production"}
        with Child(["node", "server.mjs"], self.log, directory=self.work, env=env) as child:
            child.line("ready")
            meter = Meter(self.server, "wrk", node=child.pid)
            result = self.spend_under_wrk(meter, f"http://127.0.0.1:{port}", connections, spread, warm, measure)
        self.server.check(database, result["acknowledged"], result["acknowledged"] + result["unanswered"])
        return result


class Nginx:
    """Returns a body out of its configuration: as little as a web server can do."""

    configuration = """
daemon off; pid {work}/pid; error_log stderr warn; worker_processes {workers};
events {{ worker_connections 4096; }}
http {{
    access_log off; keepalive_requests 1000000000; default_type application/json;
    client_body_temp_path {work}/1; proxy_temp_path {work}/2; fastcgi_temp_path {work}/3; uwsgi_temp_path {work}/4;
    scgi_temp_path {work}/5;
    server {{ listen 127.0.0.1:{port} reuseport; location / {{ return 200 '{body}'; }} }}
}}
"""

    def __init__(self, work):
        self.work = work / "nginx"
        self.work.mkdir(parents=True, exist_ok=True)

    def read(self, body, workers, connections, warm, measure, users):
        port = free_port()
        (self.work / "nginx.conf").write_text(
            self.configuration.format(work=self.work, workers=workers, port=port, body=body))
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        log = self.work / "log"
        with Child([program, "-p", self.work, "-c", self.work / "nginx.conf"], log, directory=self.work) as child:
            def listening():
                with socket.socket() as s:
                    return s.connect_ex(("127.0.0.1", port)) == 0
            until("nginx", listening)
            url = f"http://127.0.0.1:{port}"
            wrk("read.lua", url, connections, warm, log, users=users, spread="uniform")
            before = cpu_seconds(child.pid)
            result = wrk("read.lua", url, connections, measure, log, users=users, spread="uniform")
            used = cpu_seconds(child.pid) - before
        return result | {"cpu_us": {"nginx": round(used * 1e6 / result["measured"], 1)}}
