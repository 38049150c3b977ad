"""How fast notifications of the gateway are taken: the plan of a run, and the figures that come out of it."""

import base64
import contextlib
import dataclasses
import hashlib
import hmac
import itertools
import statistics
import threading
import time
import urllib.parse

from suite.contestants import Meter, Service, wrk
from suite.database import Server, sync_times
from suite.ledger import machine
from suite.processes import Failure

USERS = 10_000
SECRET = "bench_secret"
SPENDS = 5_000  # a second, beside the checks
SPEND_CONNECTIONS = 200
CHECK_CONNECTIONS, CHECK_PAUSE = 8, 10  # some 600 checks a second


@dataclasses.dataclass(frozen=True)
class Plan:
    rounds: int
    measure: int  # seconds
    connections: int
    payments: int  # enough for distinct ones as long as that


QUICK = Plan(rounds=1, measure=4, connections=64, payments=60_000)
FULL = Plan(rounds=5, measure=10, connections=64, payments=150_000)

# figure -> (at least or at most, more is better); none: only reported
GOALS = {"check_p99_ms": (50, False), "distinct_pays_per_second": (None, True), "repeated_pays_per_second": (None, True)}


def notification(kind, number, price_cents):
    """A signed notification about a payment of sql/payments.sql, one line for wrk/webhook.lua."""
    fields = {
        "TransactionId": 3_000_000_000 + number, "Amount": f"{price_cents / 100:.2f}", "Currency": "RUB",
        "PaymentAmount": f"{price_cents / 100:.2f}", "PaymentCurrency": "RUB", "OperationType": "Payment",
        "InvoiceId": f"bench-{number}", "AccountId": 1 + number % USERS, "SubscriptionId": "", "Name": "", "Email": "",
        "DateTime": "2026-03-01 09:15:30", "IpAddress": "127.0.0.1", "CardFirstSix": "424242", "CardLastFour": "4242",
        "CardType": "Visa", "CardExpDate": "12/30", "TestMode": 1, "Status": "Completed", "Description": "tokens"}
    if kind == "pay":
        fields |= {"GatewayName": "Test", "AuthCode": "A1B2C3", "Token": f"tk_{number:029}"}
    body = urllib.parse.urlencode(fields)
    signature = base64.b64encode(hmac.digest(SECRET.encode(), body.encode(), hashlib.sha256)).decode()
    return f"{signature}\t{body}\n"


