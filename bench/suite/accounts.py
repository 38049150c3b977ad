"""How fast people are let in, and whether that disturbs others: the plan of a run, and its figures."""

import concurrent.futures
import crypt
import dataclasses
import http.client
import json
import os
import statistics
import threading
import time
import urllib.parse

from suite.contestants import Service, wrk
from suite.database import Server, sync_times
from suite.ledger import machine
from suite.processes import Failure

USERS = 1_000
PASSWORD = "correct horse battery"
CROWD = 200  # sign-ins at once
GUESSES = 200  # of each kind, for what they tell by their time
READERS, READER_PAUSE = 8, 10  # some 800 reads a second


@dataclasses.dataclass(frozen=True)
class Plan:
    rounds: int
    measure: int  # seconds
    connections: int


QUICK = Plan(rounds=1, measure=5, connections=64)
FULL = Plan(rounds=5, measure=15, connections=64)

# figure -> (at least or at most, more is better); none: only reported
GOALS = {"sign_ins_over_hashes": (None, True), "authenticated_over_open": (None, True),
         "read_p99_beside_sign_ins_over_idle": (2, False)}


def hash_for(setting, seconds):
    """Hashes in that time, on this core, by the function that the service uses (libxcrypt)."""
    count, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        crypt.crypt(PASSWORD, setting)
        count += 1
    return count


# What somebody may try who wants to know whether an address has an account.
FLOWS = {
    "sign_in": ("/v1/sessions", {"password": "wrong password"}, 401),
    "sign_up": ("/v1/users", {"password": PASSWORD}, 202),
    "password_mail": ("/v1/users/password/mail", {}, 202),
    "confirmation_mail": ("/v1/users/confirmation/mail", {}, 202),
}


def distance(one, other):
    """Of Kolmogorov and Smirnov: 0 = the times are alike, 1 = they do not overlap."""
    times = sorted(set(one) | set(other))
    return max(abs(sum(t <= x for t in one) / len(one) - sum(t <= x for t in other) / len(other)) for x in times)


class Accounts:
    def __init__(self, plan, programs, work, say):
        self.plan, self.programs, self.work, self.say = plan, programs, work, say
        self.samples, self.runs = {}, []
        self.began = time.monotonic()
        self.hash = crypt.crypt(PASSWORD, "$2a$12$abcdefghijklmnopqrstuu")

    def run(self):
        sync_before = sync_times(self.work)
        with Server(self.programs, self.work) as server:
            self.server = server
            self.say(f"seeding {USERS} users")
            self.template = server.template(USERS, rich=USERS + 2, sessions=True)
            server.ask("SET session_replication_role = replica; "
                       f"UPDATE users SET encrypted_password = '{self.hash}'", self.template)
            self.service = Service(server, self.template, USERS, self.work)
            for number in range(self.plan.rounds):
                self.sign_ins(number)
                self.reads(number)
            self.guesses()
        return {
            "figures": {name: round(statistics.median(values), 3) for name, values in self.samples.items()},
            "spread": {name: [round(min(values), 3), round(max(values), 3)] for name, values in self.samples.items()},
            "goals": {name: goal for name, (goal, _) in GOALS.items()}, "plan": dataclasses.asdict(self.plan),
            "machine": machine(), "sync_us": {"before": sync_before, "after": sync_times(self.work)},
            "seconds": round(time.monotonic() - self.began), "runs": self.runs,
        }

    def note(self, number, what, figures):
        self.runs.append({"round": number + 1, "what": what, **figures})
        for name, value in figures.items():
            self.samples.setdefault(name, []).append(value)
        self.say(f"round {number + 1}: {what}: " + ", ".join(f"{name} {value:.4g}" for name, value in figures.items()))

    def serving(self, **more):
        return self.service.serving(
            self.server.fresh(self.template), ATELIER_ACCOUNTS_ATTEMPTS_PER_ADDRESS="0",
            ATELIER_ACCOUNTS_FAILURES_MAX="0", **more)

    def sign_in(self, url, connections, seconds):
        return wrk("sign_in.lua", url, connections, seconds, self.service.log, users=USERS, spread="uniform")

    def sign_ins(self, number):
        with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as cores:
            hashes = sum(cores.map(hash_for, [self.hash] * os.cpu_count(), [self.plan.measure] * os.cpu_count()))
        hashes /= self.plan.measure
        with self.serving(ATELIER_ACCOUNTS_HASH_THREADS=str(os.cpu_count())) as (_, url):
            signed_in = self.sign_in(url, 2 * os.cpu_count(), self.plan.measure)["per_second"]
        self.note(number, "sign-ins", {"hashes_per_second": hashes, "sign_ins_per_second": signed_in,
                                       "sign_ins_over_hashes": signed_in / hashes})

    def read(self, url, script, connections, **options):
        return wrk(script, url, connections, self.plan.measure, self.service.log, users=USERS, spread="uniform", **options)

    def reads(self, number):
        with self.serving() as (_, url):
            self.read(url, "read.lua", self.plan.connections)  # brings the wallets and sessions to memory
            known = self.read(url, "read.lua", self.plan.connections)["per_second"]
            anybody = self.read(url, "styles.lua", self.plan.connections)["per_second"]
            idle = self.read(url, "read.lua", READERS, delay=READER_PAUSE)
            crowd = {}
            crowding = threading.Thread(target=lambda: crowd.update(self.sign_in(url, CROWD, self.plan.measure + 2)))
            crowding.start()
            time.sleep(1)
            busy = self.read(url, "read.lua", READERS, delay=READER_PAUSE)
            crowding.join()
        self.note(number, "reads", {
            "authenticated_per_second": known, "open_per_second": anybody, "authenticated_over_open": known / anybody,
            "read_p99_ms_idle": idle["p99_ms"], "read_p99_ms_beside_sign_ins": busy["p99_ms"],
            "read_p99_beside_sign_ins_over_idle": busy["p99_ms"] / idle["p99_ms"],
            "sign_ins_per_second_of_crowd": crowd["per_second"]})


    def guesses(self):
        """Times of known and unknown addresses, by turns."""
        with self.serving() as (_, url):
            connection = http.client.HTTPConnection(urllib.parse.urlparse(url).netloc, timeout=30)

            def ask(path, body, status):
                begun = time.perf_counter()
                connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                if answer.status != status:
                    raise Failure(f"{path}: {answer.status}")
                return (time.perf_counter() - begun) * 1e3

            for name, (path, more, status) in FLOWS.items():
                known, unknown = [], []
                for i in range(1, GUESSES + 1):
                    known.append(ask(path, {"email": f"user{i}@bench.invalid"} | more, status))
                    unknown.append(ask(path, {"email": f"{name}{i}@nowhere.invalid"} | more, status))
                self.note(0, name, {f"{name}_known_ms": statistics.median(known),
                                    f"{name}_unknown_ms": statistics.median(unknown),
                                    f"{name}_distance": distance(known, unknown)})


def table(result):
    """The figures in Markdown."""
    lines = [f"| {'figure':36} | median | {'lowest – highest':17} | goal |", f"|{'-' * 38}|--------|{'-' * 19}|------|"]
    for name, value in result["figures"].items():
        low, high = result["spread"][name]
        goal, more = GOALS.get(name, (None, True))
        wanted = "" if goal is None else f"{'≥' if more else '≤'} {goal}"
        lines.append(f"| {name:36} | {value:6.5g} | {f'{low:.5g} – {high:.5g}':17} | {wanted:4} |")
    lines.append(f"\nThe run took {result['seconds']} s.")
    return "\n".join(lines)


__all__ = ["FULL", "QUICK", "Accounts", "table"]
