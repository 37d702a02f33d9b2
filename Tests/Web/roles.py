"""What viewers and editors see: nothing is offered that would be refused, and addresses of others say so."""

from looks import see
from story import PASSWORD, ShowcaseStory
from waiting import wait

# What only editors do, by the words of the pages.
EDITING = ["Add monitor", "Pause", "Edit", "Duplicate", "Delete", "Check now", "Add channel", "Send a test", "Acknowledge", "Add comment"]
WORDS = """
    return [...document.querySelectorAll("main button, main a, main summary")]
        .filter(each => each.checkVisibility()).map(each => each.textContent.trim());
"""


class Roles(ShowcaseStory):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.incident = cls.apus.get("incidents?monitor=" + str(cls.checkout))["items"][0]["id"]
        cls.channel = cls.apus.post("channels", {"name": "Night shift", "type": "slack", "url": "https://example.com/hook", "default": False})
        cls.addClassCleanup(lambda: cls.apus.ask("DELETE", f"channels/{cls.channel['id']}"))
        for name, role in (("Vera", "viewer"), ("Emil", "editor")):
            cls.apus.post("people", {"name": name, "role": role, "password": PASSWORD})

    def offered(self, path):
        """The words of everything that can be clicked on a page."""
        browser = self.browser
        browser.open(f"{self.apus.url}{path}")
        browser.find("main h1")
        browser.settle()
        return browser.run(WORDS)

    def navigation(self):
        return [each.text for each in self.browser.find("nav a")]

    def test_a_viewer_is_offered_nothing_that_changes_anything(self):
        browser = self.browser
        self.enter(self.apus, "Vera", PASSWORD)
        browser.find("apus-monitor-row")
        self.assertEqual(self.navigation(), ["Overview", "Incidents", "Channels", "Pipeline"])
        for path in ("", f"monitors/{self.checkout}", "incidents", f"incidents/{self.incident}", "channels", "pipeline"):
            with self.subTest(page=path):
                self.assertEqual([each for each in self.offered(path) if each in EDITING], [])
        browser.open(self.apus.url)
        browser.find("apus-monitor-row")
        self.assertEqual(browser.count("apus-monitor-list.can-select"), 0)
        browser.type("n")
        browser.is_at(self.apus.url)
        browser.type("?")
        browser.shows("Keys and help", "dialog")
        self.assertNotIn("Add a monitor", browser.text("dialog"))

    def test_an_address_that_is_not_for_a_viewer_says_so_and_leads_on(self):
        browser = self.browser
        self.enter(self.apus, "Vera", PASSWORD)
        for path, title in (
            ("monitors/new", "This page is for editors"),
            (f"monitors/{self.checkout}/edit", "This page is for editors"),
            ("welcome", "This page is for editors"),
            ("people", "This page is for admins"),
            ("audit", "This page is for admins"),
        ):
            with self.subTest(page=path):
                browser.open(f"{self.apus.url}{path}")
                browser.shows(title, "h1")
                browser.shows("Your role is Viewer")
        see(self, "not-allowed", f"{self.apus.url}people")
        browser.press("Go to the overview")
        browser.is_at(self.apus.url)
        browser.find("apus-monitor-row")

    def test_an_editor_is_offered_all_but_what_admins_decide(self):
        browser = self.browser
        self.enter(self.apus, "Emil", PASSWORD)
        browser.find("apus-monitor-row")
        self.assertEqual(self.navigation(), ["Overview", "Incidents", "Channels", "Pipeline"])
        offered = [each for path in ("", f"monitors/{self.checkout}", f"incidents/{self.incident}", "channels") for each in self.offered(path)]
        self.assertEqual([each for each in EDITING if each not in offered], [])
        self.offered("pipeline")
        self.assertNotIn("Dead letters", browser.text("main"))
        for path in ("people", "audit"):
            browser.open(f"{self.apus.url}{path}")
            browser.shows("This page is for admins", "h1")
        browser.open(f"{self.apus.url}account")
        browser.shows("changes what is watched")

    def test_another_role_shows_at_the_first_thing_that_is_refused(self):
        browser = self.browser
        person = self.apus.post("people", {"name": "Tempora", "role": "editor", "password": PASSWORD})["id"]
        self.enter(self.apus, "Tempora", PASSWORD)
        browser.open(f"{self.apus.url}monitors/{self.checkout}")
        wait("the page is drawn", lambda: "Check now" in browser.run(WORDS))
        self.apus.ask("PATCH", f"people/{person}", {"role": "viewer"})
        browser.allow(403, f"monitors/{self.checkout}/check$")
        browser.press("Check now")
        browser.shows("Your role is viewer", "apus-toast")
        wait("nothing of it is offered any more", lambda: "Check now" not in browser.run(WORDS))
        browser.shows("Checkout", "h1")
