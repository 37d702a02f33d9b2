"""Runs the tests of the dashboard: `.build/venv/bin/python Tests/Web [name of a test or class]…`"""

import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import story

# In the order of a story: the first needs an Apus that nobody has used.
MODULES = [
    "first_minute",
    "live",
    "marks",
    "editing",
    "channels",
    "incidents",
    "monitor",
    "pipeline",
    "sessions",
    "own_password",
    "people",
    "roles",
    "api_keys",
    "audit",
    "navigation",
    "appearance",
    "many",
    "crowd",
    "behind_proxy",
    "outages",
]


class _Timed(unittest.TextTestResult):
    """Says how long each test took."""

    def startTest(self, test):
        self._began = time.monotonic()
        super().startTest(test)

    def addSuccess(self, test):
        self.stream.write(f"{time.monotonic() - self._began:.1f} s ")
        super().addSuccess(test)


def main():
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{name}*" for name in sys.argv[1:]] or None
    suite = loader.loadTestsFromNames(MODULES)
    began = time.monotonic()
    try:
        result = unittest.TextTestRunner(verbosity=2, resultclass=_Timed).run(suite)
    finally:
        story.stop()
    print(f"the browser's tests took {time.monotonic() - began:.0f} s")
    sys.exit(0 if result.wasSuccessful() and result.testsRun > 0 else 1)


main()
