"""Runs the tests of the dashboard: `.build/venv/bin/python Tests/Web [name of a test or class]…`"""

import contextlib
import itertools
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import story

# In the order of a story: the first needs an Apus that nobody has used, and the last brings thousands of monitors.
# What measures times that people notice has the machine to itself.
FIRST = ["first_minute", "live"]
TOGETHER = [
    "editing",
    "incidents",
    "sessions",
    "own_password",
    "people",
    "roles",
    "api_keys",
    "audit",
    "navigation",
    "appearance",
    "slow_ways",
    "behind_proxy",
]
# Mostly waiting, with an Apus of their own: each group in a process beside those.
BESIDE = [["outages"], ["marks", "channels", "monitor", "pipeline"]]
LAST = ["crowd"]


class _Timed(unittest.TextTestResult):
    """Says how long each test took."""

    def startTest(self, test):
        self._began = time.monotonic()
        super().startTest(test)

    def addSuccess(self, test):
        self.stream.write(f"{time.monotonic() - self._began:.1f} s ")
        super().addSuccess(test)


def run(modules, names=()):
    """Runs these tests of the modules, all without names; whether none failed, and how many there were."""
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{name}*" for name in names] or None
    result = unittest.TextTestRunner(verbosity=2, resultclass=_Timed).run(loader.loadTestsFromNames(modules))
    return result.wasSuccessful(), result.testsRun


def run_all():
    """Runs every test; whether none failed."""
    good, _ = run(FIRST)
    with contextlib.ExitStack() as stack:
        beside = []
        for modules in BESIDE:
            output = stack.enter_context(tempfile.TemporaryFile())
            names = [f"{module}." for module in modules]
            process = subprocess.Popen([sys.executable, HERE, *names], stdout=output, stderr=subprocess.STDOUT)
            beside.append((process, output))
        good = run(TOGETHER)[0] and good
        for process, output in beside:
            good = process.wait() == 0 and good
            output.seek(0)
            print(output.read().decode(), flush=True)
    return run(LAST)[0] and good


def main(names):
    began = time.monotonic()
    try:
        if names:
            good, count = run([*FIRST, *itertools.chain(*BESIDE), *TOGETHER, *LAST], names)
            good = good and count > 0
        else:
            good = run_all()
    finally:
        story.stop()
    print(f"the browser's tests took {time.monotonic() - began:.0f} s")
    sys.exit(0 if good else 1)


main(sys.argv[1:])
