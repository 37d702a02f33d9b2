"""A part of Apus stands still or is dead: API, metrics and pages say so, and never show yesterday's green."""

import contextlib
import time
from datetime import datetime

from selenium.webdriver.support.ui import Select

from looks import see
from product import Product
from story import Story, targets
from stream import Stream
from waiting import wait

USER = {"VALID_USERNAME": "sites", "VALID_PASSWORD": "sites-password", "RATE_LIMIT": "100000"}
# A status counts for the interval and a minute, and the timeout (rule 7): the shop is checked each second.
LIMIT = 61.8
# From memory, with nothing behind them that may be away.
FROM_MEMORY = ["overview", "status", "cards", "groups", "tags", "regions"]


class Outages(Story):
    @classmethod
    def setUpClass(cls):
        cls.apus = Product("outages", USER)
        cls.addClassCleanup(cls.apus.stop)
        cls.shop = cls._add_shop(cls.apus)
        # A result counts for a minute more than the interval: time enough for the other tests.
        cls.halted = {}
        for way in ("frozen", "killed"):
            apus = Product(f"processor-{way}", USER)
            cls.addClassCleanup(apus.stop)
            shop = cls._add_shop(apus)
            halt = contextlib.ExitStack()
            cls.addClassCleanup(halt.close)
            halt.enter_context(getattr(apus, way)("processor"))
            cls.halted[way] = (apus, shop, halt)

    @staticmethod
    def _add_shop(apus):
        shop = apus.add("Shop", targets().address("outage"), interval=1, failureThreshold=1, recoveryThreshold=1)
        wait("the shop is up", lambda: apus.state(shop) == "up")
        return shop

    def open(self):
        """The list of the one with the shop that is up."""
        targets().answer("outage", "ok")
        self.sign_in(self.apus)
        self.browser.state(self.shop, "up", seconds=60)

    # What is said, by everything that says it.

    def says(self, apus, shop, state, seconds=60):
        """Waits until the API says this of the shop, and holds everything else that says so to it."""
        wait(f"the shop is {state}", lambda: apus.state(shop) == state, seconds)
        overview = apus.get("overview")
        cards = {card["monitor"]: card["state"] for card in apus.get("cards")["items"]}
        listed = {item["monitor"]: item["state"] for item in apus.get("status")["items"]}
        found = {item["monitor"] for item in apus.get(f"status?state={state}")["items"]}
        services = {service["id"]: service for service in apus.answer("GET", "api/live")[2]["services"]}
        self.assertEqual((cards[shop], listed[shop], services[shop]["state"]), (state, state, state))
        self.assertIn(shop, found)
        self.assertGreaterEqual(overview["counts"][state], 1)
        self.assertEqual(services[shop]["status"], {"up": "healthy", "down": "error", "unknown": "unknown"}[state])
        self.assertEqual(apus.metric("apus_monitor_up", shop), {"up": 1, "down": 0, "unknown": None}[state])
        self.assertEqual(apus.metric("apus_monitor_latency_seconds", shop) is None, state == "unknown")
        if state == "unknown":
            self.assertEqual(overview["counts"]["up"], 0)
            self.assertEqual(apus.metric("apus_monitor_degraded", shop), 0)

    def shows(self, apus, shop, state, seconds=60):
        """Waits until the page shows this of the shop, in the list and on the tab."""
        browser = self.browser
        browser.state(shop, state, seconds)
        marks = "return [...document.querySelectorAll(arguments[0])].map(mark => mark.dataset.state)"
        wait(f"its region is {state}, too", lambda: browser.run(marks, f'[data-monitor="{shop}"] .dot') == [state])
        figure = f".figure[data-state={state}] .figure-value"
        wait("the figures count it", lambda: browser.text(figure).strip() == "1")
        is_down = state == "down"
        wait("the title counts those that are down", lambda: browser.driver.title.startswith("(1) ") == is_down)
        icon = browser.run("return document.querySelector('link[rel=icon]').href")
        self.assertEqual(icon.startswith("data:"), is_down, icon)

    def stands_aside(self, apus, is_stale):
        """What is answered from memory is answered, and says in header and body whether it may be old."""
        for path in FROM_MEMORY:
            status, headers, document = apus.answer("GET", f"api/v1/{path}")
            self.assertEqual(status, 200, path)
            self.assertEqual((document["stale"], headers["Apus-Stale"]), (is_stale, "true" if is_stale else None), path)
        status, headers, document = apus.answer("GET", "api/live")
        self.assertEqual((status, document["stale"], headers["Apus-Stale"]), (200, is_stale, "true" if is_stale else None))

    def asks_to_wait(self, apus, method, path, body=None):
        """A 503 that says when to come back."""
        status, headers, problem = apus.answer(method, path, body)
        self.assertEqual(status, 503, problem)
        self.assertGreaterEqual(int(headers["Retry-After"]), 1)
        if path.startswith("sites"):
            self.assertEqual(list(problem), ["detail"])
        else:
            self.assertEqual(headers["Content-Type"], "application/problem+json")
            self.assertEqual((problem["status"], problem["title"]), (503, "Service Unavailable"))
        self.assertIn("nothing was changed", problem["detail"])

    # Redis.

    def test_without_redis_the_page_says_that_it_may_be_old_and_heals(self):
        self.open()
        browser = self.browser
        with Stream(self.apus) as stream, self.apus.frozen("redis-server"):
            browser.shows("What you see may be old", ".banner", seconds=60)
            stream.hears("stale", lambda data: data["stale"])
            self.assertTrue(browser.run("return document.documentElement.hasAttribute('data-stale')"))
            self.assertEqual(browser.text(".live-mark"), "Offline")
            self.stands_aside(self.apus, True)
            # That nothing is heard says nothing of the regions.
            self.assertEqual(self.apus.get("overview")["regions"]["online"], 1)
            self.assertIsNone(self.apus.get("overview")["checksPerSecond"])
            # From memory, on a page that is opened only now as well; what is newer comes from the books.
            browser.open(self.apus.url)
            browser.state(self.shop, "up")
            browser.shows("What you see may be old", ".banner")
            targets().answer("outage", "status")
            self.says(self.apus, self.shop, "down")
            self.shows(self.apus, self.shop, "down")
            self.assertEqual(browser.text("apus-health-notice"), "")
            see(self, "outage-redis")
            # Whose pingers stand still besides grows old in memory, too.
            with self.apus.frozen("pinger"):
                self.says(self.apus, self.shop, "unknown", seconds=120)
                self.shows(self.apus, self.shop, "unknown")
                self.stands_aside(self.apus, True)
        wait("the mark is gone", lambda: browser.text(".banner") == "", seconds=60)
        self.assertFalse(browser.run("return document.documentElement.hasAttribute('data-stale')"))
        self.says(self.apus, self.shop, "down")
        self.shows(self.apus, self.shop, "down")
        self.stands_aside(self.apus, False)

    def test_with_redis_killed_states_go_on_from_the_books_and_heal(self):
        self.open()
        with Stream(self.apus) as stream:
            with self.apus.killed("redis-server"):
                stream.hears("stale", lambda data: data["stale"])
                targets().answer("outage", "status")
                self.says(self.apus, self.shop, "down")
                self.stands_aside(self.apus, True)
                self.browser.shows("What you see may be old", ".banner")
                self.shows(self.apus, self.shop, "down")
                heard = len(stream.events)
            stream.hears("stale", lambda data: not data["stale"], after=heard)
        wait("the mark is gone", lambda: self.browser.text(".banner") == "", seconds=60)
        targets().answer("outage", "ok")
        self.says(self.apus, self.shop, "up")
        self.shows(self.apus, self.shop, "up")
        self.stands_aside(self.apus, False)

    # PostgreSQL.

    def without_postgres(self, halt):
        """States go on; what needs the books is asked to wait, and nothing of it is done."""
        apus, shop, browser = self.apus, self.shop, self.browser
        self.open()
        monitors = len(apus.get("monitors")["items"])
        with Stream(apus) as stream, halt("postgres"):
            targets().answer("outage", "status")
            self.says(apus, shop, "down")
            stream.hears_state(shop, "down")
            self.shows(apus, shop, "down")
            self.stands_aside(apus, False)
            browser.allow(503, "/api/v1/")
            self.asks_to_wait(apus, "PATCH", f"api/v1/monitors/{shop}", {"name": "Another"})
            self.asks_to_wait(apus, "POST", "api/v1/monitors", {"name": "New", "type": "tcp", "target": "127.0.0.1:1"})
            self.asks_to_wait(apus, "DELETE", f"api/v1/monitors/{shop}")
            self.asks_to_wait(apus, "GET", f"api/v1/monitors/{shop}/results")
            self.asks_to_wait(apus, "POST", "sites", {"url": "https://example.com/", "name": "Site"})
            browser.open(apus.url)
            browser.shows("The database can't be reached", "apus-health-notice")
            self.shows(apus, shop, "down")
            browser.open(f"{apus.url}monitors/new")
            # What could not be read is not said to be none.
            browser.press("Who hears of it")
            Select(browser.labelled("Channels")).select_by_visible_text("These channels")
            browser.shows("database", ".control-list[aria-label=Channels]", seconds=60)
            browser.labelled("Address").send_keys(targets().address("outage"))
            browser.press("Add monitor")
            wait("the form says why not", lambda: browser.text(".form-message").strip(), seconds=60)
            see(self, f"outage-postgres-{halt.__name__}")
            browser.open(f"{apus.url}pipeline")
            browser.shows("The database", ".storage", seconds=60)
        # What was opened in vain may still be answered late.
        browser.allow(503, "/api/v1/")
        browser.shows("Single checks since", ".storage", seconds=60)
        wait("edits are taken again", lambda: apus.call("PATCH", f"monitors/{shop}", {"name": "Shop"})[0] == 200, seconds=60)
        self.assertEqual(len(apus.get("monitors")["items"]), monitors)
        browser.open(apus.url)
        wait("the notice is gone", lambda: "database" not in browser.text("apus-health-notice"), seconds=60)
        browser.allow(503, "/api/v1/")

    def test_with_postgres_frozen_states_go_on_and_an_edit_is_asked_to_wait(self):
        self.without_postgres(self.apus.frozen)

    def test_with_postgres_killed_states_go_on_and_an_edit_is_asked_to_wait(self):
        self.without_postgres(self.apus.killed)

    # Pingers and processor.

    def without_pingers(self, halt):
        """States are unknown half a minute after the last pulse, and the pages say why."""
        apus, shop, browser = self.apus, self.shop, self.browser
        self.open()
        with Stream(apus) as stream, halt("pinger"):
            self.says(apus, shop, "unknown", seconds=90)
            stream.hears_state(shop, "unknown")
            self.shows(apus, shop, "unknown")
            browser.shows("No region reports", "apus-health-notice", seconds=60)
            self.assertEqual(apus.get("overview")["regions"], {"online": 0, "offline": 1, "active": 0})
            self.assertEqual([region["watching"] for region in apus.get("regions")["items"]], [False])
            self.stands_aside(apus, False)
            # What is unknown is no row of a site's history.
            history = apus.answer("GET", f"sites/{shop}/history")[2]
            self.assertLessEqual({row["status"] for row in history}, {"INITIAL", "UP", "DOWN"})
            see(self, f"outage-pinger-{halt.__name__}")
            # Each fault is told where there are two, on whichever page.
            with apus.frozen("postgres"):
                wait("the books are away", lambda: apus.call("GET", "pipeline")[0] == 503)
                browser.allow(503, "/api/v1/")
                browser.open(f"{apus.url}incidents")
                browser.shows("The database can't be reached", "apus-health-notice", seconds=60)
                browser.shows("No region reports", "apus-health-notice")
        browser.open(apus.url)
        self.says(apus, shop, "up")
        self.shows(apus, shop, "up")
        wait("the notice is gone", lambda: browser.text("apus-health-notice") == "", seconds=60)

    def test_with_all_pingers_frozen_states_are_unknown(self):
        self.without_pingers(self.apus.frozen)

    def test_with_all_pingers_killed_states_are_unknown(self):
        self.without_pingers(self.apus.killed)

    def without_processor(self, way):
        """States are unknown once they are older than their limit, although the pingers go on; both heal."""
        apus, shop, halt = self.halted[way]
        browser = self.browser
        self.sign_in(apus)
        with Stream(apus) as stream:
            as_of = datetime.fromisoformat(apus.get(f"monitors/{shop}/status")["asOf"]).timestamp()
            wait("its time is over", lambda: time.time() > as_of + LIMIT + 2, seconds=120)
            self.says(apus, shop, "unknown", seconds=0)
            since = datetime.fromisoformat(apus.get(f"monitors/{shop}/status")["since"]).timestamp()
            self.assertAlmostEqual(since, as_of + LIMIT, delta=0.1)
            self.shows(apus, shop, "unknown")
            browser.shows("No processor runs", "apus-health-notice", seconds=90)
            self.assertEqual(apus.get("overview")["regions"]["online"], 0)
            self.stands_aside(apus, False)
            see(self, f"outage-processor-{way}")
            halt.close()
            stream.hears_state(shop, "up")
            self.says(apus, shop, "up")
        self.shows(apus, shop, "up")
        wait("the notice is gone", lambda: browser.text("apus-health-notice") == "", seconds=90)

    def test_with_the_processor_frozen_states_are_unknown(self):
        self.without_processor("frozen")

    def test_with_the_processor_killed_states_are_unknown(self):
        self.without_processor("killed")
