"""How fast generations are taken and carried out, and what is around them: the plan of a run, and its figures."""

import dataclasses
import os
import statistics
import subprocess
import time

from suite import streams, transfer
from suite.contestants import Meter, Service, wrk
from suite.database import Server, sync_times
from suite.ledger import machine
from suite.pictures import Pictures
from suite.processes import Failure

USERS = 1000
PARTS = ("accepting", "pictures", "transfer", "streams")


@dataclasses.dataclass(frozen=True)
class Plan:
    rounds: int
    measure: int  # seconds
    finish: int  # seconds that the engine is watched at work on what has been accepted
    connections: int
    copies: int  # of the photos, for each program
    transfers: int  # connections that send or fetch files
    streams: int


QUICK = Plan(rounds=1, measure=3, finish=3, connections=64, copies=1, transfers=4, streams=5000)
FULL = Plan(rounds=5, measure=10, finish=10, connections=256, copies=5, transfers=8, streams=5000)


class InstantEngine:
    """The engine for `accepting`: `preview` on a photo of a few pixels, which takes it a millisecond or two. Whoever
    wants another engine changes this class."""

    settings = {"ATELIER_GENERATIONS_ENGINE": "preview", "ATELIER_GENERATIONS_SLOTS": str(os.cpu_count())}

    def __init__(self, work):
        self.photo = work / "tiny.jpg"
        subprocess.run(["vips", "black", f"{self.photo}[Q=80]", "16", "12", "--bands", "3"], check=True)


    def provide(self, storage, users):
        """Puts the photo where the service looks for the input images of the seeded users."""
        for user in range(1, users + 1):
            key = f"{user:028}"
            place = storage / key[:2] / key[2:4]
            place.mkdir(parents=True, exist_ok=True)
            os.link(self.photo, place / key)


