"""Child processes that do not outlive their `with`, and what their work costs."""

import os
import pathlib
import signal
import subprocess
import time

TICK = 1 / os.sysconf("SC_CLK_TCK")


class Failure(Exception):
    """Something that ends the whole run; its text is for the user."""


def until(what, probe, seconds=60):
    """Polls `probe` until it gives something true."""
    end = time.monotonic() + seconds
    while not (result := probe()):
        if time.monotonic() > end:
            raise Failure(f"not in time: {what}")
        time.sleep(0.02)
    return result


class Child:
    """A program in a session of its own, so that an interrupt reaches only whoever started it."""

    def __init__(self, words, log, directory=None, env=None, stdin=subprocess.DEVNULL, capture=True):
        self.name = pathlib.Path(str(words[0])).name
        self.log = pathlib.Path(log)
        with open(self.log, "ab") as err:
            self.process = subprocess.Popen(
                [str(word) for word in words], cwd=directory, env=env, text=True, start_new_session=True,
                stdin=stdin, stdout=subprocess.PIPE if capture else err, stderr=err)
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def line(self, beginning=""):
        """The next line of its standard output that begins so."""
        for text in self.process.stdout:
            if text.startswith(beginning):
                return text.strip()
        self.process.wait()
        raise Failure(f"{self.name} ended with {self.process.returncode}: {self.complaint()}")

    def complaint(self, out=""):
        lines = self.log.read_text(errors="replace").strip().splitlines() or out.strip().splitlines()
        return " / ".join(lines[-3:]) or "it said nothing"

    def result(self):
        """Waits for its end; its standard output."""
        out, _ = self.process.communicate()
        if self.process.returncode != 0:
            raise Failure(f"{self.name} ended with {self.process.returncode}: {self.complaint(out)}")
        return out

    def stop(self, how=signal.SIGTERM, seconds=30):
        if self.process.stdin:
            self.process.stdin.close()
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


def run(words, log, **options):
    with Child(words, log, **options) as child:
        return child.result()


def _stat(pid):
    """Parent and CPU seconds of a process, with those of its children that have ended."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(fields[1]), sum(map(int, fields[11:15])) * TICK


def cpu_seconds(root):
    """What a process and all its descendants have used until now."""
    known = {int(entry): _stat(entry) for entry in os.listdir("/proc") if entry.isdigit()}
    tree, frontier = 0.0, {root}
    while frontier:
        tree += sum(known[pid][1] for pid in frontier if known.get(pid))
        frontier = {pid for pid, stat in known.items() if stat and stat[0] in frontier}
    return tree


def machine_seconds():
    """(busy, stolen) CPU seconds of the whole machine."""
    user, nice, system, _, _, irq, softirq, steal = map(int, pathlib.Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq) * TICK, steal * TICK
