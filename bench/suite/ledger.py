"""How fast tokens are spent, and compared to what: the plan of a run, and the figures that come out of it."""

import dataclasses
import itertools
import os
import pathlib
import platform
import statistics
import subprocess
import time

from suite.contestants import Engine, Nginx, Node, RowLock, Service
from suite.database import Server, sync_times
from suite.processes import Failure

USERS = 10_000
MILLION = 1_000_000
RICH = 10  # every tenth of the million has three lots


@dataclasses.dataclass(frozen=True)
class Plan:
    """How long everything takes, in seconds, and which loads are tried before the rounds begin."""

    thorough: bool  # also with Idempotency-Keys, and latencies at 70 % of the peaks
    rounds: int
    warm: int
    measure: int
    probe: int
    spreads: tuple
    engine: tuple  # spends under way
    row_lock: dict  # spread -> (clients, commit_delay)
    service: tuple  # connections
    node: dict  # spread -> (connections, pool of each process)
    nginx_workers: tuple
    growth_rounds: int
    growth_warm: int  # long enough that most pages have been written once since the checkpoint
    growth_users: int  # of the million, how many spend


QUICK = Plan(thorough=False, rounds=2, warm=1, measure=2, probe=1, spreads=("uniform", "hot"), engine=(2048,),
             row_lock={"uniform": ((16, 0), (64, 500)), "hot": ((1, 0), (2, 0))}, service=(256,),
             node={"uniform": ((64, 8),), "hot": ((64, 2),)}, nginx_workers=(1,), growth_rounds=1,
             growth_warm=4, growth_users=MILLION // RICH)

CLIENTS = (1, 2, 4, 8, 16, 32, 64)
SPREADS = ("uniform", "zipf", "hot")
FULL = Plan(thorough=True, rounds=5, warm=3, measure=10, probe=4, spreads=SPREADS, engine=(256, 1024, 4096),
            row_lock=dict.fromkeys(SPREADS, tuple(itertools.product(CLIENTS, (0, 500)))), service=(64, 256, 1024),
            node=dict.fromkeys(SPREADS, tuple(itertools.product((64, 256), (2, 4, 8, 16, 32)))),
            nginx_workers=(1, os.cpu_count()), growth_rounds=3, growth_warm=15, growth_users=MILLION)

# figure -> (at least, aim, more is better)
GOALS = {
    "engine_over_rowlock_uniform": (8, 14, True),
    "engine_over_rowlock_hot": (30, 50, True),
    "http_over_rowlock_uniform": (3, 6, True),
    "http_over_rowlock_hot": (12, 25, True),
    "http_over_node_uniform": (6, 12, True),
    "http_over_node_hot": (15, 30, True),
    "p99_over_rowlock": (1, 0.3, False),
    "million_over_thousand_users": (0.75, 0.95, True),
    "wallet_bytes": (2048, 1434, False),
    "read_over_nginx": (0.4, 0.8, True),
}
PARTS = ("spends", "latency", "growth", "reads")


class Ledger:
    def __init__(self, plan, parts, programs, work, say):
        self.plan, self.parts, self.programs, self.work, self.say = plan, parts, programs, work, say
        self.samples = {}  # figure -> one value a round
        self.peaks = {}  # contestant -> its last uniform run at full load
        self.runs = []
        self.began = time.monotonic()

    def run(self):
        sync_before = sync_times(self.work)
        with Server(self.programs, self.work) as server:
            self.server = server
            self.say(f"seeding {USERS} users")
            everybody = server.template(USERS, rich=USERS + 2, sessions=True)
            self.engine, self.row_lock, self.service, self.node = (
                kind(server, everybody, USERS, self.work) for kind in (Engine, RowLock, Service, Node))
            if "spends" in self.parts:
                self.node.install()
            loads = self.choose_loads() if {"spends", "latency"} & set(self.parts) else {}
            for number in range(self.plan.rounds):
                self.round(number, loads)
            if "growth" in self.parts:
                self.growth()
        return {
            "figures": {name: round(statistics.median(values), 3) for name, values in self.samples.items()},
            "spread": {name: [round(min(values), 3), round(max(values), 3)] for name, values in self.samples.items()},
            "goals": {name: {"at_least": least, "aim": aim} for name, (least, aim, _) in GOALS.items()},
            "plan": dataclasses.asdict(self.plan), "loads": loads, "machine": machine(),
            "sync_us": {"before": sync_before, "after": sync_times(self.work)}, "history": "sound",
            "seconds": round(time.monotonic() - self.began), "runs": self.runs,
        }

    # -- loads ------------------------------------------------------------------------------------------------

    def choose_loads(self):
        """The best load of each contestant for each spread. A single candidate needs no trial."""
        chosen = {}
        for spread in self.plan.spreads:
            for contestant, candidates in ((self.engine, self.plan.engine), (self.row_lock, self.plan.row_lock[spread]),
                                           (self.service, self.plan.service), (self.node, self.plan.node[spread])):
                if contestant in (self.service, self.node) and "spends" not in self.parts:
                    continue
                tried = {}
                for load in candidates if len(candidates) > 1 else ():
                    tried[load] = contestant.run(spread, load, warm=1, measure=self.plan.probe)["per_second"]
                    self.say(f"trial: {contestant.name}, {spread}, {load}: {tried[load]:.0f} a second")
                best = max(tried, key=tried.get, default=candidates[0])
                chosen.setdefault(spread, {})[contestant.name] = best
        return chosen

    # -- rounds -----------------------------------------------------------------------------------------------

    def measure(self, number, contestant, spread, load, warm=None, alone=False, **options):
        result = contestant.run(spread, load, warm or self.plan.warm, self.plan.measure, **options)
        if spread == "uniform" and not options and not alone:
            self.peaks[contestant.name] = result
        self.note(number, contestant.name, spread + (", one client" if alone else ""), result, **options)
        return result

    def note(self, number, who, what, result, **options):
        self.runs.append({"round": number + 1, "who": who, "what": what, "at": round(time.monotonic() - self.began),
                          **options, **result})
        cpu = ", ".join(f"{name} {value:.0f}" for name, value in result.get("cpu_us", {}).items())
        rate = f" at {options['rate']:.0f}" if options.get("rate") else ""
        refused = f", {result['refused']} refused" if result.get("refused") else ""
        self.say(f"round {number + 1}: {who}, {what}{rate}: {result['per_second']:.0f} a second{refused}, "
                 f"p50 {result['p50_ms']:.1f} ms, p99 {result['p99_ms']:.1f} ms, µs of CPU: {cpu}")

    def sample(self, figure, value):
        self.samples.setdefault(figure, []).append(value)

    def round(self, number, loads):
        """Everybody in turn, so that a slow minute of the machine hits all alike."""
        if "spends" in self.parts:
            for spread in self.plan.spreads:
                self.spends(number, spread, loads[spread])
        if "latency" in self.parts:
            self.latency(number, loads["uniform"])
        if "reads" in self.parts and (self.plan.thorough or number == 0):
            self.reads(number)

    def spends(self, number, spread, loads):
        rates = {contestant.name: self.measure(number, contestant, spread, loads[contestant.name])["per_second"]
                 for contestant in (self.engine, self.row_lock, self.service, self.node)}
        self.sample(f"engine_over_rowlock_{spread}", rates["engine"] / rates["row_lock"])
        self.sample(f"http_over_rowlock_{spread}", rates["service"] / rates["row_lock"])
        self.sample(f"http_over_node_{spread}", rates["service"] / rates["node"])
        if self.plan.thorough:
            keyed = self.measure(number, self.service, spread, loads["service"], keys=1)["per_second"]
            self.sample(f"http_with_keys_over_rowlock_{spread}", keyed / rates["row_lock"])

    def latency(self, number, loads):
        """The engine at the rate at which row locks are at their peak; then each at 70 % of its own peak."""
        contestants = (self.row_lock, self.engine)
        peaks = {c.name: self.peaks.pop(c.name, None) or self.measure(number, c, "uniform", loads[c.name])
                 for c in contestants}
        theirs = peaks["row_lock"]
        ours = self.measure(number, self.engine, "uniform", loads["engine"], rate=theirs["per_second"])
        self.sample("p99_over_rowlock", ours["p99_ms"] / theirs["p99_ms"])
        if self.plan.thorough:
            for c in contestants:
                self.measure(number, c, "uniform", loads[c.name], rate=round(0.7 * peaks[c.name]["per_second"]))
            self.measure(number, self.engine, "uniform", loads["engine"],
                         rate=round(0.5 * peaks["engine"]["per_second"]))
            alone = [self.measure(number, c, "uniform", load, alone=True)["p50_ms"]
                     for c, load in ((self.engine, 1), (self.row_lock, (1, 0)))]
            self.sample("p50_alone_over_rowlock", alone[0] / alone[1])

    def reads(self, number):
        connections = 64
        ours, body = self.service.read(connections, self.plan.warm, self.plan.measure)
        self.note(number, "service", "reads", ours)
        nginx = Nginx(self.work)
        theirs = []
        for workers in self.plan.nginx_workers:
            theirs.append(nginx.read(body, workers, connections, self.plan.warm, self.plan.measure, USERS))
            self.note(number, "nginx", f"reads, {workers} workers", theirs[-1])
        self.sample("read_over_nginx", ours["per_second"] / max(run["per_second"] for run in theirs))

    # -- growth -----------------------------------------------------------------------------------------------

    def growth(self):
        """The engine with a thousand users and with a million, and the memory of their wallets."""
        self.say(f"seeding {MILLION} users")
        few = self.server.template(1_000, rich=1, sessions=False)
        many = self.server.template(MILLION, rich=RICH, sessions=False)
        load, stride = max(self.plan.engine), MILLION // self.plan.growth_users
        for number in range(self.plan.growth_rounds):
            small = self.measure(number, Engine(self.server, few, 1_000, self.work), "uniform", load,
                                 warm=self.plan.growth_warm)
            crowd = Engine(self.server, many, self.plan.growth_users, self.work)
            large = self.measure(number, crowd, "uniform", load, warm=self.plan.growth_warm, stride=stride)
            self.sample("million_over_thousand_users", large["per_second"] / small["per_second"])
            if stride == RICH:
                self.sample("wallet_bytes", large["bytes_per_wallet"])
        if stride != RICH:
            crowd = Engine(self.server, many, MILLION // RICH, self.work)
            rich = self.measure(0, crowd, "uniform", load, stride=RICH)
            self.sample("wallet_bytes", rich["bytes_per_wallet"])
        self.server.drop(many)


def machine():
    def said(*words):
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
    cpu = pathlib.Path("/proc/cpuinfo").read_text()
    memory = pathlib.Path("/proc/meminfo").read_text()
    return {
        "cores": os.cpu_count(), "system": said("sh", "-c", ". /etc/os-release; echo $PRETTY_NAME"),
        "cpu": next((line.split(": ")[1] for line in cpu.splitlines() if line.startswith("model name")), "unknown"),
        "memory_gib": round(int(memory.split()[1]) / 2**20), "kernel": platform.release(),
        "postgresql": said("psql", "--version"), "node": said("node", "--version"),
        "load_average": os.getloadavg()[0],
    }


def table(result):
    """The figures beside what they should be, in Markdown."""
    lines = [f"| {'figure':35} | median | {'lowest – highest':17} | at least | aim  |        |",
             f"|{'-' * 37}|--------|{'-' * 19}|----------|------|--------|"]
    for name, value in result["figures"].items():
        low, high = result["spread"][name]
        least, aim, more = GOALS.get(name, ("", "", True))
        if least:
            met = "met" if (value >= least if more else value <= least) else "missed"
            least = least if more else f"≤ {least}"
        lines.append(f"| {name:35} | {value:6.4g} | {f'{low:.4g} – {high:.4g}':17} | {least:>8} | {aim:>4} | "
                     f"{met if least else '':6} |")
    sync = result["sync_us"]
    lines.append(f"\nA durable write of 8 kB took {sync['before']['median']} µs before and {sync['after']['median']} µs "
                 f"after. Every history was sound. The run took {result['seconds']} s.")
    return "\n".join(lines)


__all__ = ["FULL", "QUICK", "PARTS", "Failure", "Ledger", "table"]
