"""Megapixels a second of `preview`, beside two programs that everybody has, on one core and the same photos."""

import json
import os
import pathlib
import shutil
import time

from suite.processes import Failure, run

ROOMS = pathlib.Path(__file__).parent.parent.parent / "tests" / "support" / "rooms"
PHOTOS = ("living_room.jpg", "sideways.jpg")  # 12 and 4.3 megapixels, from cameras; the second lies on its side
# No threads of their own.
ALONE = {"VIPS_CONCURRENCY": "1", "OMP_NUM_THREADS": "1", "MAGICK_THREAD_LIMIT": "1"}
# What `preview` does to colour and light, with what ImageMagick has: decoded, upright, a blur for the smoothed light,
# brightness and colour, a tone curve, and a JPEG of the same size without metadata.
CHAIN = ("-auto-orient", "-blur", "0x3", "-modulate", "105,110,97", "-sigmoidal-contrast", "3x50%", "-strip",
         "-quality", "90")


def imagemagick():
    """Its program: of version 6 in Debian, of version 7 elsewhere."""
    for name in ("convert-im6.q16", "magick", "convert"):
        if found := shutil.which(name):
            return found
    raise Failure("ImageMagick is not there")


class Pictures:
    """Each program gets all photos `copies` times; its start counts, as it does where it is used."""

    def __init__(self, programs, work, copies):
        self.preview = programs / "bench" / "preview"
        self.work = work / "pictures"
        self.photos = [ROOMS / name for name in PHOTOS] * copies
        self.core = max(os.sched_getaffinity(0))
        self.log = self.work / "log"

    def _run(self, *words):
        return run(["taskset", "-c", self.core, *words], self.log, env=os.environ | ALONE)

    def _restyle(self, out):
        return json.loads(self._run(self.preview, out, *self.photos))["pixels"]

    def _thumbnail(self, out):
        """Decoded, upright, sRGB, at full size, and encoded: the least that can be done to every pixel."""
        for photo in self.photos:
            self._run("vipsthumbnail", photo, "--size", "100000x100000>", "-o", f"{out}/%s.jpg[Q=90,strip]")

    def _convert(self, out):
        program = imagemagick()
        for number, photo in enumerate(self.photos):
            self._run(program, photo, *CHAIN, out / f"{number}.jpg")

    def measure(self):
        """Megapixels a second, by program."""
        rates, pixels = {}, 0
        for name, work in (("preview", self._restyle), ("vipsthumbnail", self._thumbnail),
                           ("imagemagick", self._convert)):
            out = self.work / name
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir(parents=True)
            begin = time.monotonic()
            pixels = work(out) or pixels
            rates[name] = pixels / (time.monotonic() - begin) / 1e6
        return rates
