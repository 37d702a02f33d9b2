"""Every page in light, in dark and on a telephone."""

import re

from looks import see
from product import ROOT
from story import Story, product, targets
from waiting import wait

# As the dashboard itself lists them.
PAGES = re.findall(r'name: "([a-z-]+)", path: "([^"]*)"', (ROOT / "Web" / "pages" / "pages.js").read_text())


class Appearance(Story):
    def test_every_page_is_open_to_everyone_in_light_dark_and_on_a_telephone(self):
        browser = self.browser
        apus = product()
        monitor = self._something_to_show(apus)
        self.sign_in(apus)
        self.assertIn(("overview", ""), PAGES)
        for name, path in PAGES:
            if name == "sign-in":
                continue
            address = self._address(apus, path, monitor)
            browser.open(apus.url + address)
            browser.find("main h1")
            self.assertNotIn("There is no such page", browser.text("main"))
            see(self, name)
            self.assertEqual(browser.faults(), [], address)

    def test_dark_is_chosen_once_and_stays(self):
        browser = self.browser
        self.sign_in(product())
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
        self.sign_in(product())
        browser.find("apus-monitor-row")
        for look in ("dark", "light", "dark"):
            browser.look(look)
            wait(look, lambda: browser.run("return document.documentElement.dataset.theme") == look)

    @staticmethod
    def _address(apus, path, monitor):
        if path.startswith("incidents/"):
            return path.replace(":id", apus.get("incidents")["items"][0]["id"])
        return path.replace(":id", str(monitor))

    @staticmethod
    def _something_to_show(apus):
        """Monitors in several states, one of them down with an incident; returns its id."""
        for name, mode in [("checkout", "status"), ("search", "slow"), ("api", "ok"), ("images", "ok"), ("mail", "ok")]:
            targets().answer(name, mode, **({"delay": 1.2} if mode == "slow" else {}))
        add = lambda name, title, **fields: apus.add(
            title, targets().address(name), **{"interval": 2, "failureThreshold": 2, **fields}
        )
        checkout = add("checkout", "Checkout", group="Shop", tags=["prod", "payments"])
        search = add("search", "Search", group="Shop", tags=["prod"], degradedAfter=1)
        others = [
            add("api", "Public API", group="Platform", tags=["prod"]),
            add("images", "Images", group="Platform"),
            add("mail", "Mail relay", group="Platform", tags=["internal"]),
        ]
        apus.ask("PATCH", f"monitors/{others[1]}", {"enabled": False})
        wait("the checkout is down", lambda: apus.state(checkout) == "down")
        wait("an incident is open", lambda: apus.get("incidents")["items"])
        wait("the search is slow", lambda: apus.get(f"monitors/{search}/status").get("degraded"))
        return checkout