class Generations:
    def __init__(self, plan, parts, programs, work, say):
        self.plan, self.parts, self.programs, self.work, self.say = plan, parts, programs, work, say
        self.samples, self.runs = {}, []
        self.began = time.monotonic()

    def run(self):
        streams.allow_files(self.plan.streams)
        sync_before = sync_times(self.work)
        self.engine = InstantEngine(self.work)
        self.painters = Pictures(self.programs, self.work, self.plan.copies)
        self.files = transfer.FileServer(self.work)
        with Server(self.programs, self.work) as server:
            self.server = server
            self.say(f"seeding {USERS} users")
            self.template = server.template(USERS, rich=USERS + 2, sessions=True)
            self.service = Service(server, self.template, USERS, self.work)
            for number in range(self.plan.rounds):
                for part in PARTS:
                    if part in self.parts:
                        getattr(self, part)(number)
        return {
            "figures": {name: round(statistics.median(values), 3) for name, values in self.samples.items()},
            "spread": {name: [round(min(values), 3), round(max(values), 3)] for name, values in self.samples.items()},
            "plan": dataclasses.asdict(self.plan), "machine": machine(),
            "sync_us": {"before": sync_before, "after": sync_times(self.work)},
            "seconds": round(time.monotonic() - self.began), "runs": self.runs,
        }

    def note(self, number, what, figures, **more):
        self.runs.append({"round": number + 1, "what": what, **more, **figures})
        for name, value in figures.items():
            self.samples.setdefault(name, []).append(value)
        self.say(f"round {number + 1}: {what}: " + ", ".join(f"{name} {value:.4g}" for name, value in figures.items()))

    def status(self, database, status):
        return int(self.server.ask(f"SELECT count(*) FROM generations WHERE status = '{status}'", database))

    # -- accepted and finished ----------------------------------------------------------------------------------

    def accepting(self, number):
        for users in (1, USERS):
            self.accept(number, users)

    def accept(self, number, users):
        database = self.server.fresh(self.template)
        with self.service.serving(database, **self.engine.settings) as (child, url):
            storage = self.service.work / "var" / "storage"
            self.engine.provide(storage, users)
            meter = Meter(self.server, "wrk", atelier=child.pid)
            begun = time.monotonic()
            meter.begin()
            taken = wrk("spend.lua", url, self.plan.connections, self.plan.measure, self.service.log, users=users,
                        styles=self.server.styles, spread="uniform" if users > 1 else "hot", keys=0)
            meter.end()
            beside = self.status(database, "succeeded") / (time.monotonic() - begun)
            alone = self.drain(database)
            if failed := self.status(database, "failed"):
                raise Failure(f"{failed} generations failed")
        least = taken["measured"]
        self.server.check(database, least, least + self.plan.connections + taken["broken"],
                          ATELIER_IMAGES_STORAGE=str(storage))
        who = f"{users}_user" + ("s" if users > 1 else "")
        self.note(number, f"generations of {users}", {
            f"accepted_per_second_{who}": taken["per_second"], f"accept_p50_ms_{who}": taken["p50_ms"],
            f"accept_p99_ms_{who}": taken["p99_ms"], f"finished_beside_accepting_per_second_{who}": round(beside, 1),
            f"finished_per_second_{who}": round(alone, 1)}, **meter.costs(taken["measured"]))

    def drain(self, database):
        """Generations that are finished a second while nobody asks for more."""
        first, begin = self.status(database, "succeeded"), time.monotonic()
        while True:
            time.sleep(0.25)
            done, now = self.status(database, "succeeded"), time.monotonic()
            if now - begin > self.plan.finish or not self.status(database, "queued"):
                return (done - first) / (now - begin)

    # -- the other parts ----------------------------------------------------------------------------------------

    def pictures(self, number):
        rates = self.painters.measure()
        self.note(number, "pictures", {f"{name}_megapixels_per_second": rate for name, rate in rates.items()} | {
            f"preview_over_{name}": rates["preview"] / rates[name] for name in ("vipsthumbnail", "imagemagick")})

    def transfer(self, number):
        database = self.server.fresh(self.template)
        threads = {"ATELIER_IMAGES_THREADS": str(os.cpu_count())}
        with self.service.serving(database, **threads) as (_, url):
            rates = transfer.measure_service(url, self.plan.transfers, self.plan.measure, self.service.log)
        with self.files.serving() as url:
            rates |= transfer.measure_nginx(url, self.plan.transfers, self.plan.measure, self.files.log)
        self.server.wait_for_none(database)
        self.server.atelier("audit", database)
        self.note(number, "files", {f"{name}_megabytes_per_second": rate for name, rate in rates.items()} | {
            f"{way}_over_nginx": rates[way] / rates[f"nginx_{way}"] for way in ("upload", "download")})

    def streams(self, number):
        database = self.server.fresh(self.template)
        room = str(2 * self.plan.streams)
        with self.service.serving(database, ATELIER_HTTP_MAX_CONNECTIONS=room,
                                  ATELIER_HTTP_MAX_CONNECTIONS_PER_ADDRESS=room, ATELIER_EVENTS_STREAMS=room,
                                  ATELIER_EVENTS_STREAMS_PER_USER=room) as (child, url):
            self.service.occupy_engine(url, database)
            generation = int(self.server.ask("SELECT max(id) FROM generations", database))
            keeper = USERS + 1
            result = streams.measure(url, child.pid, self.plan.streams, keeper, generation)
        self.note(number, f"{self.plan.streams} streams", {"stream_bytes": result["bytes_a_stream"]}, **result)


def table(result):
    """The figures in Markdown."""
    lines = [f"| {'figure':48} | median | {'lowest – highest':17} |", f"|{'-' * 50}|--------|{'-' * 19}|"]
    for name, value in result["figures"].items():
        low, high = result["spread"][name]
        lines.append(f"| {name:48} | {value:6.5g} | {f'{low:.5g} – {high:.5g}':17} |")
    lines.append(f"\nEvery audit was clean. The run took {result['seconds']} s.")
    return "\n".join(lines)


__all__ = ["FULL", "PARTS", "QUICK", "Generations", "table"]
