"""Every page in light, in dark and on a telephone."""

import re

from looks import see
from product import ROOT
from story import AdminStory
from waiting import wait

# As the dashboard itself lists them.
PAGES = re.findall(r'name: "([a-z-]+)", path: "([^"]*)"', (ROOT / "Web" / "pages" / "pages.js").read_text())


class Appearance(AdminStory):
    def test_every_page_is_open_to_everyone_in_light_dark_and_on_a_telephone(self):
        browser = self.browser
        apus = self.apus
        monitor = self.checkout
        self.assertIn(("overview", ""), PAGES)
        for name, path in PAGES:
            if name == "sign-in":
                continue
            address = self._address(apus, path, monitor)
            see(self, name, apus.url + address)
            self.assertEqual(browser.faults(), [], address)

    def test_dark_is_chosen_once_and_stays(self):
        browser = self.browser
        browser.find("apus-monitor-row")
        background = "return getComputedStyle(document.body).backgroundColor"
        light = browser.run(background)
        browser.click("button[aria-label^=Colours]")
        browser.click("button[aria-label^=Colours]")
        self.assertEqual(browser.run("return document.documentElement.dataset.theme"), "dark")
        dark = browser.run(background)
        self.assertNotEqual(light, dark)
        browser.driver.refresh()
        browser.find("apus-monitor-row")
        self.assertEqual(browser.run(background), dark)

    def test_without_a_choice_the_system_decides(self):
        browser = self.browser
        browser.find("apus-monitor-row")
        for look in ("dark", "light", "dark"):
            browser.look(look)
            wait(look, lambda: browser.run("return document.documentElement.dataset.theme") == look)

    @staticmethod
    def _address(apus, path, monitor):
        if path.startswith("incidents/"):
            return path.replace(":id", apus.get("incidents")["items"][0]["id"])
        return path.replace(":id", str(monitor))
