"""One PostgreSQL for everybody, and databases that begin alike."""

import os
import pathlib
import shlex
import subprocess
import time

from suite.processes import Child, Failure, run, until

SQL = pathlib.Path(__file__).parent.parent / "sql"


class Server:
    """The service's own kind of cluster, in a directory of its own."""

    def __init__(self, programs, work):
        self.programs, self.work = programs, work
        self.child = Child([programs / "bench" / "ledger", "cluster", "--directory", work / "cluster"],
                           work / "cluster.log", stdin=subprocess.PIPE)
        pid, _, conninfo = self.child.line().partition(" ")
        self.pid = int(pid)
        self.socket = dict(word.split("=", 1) for word in shlex.split(conninfo))["host"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.stop()

    def conninfo(self, database, role="atelier"):
        return f"host={self.socket} port=5432 user={role} dbname={database}"

    def environment(self, database, role="atelier"):
        """How libpq's programs, and those that imitate it, find the database."""
        return os.environ | {"PGHOST": self.socket, "PGPORT": "5432", "PGUSER": role, "PGDATABASE": database}

    def ask(self, sql, database="postgres"):
        """The answer of psql, columns separated by '|'."""
        return run(["psql", "-XAtqc", sql], self.work / "psql.log",
                   env=self.environment(database, "postgres")).strip()

    def script(self, name, database, **variables):
        words = ["psql", "-Xq", "-o", "/dev/null", "-f", SQL / name]
        for variable, value in variables.items():
            words += ["-v", f"{variable}={value}"]
        run(words, self.work / "psql.log", env=self.environment(database, "postgres"))

    def atelier(self, command, database, **settings):
        """Runs `atelier COMMAND` on a database."""
        place = self.work / "tool"
        place.mkdir(exist_ok=True)
        env = os.environ | {"ATELIER_VAR": str(place), "DATABASE_URL": self.conninfo(database)} | settings
        return run([self.programs / "atelier", command], self.work / "tool.log", directory=place, env=env)

    def template(self, users, rich, sessions):
        """A migrated and seeded database to copy; its name."""
        name = f"users_{users}"
        self.ask(f"CREATE DATABASE {name} OWNER atelier")
        self.atelier("migrate", name)
        self.atelier("seed", name)
        self.script("seed.sql", name, users=users, rich=rich, sessions=int(sessions))
        self.styles = int(self.ask("SELECT count(*) FROM styles", name))
        return name

    def fresh(self, template, name="bench"):
        """A copy of a template, with all of it on disk."""
        self.ask(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.ask(f"CREATE DATABASE {name} TEMPLATE {template} OWNER atelier STRATEGY file_copy")
        self.ask("CHECKPOINT")
        return name

    def drop(self, name):
        self.ask(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def wal_position(self):
        return int(self.ask("SELECT pg_current_wal_insert_lsn() - '0/0'"))

    def wait_for_none(self, database):
        """Waits until nobody is connected: whatever was under way has been committed or given up."""
        clients = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = "
        until(f"the end of all connections to {database}", lambda: self.ask(f"{clients}'{database}'") == "0")

    def spends(self, database):
        return int(self.ask("SELECT count(*) FROM token_transactions WHERE operation = 'spend'", database))

    def check(self, database, least, most, **settings):
        """The books must be in order, and hold each acknowledged spend: at least so many, at most those with the
        ones that were never answered."""
        self.wait_for_none(database)
        found = self.spends(database)
        if not least <= found <= most:
            raise Failure(f"{found} spends are in the journal, {least} were acknowledged, {most} were sent")
        self.atelier("audit", database, **settings)
        return found


def sync_times(directory, count=200):
    """Microseconds that writing 8 kB durably takes here: median and 99th percentile."""
    times = []
    with open(directory / "sync", "wb", buffering=0) as file:
        for _ in range(count):
            file.write(bytes(8192))
            begin = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - begin) * 1e6)
    times.sort()
    return {"median": round(times[count // 2]), "p99": round(times[count * 99 // 100])}
