"""What all tests of the dashboard share: one running Apus, its targets, and a browser in which nothing may go wrong."""

import unittest

from browser import Browser
from product import Product, Targets

_shared = {}


def targets():
    """What is watched; the same for all tests."""
    return _once("targets", Targets)


def product():
    """The Apus that all tests share which do no harm to it."""
    return _once("product", lambda: Product("shared"))


def _once(name, make):
    if name not in _shared:
        _shared[name] = make()
    return _shared[name]


def stop():
    """Ends what was started."""
    for each in _shared.values():
        each.stop()
    _shared.clear()


class Story(unittest.TestCase):
    """A test with a browser of its own; errors on its console and failed requests fail the test."""

    browser: Browser

    def setUp(self):
        self.browser = Browser()
        self.addCleanup(self.browser.stop)

    def _callTestMethod(self, method):
        try:
            method()
        except BaseException:
            self.browser.screenshot(f"failed-{self._testMethodName}")
            print("\n".join(self.browser.faults()))
            raise
        self.assertEqual(self.browser.faults(), [])

    def sign_in(self, to):
        """Signs in by a one-time address and waits for the overview, where there is something to see."""
        if not to.get("monitors")["items"]:
            to.add("first", targets().address("first"))
        self.browser.open(to.reset_link())
        self.browser.find("h1")
        self.browser.is_at(to.url)