class Webhooks:
    def __init__(self, plan, programs, work, say):
        self.plan, self.programs, self.work, self.say = plan, programs, work, say
        self.samples, self.runs = {}, []
        self.began = time.monotonic()

    def run(self):
        sync_before = sync_times(self.work)
        with Server(self.programs, self.work) as server:
            self.server = server
            self.say(f"seeding {USERS} users and {self.plan.payments} orders")
            self.template = server.template(USERS, rich=USERS + 2, sessions=True)
            server.script("payments.sql", self.template, users=USERS, payments=self.plan.payments)
            price = int(server.ask("SELECT amount_cents FROM payments LIMIT 1", self.template))
            self.files = {kind: self.write(kind, price) for kind in ("pay", "check")}
            self.service = Service(server, self.template, USERS, self.work)
            for number in range(self.plan.rounds):
                self.pays(number)
                self.checks(number)
        return {
            "figures": {name: round(statistics.median(values), 1) for name, values in self.samples.items()},
            "spread": {name: [round(min(values), 1), round(max(values), 1)] for name, values in self.samples.items()},
            "goals": {name: goal for name, (goal, _) in GOALS.items()}, "plan": dataclasses.asdict(self.plan),
            "machine": machine(), "sync_us": {"before": sync_before, "after": sync_times(self.work)},
            "seconds": round(time.monotonic() - self.began), "runs": self.runs,
        }

    def write(self, kind, price):
        file = self.work / f"{kind}.txt"
        with open(file, "w") as out:
            out.writelines(notification(kind, number, price) for number in range(1, self.plan.payments + 1))
        return file

    def note(self, number, what, result):
        self.runs.append({"round": number + 1, "what": what, **result})
        cpu = ", ".join(f"{name} {value:.0f}" for name, value in result.get("cpu_us", {}).items())
        self.say(f"round {number + 1}: {what}: {result['per_second']:.0f} a second, p50 {result['p50_ms']:.1f} ms, "
                 f"p99 {result['p99_ms']:.1f} ms{', µs of CPU: ' + cpu if cpu else ''}")

    def sample(self, figure, value):
        self.samples.setdefault(figure, []).append(value)

    @contextlib.contextmanager
    def serving(self):
        database = self.server.fresh(self.template)
        with self.service.serving(database, ATELIER_PAYMENTS_API_SECRET=SECRET) as (child, url):
            yield database, child, url

    def send(self, kind, url, connections, **options):
        return wrk("webhook.lua", url, connections, self.plan.measure, self.service.log, kind=kind,
                   file=self.files[kind], **options)

    def pays(self, number):
        """Distinct ones, each credited; then the same ones again, none of which may change anything."""
        with self.serving() as (database, child, url):
            meter = Meter(self.server, "wrk", atelier=child.pid)
            meter.begin()
            distinct = self.send("pay", url, self.plan.connections)
            meter.end()
            distinct |= meter.costs(distinct["measured"])
            self.note(number, "distinct pays", distinct)
            self.sample("distinct_pays_per_second", distinct["per_second"])
            time.sleep(1)  # those that wrk no longer waited for
            before = self.paid(database)
            few = self.work / "repeated.txt"
            with open(self.files["pay"]) as all_of_them, open(few, "w") as out:
                # Not the first: wrk asks for one that it only looks at.
                out.writelines(itertools.islice(all_of_them, 1, 1_001))
            repeated = wrk("webhook.lua", url, self.plan.connections, self.plan.measure, self.service.log, kind="pay",
                           file=few, **{"repeat": 1})
            self.note(number, "repeated pays", repeated)
            self.sample("repeated_pays_per_second", repeated["per_second"])
            if self.paid(database) != before:
                raise Failure("repeats were credited")
        if before < distinct["measured"]:
            raise Failure(f"{before} payments are paid, {distinct['measured']} were acknowledged")
        self.audit(database)

    def checks(self, number):
        """Checks, which a payer waits for, while others spend."""
        with self.serving() as (database, child, url):
            self.service.occupy_engine(url, database)
            spends = {}
            spending = threading.Thread(target=lambda: spends.update(self.spend(url)))
            spending.start()
            time.sleep(1)
            checks = wrk("webhook.lua", url, CHECK_CONNECTIONS, self.plan.measure, self.service.log, kind="check",
                         file=self.files["check"], delay=CHECK_PAUSE)
            spending.join()
        self.note(number, "spends beside checks", spends)
        self.note(number, "checks", checks)
        self.sample("check_p99_ms", checks["p99_ms"])
        self.sample("spends_beside_checks_per_second", spends["per_second"])
        self.audit(database)

    def spend(self, url):
        pause = SPEND_CONNECTIONS * 1000 // SPENDS - 28  # less what an answer takes at worst
        return wrk("spend_paced.lua", url, SPEND_CONNECTIONS, self.plan.measure + 2, self.service.log, users=USERS,
                   styles=self.server.styles, spread="uniform", keys=0, delay=pause)

    def paid(self, database):
        return int(self.server.ask("SELECT count(*) FROM payments WHERE status = 'paid'", database))

    def audit(self, database):
        self.server.wait_for_none(database)
        self.server.atelier("audit", database)


def table(result):
    """The figures in Markdown."""
    lines = [f"| {'figure':32} | median | {'lowest – highest':17} | goal |",
             f"|{'-' * 34}|--------|{'-' * 19}|------|"]
    for name, value in result["figures"].items():
        low, high = result["spread"][name]
        goal, _ = GOALS.get(name, (None, True))
        lines.append(f"| {name:32} | {value:6.5g} | {f'{low:.5g} – {high:.5g}':17} | {f'< {goal}' if goal else '':4} |")
    lines.append(f"\nEvery audit was clean. The run took {result['seconds']} s.")
    return "\n".join(lines)


__all__ = ["FULL", "QUICK", "Webhooks", "table"]
