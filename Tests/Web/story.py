"""What all tests of the dashboard share: one running Apus, its targets, and a browser in which nothing may go wrong."""

import unittest

from browser import Browser
from product import Product, Targets
from waiting import wait

# Of each person whom a story adds.
PASSWORD = "correct horse battery"

_shared = {}


def targets():
    """What is watched; the same for all tests."""
    return _once("targets", Targets)


def product():
    """The Apus that all tests share which do no harm to it."""
    return _once("product", lambda: Product("shared"))


def showcase():
    """Monitors in several states, made once, of which one is down with an incident; returns its id."""
    return _once("showcase", _make_showcase)


def _make_showcase():
    apus = product()
    for name, mode in [("checkout", "status"), ("search", "slow"), ("api", "ok"), ("images", "ok"), ("mail", "ok")]:
        targets().answer(name, mode, **({"delay": 1.2} if mode == "slow" else {}))

    def add(name, title, **fields):
        fields = {"interval": 2, "failureThreshold": 2, "degradedAfter": 1, **fields}
        return apus.add(title, targets().address(name), **fields)

    checkout = add("checkout", "Checkout", group="Shop", tags=["prod", "payments"])
    search = add("search", "Search", group="Shop", tags=["prod"])
    add("api", "Public API", group="Platform", tags=["prod"])
    images = add("images", "Images", group="Platform")
    add("mail", "Mail relay", group="Platform", tags=["internal"])
    apus.ask("PATCH", f"monitors/{images}", {"enabled": False})
    wait("the checkout is down", lambda: apus.state(checkout) == "down")
    wait("an incident is open", lambda: apus.get(f"incidents?monitor={checkout}")["items"])
    wait("the search is slow", lambda: apus.get(f"monitors/{search}/status").get("degraded"))
    return checkout


def _once(name, make):
    if name not in _shared:
        _shared[name] = make()
    return _shared[name]


def stop():
    """Ends what was started."""
    for name in ("product", "targets"):
        if name in _shared:
            _shared[name].stop()
    _shared.clear()


class Story(unittest.TestCase):
    """A test with a browser of its own; errors on its console and failed requests fail the test."""

    browser: Browser

    def setUp(self):
        self._browsers = []
        self.browser = self.another_browser()

    def another_browser(self):
        """Somebody else's, in which nothing may go wrong either."""
        browser = Browser()
        self.addCleanup(browser.stop)
        self._browsers.append(browser)
        return browser

    def _callTestMethod(self, method):
        try:
            method()
        except BaseException:
            for number, browser in enumerate(self._browsers):
                browser.screenshot(f"failed-{self._testMethodName}" + (f"-{number + 1}" if number else ""))
                print("\n".join(browser.faults()))
            raise
        for browser in self._browsers:
            self.assertEqual(browser.faults(), [])

    def sign_in(self, to):
        """Signs in by a one-time address and waits for the overview, where there is something to see."""
        if not to.get("monitors")["items"]:
            to.add("first", targets().address("first"))
        self.browser.open(to.reset_link())
        self.browser.find("h1")
        self.browser.is_at(to.url)

    def enter(self, to, name, password, browser=None):
        """Signs a person in by what they know, wherever the page is that asks for it."""
        browser = browser or self.browser
        if not browser.driver.current_url.startswith(to.url):
            browser.open(to.url)
        browser.fill("input[name=name]", name)
        browser.fill("input[name=password]", password)
        browser.press("Sign in")
        browser.find(".account-name")


class ShowcaseStory(Story):
    """A story in the Apus that all share, among monitors with a history."""

    @classmethod
    def setUpClass(cls):
        cls.apus = product()
        # The one that is down.
        cls.checkout = showcase()


class AdminStory(ShowcaseStory):
    """Such a story, told by an admin."""

    def setUp(self):
        super().setUp()
        self.sign_in(self.apus)
