"""Who changed what: told in words, found by who, what and when, and never a secret."""

import datetime

from selenium.webdriver.support.ui import Select

from looks import see
from story import AdminStory, targets
from waiting import wait

class Audit(AdminStory):
    def open(self, query=""):
        self.browser.open(f"{self.apus.url}audit{query}")
        self.browser.find("apus-audit-log tbody tr")

    def entries(self):
        """The lines of the log, as they read."""
        return self.browser.run("return [...document.querySelectorAll('apus-audit-log tbody tr')].map(row => row.innerText)")

    def all_entries(self, text, count):
        """Waits until so many lines are left, each with this text."""
        wait(f"{count} entries with “{text}”", lambda: len(self.entries()) == count and all(text in each for each in self.entries()))

    def test_changes_are_told_in_words_and_secrets_by_name_alone(self):
        browser = self.browser
        monitor = self.apus.add("Ledger", targets().address("api"), interval=60, headers={"X-Key": "hush-1"})
        self.addCleanup(self.apus.ask, "DELETE", f"monitors/{monitor}")
        edit = {"interval": 120, "tags": ["books"], "headers": {"X-Key": "hush-2"}}
        self.apus.ask("PATCH", f"monitors/{monitor}", edit)
        self.open(f"?subject=monitors/{monitor}")
        changed, added = self.entries()
        self.assertIn("Admin key", changed)
        self.assertIn("Changed", changed)
        self.assertIn("Monitor “Ledger”", changed)
        self.assertIn("Checked every: 1 min → 2 min", changed)
        self.assertIn("Tags: none → books", changed)
        self.assertRegex(changed, r"Header fields:\s+set, not shown")
        self.assertIn("Added", added)
        self.assertIn("Name: Ledger", added)
        page = browser.run("return document.documentElement.outerHTML")
        for hidden in ("hush", "APUS_ADMIN_KEY"):
            self.assertNotIn(hidden, page)
        browser.click("summary")
        browser.shows("Method", "apus-audit-log")
        see(self, "audit-of-monitor")
        browser.click(".open-link")
        browser.is_at(f"{self.apus.url}monitors/{monitor}")

    def test_entries_are_found_by_who_what_and_when(self):
        browser = self.browser
        before = datetime.datetime.now()
        key = self.apus.post("keys", {"name": "deployer", "role": "editor"})
        as_key = {"Authorization": f"Bearer {key['key']}"}
        for number in range(3):
            body = {"name": f"batch-{number}", "type": "tcp", "target": "localhost:1", "enabled": False}
            monitor = self.apus.ask("POST", "monitors", body, as_key)["id"]
            # Pages are looked at later: they show what people would have.
            self.addCleanup(self.apus.ask, "DELETE", f"monitors/{monitor}")
        self.open()
        see(self, "audit-all")
        who, what = browser.labelled("Who"), browser.labelled("What")
        wait("the key can be chosen", lambda: "deployer" in who.text)
        Select(who).select_by_visible_text("Key “deployer”")
        self.all_entries("deployer", 3)
        self.assertIn(f"actor=key%2F{key['id']}", browser.driver.current_url)
        Select(what).select_by_visible_text("Channels")
        browser.shows("Nothing matches")
        see(self, "audit-nothing")
        Select(what).select_by_visible_text("Monitors")
        self.all_entries("batch-", 3)
        # The address says it all, and brings it back.
        browser.driver.refresh()
        self.all_entries("batch-", 3)
        who = browser.labelled("Who")
        wait("it is still chosen", lambda: Select(who).first_selected_option.text == "Key “deployer”")
        # From the list itself, by who did it and to what it was done.
        browser.run("[...document.querySelectorAll('apus-audit-log tbody a')].find(each => each.textContent.includes('batch-1')).click()")
        self.all_entries("batch-1", 1)
        what = browser.labelled("What")
        wait("it is chosen by its name", lambda: Select(what).first_selected_option.text == "Monitor “batch-1”")
        Select(what).select_by_visible_text("Everything")
        # A day that has been brings nothing of it.
        set_moment = """
            const [input, value] = arguments;
            input.value = value;
            input.dispatchEvent(new Event("change", { bubbles: true }));
        """
        browser.open(f"{self.apus.url}audit?actor=key/{key['id']}")
        self.all_entries("deployer", 3)
        browser.run(set_moment, browser.labelled("To"), (before - datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S"))
        browser.shows("Nothing matches")
        browser.run(set_moment, browser.labelled("From"), before.strftime("%Y-%m-%dT%H:%M:%S"))
        browser.shows("The beginning must lie before the end.")
        browser.run(set_moment, browser.labelled("To"), "")
        self.all_entries("deployer", 3)
        # Half a time stays as it is while the list is read anew.
        browser.labelled("To").send_keys("11")
        Select(browser.labelled("What")).select_by_visible_text("Channels")
        browser.shows("Nothing matches")
        self.assertTrue(browser.run("return arguments[0].validity.badInput", browser.labelled("To")))
        Select(browser.labelled("What")).select_by_visible_text("Everything")
        self.all_entries("deployer", 3)
        self.apus.ask("DELETE", f"keys/{key['id']}")
        # Whoever is gone is still called by the name they had.
        browser.driver.refresh()
        self.all_entries("deployer", 3)
        who = browser.labelled("Who")
        wait("it still has a name", lambda: Select(who).first_selected_option.text == "Key “deployer”")

    def test_more_is_shown_page_by_page_and_none_twice(self):
        browser = self.browser
        person = self.apus.post("people", {"name": "Often renamed", "role": "viewer"})["id"]
        for number in range(30):
            self.apus.ask("PATCH", f"people/{person}", {"name": f"Renamed {number}"})
        self.open(f"?subject=people/{person}")
        wait("the first page is there", lambda: len(self.entries()) == 25)
        # What comes meanwhile is newer.
        self.apus.ask("PATCH", f"people/{person}", {"name": "Renamed at last"})
        browser.press("Show more")
        wait("all are there", lambda: len(self.entries()) == 31)
        names = browser.run("return [...document.querySelectorAll('apus-audit-log tbody ins')].map(each => each.textContent)")
        renamed = [each for each in names if each.startswith("Renamed")]
        self.assertEqual(renamed, [f"Renamed {number}" for number in reversed(range(30))])
