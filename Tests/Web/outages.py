"""A part of Apus stands still: the pages say so, and never show yesterday's green."""

from looks import see
from product import Product
from story import Story, targets
from waiting import wait


class Outages(Story):
    @classmethod
    def setUpClass(cls):
        cls.apus = Product("outages")
        cls.addClassCleanup(cls.apus.stop)
        cls.shop = cls._add_shop(cls.apus)
        # A result counts for a minute more than the interval: time enough for the other tests.
        cls.halted = Product("without-processor")
        cls.addClassCleanup(cls.halted.stop)
        cls.halted_shop = cls._add_shop(cls.halted)
        cls.enterClassContext(cls.halted.frozen("processor"))

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

    def test_without_redis_the_page_says_that_it_may_be_old_and_heals(self):
        browser = self.browser
        self.open()
        with self.apus.frozen("redis-server"):
            browser.shows("What you see may be old", ".banner", seconds=60)
            targets().answer("outage", "status")
            # From memory, on a page that is opened only now as well.
            browser.open(self.apus.url)
            browser.state(self.shop, "up")
            browser.shows("What you see may be old", ".banner")
            see(self, "outage-redis")
        wait("the mark is gone", lambda: browser.text(".banner") == "", seconds=60)
        browser.state(self.shop, "down", seconds=60)

    def test_without_postgres_states_go_on_and_an_edit_is_asked_to_wait(self):
        browser = self.browser
        self.open()
        with self.apus.frozen("postgres"):
            targets().answer("outage", "status")
            browser.state(self.shop, "down", seconds=60)
            browser.allow(503, "/api/v1/")
            status, problem = self.apus.call("PATCH", f"monitors/{self.shop}", {"name": "Shop"})
            self.assertEqual(status, 503, problem)
            browser.open(f"{self.apus.url}monitors/new")
            browser.labelled("Address").send_keys(targets().address("outage"))
            browser.press("Add monitor")
            wait("the form says why not", lambda: browser.text(".form-message").strip(), seconds=60)
            see(self, "outage-postgres")
        # What was opened in vain may still be answered late.
        browser.allow(503, "/api/v1/")

    def test_without_pingers_states_are_unknown(self):
        browser = self.browser
        self.open()
        with self.apus.frozen("pinger"):
            browser.state(self.shop, "unknown", seconds=60)
            see(self, "outage-pinger")
        browser.state(self.shop, "up", seconds=60)

    def test_without_the_processor_states_are_unknown(self):
        browser = self.browser
        self.sign_in(self.halted)
        browser.state(self.halted_shop, "unknown", seconds=120)
        see(self, "outage-processor")
