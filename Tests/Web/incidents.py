"""What went wrong: the list of incidents, and one of them as two people see it."""

from selenium.webdriver.common.keys import Keys

from looks import see
from product import Product
from receiver import Receiver
from story import Story, product, showcase, targets
from waiting import wait

ROWS = "return [...document.querySelectorAll('apus-incidents tbody tr')].map(each => each.innerText.replaceAll('\\n', ' '))"
# What happened, a line for each.
EVENTS = "return [...document.querySelectorAll('.timeline li')].map(each => each.innerText.replaceAll('\\n', ' '))"
# Watches whether something that was said vanishes again.
LOSE = """
    const timeline = document.querySelector(".timeline");
    let isSaid = false;
    new MutationObserver(() => {
        const is = timeline.innerText.includes(arguments[0]);
        window.isLost ||= isSaid && !is;
        isSaid ||= is;
    }).observe(timeline, { childList: true });
"""


class Incidents(Story):
    def _rows(self, browser=None):
        return (browser or self.browser).run(ROWS)

    def _down(self, name, **fields):
        """A monitor that is confirmed down, and the id of its incident."""
        targets().answer(name, "status")
        monitor = product().add(name.title(), targets().address(name), interval=1, failureThreshold=2, **fields)
        found = wait("an incident is open", lambda: product().get(f"incidents?monitor={monitor}&state=open")["items"])
        return monitor, found[0]["id"]

    def test_without_incidents_the_page_says_what_to_do_next(self):
        with Product("without-incidents") as apus:
            self.sign_in(apus)
            for state, title in [("", "No incident so far"), ("open", "Nothing is down"), ("resolved", "No incident is over yet")]:
                self.browser.open(f"{apus.url}incidents?state={state}")
                self.browser.shows(title)
            see(self, "incidents-empty", f"{apus.url}incidents")
            self.browser.press("See who hears of incidents")
            self.browser.is_at(f"{apus.url}channels")
            self.browser.open("about:blank")

    def test_incidents_are_filtered_by_state_and_monitor_and_come_by_themselves(self):
        browser = self.browser
        apus = product()
        showcase()
        down, _ = self._down("ledger")
        up, _ = self._down("wallet")
        self.sign_in(apus)
        browser.open(f"{apus.url}incidents")
        wait("all are listed", lambda: len(self._rows()) >= 3)
        browser.press("Open")
        wait("the open ones", lambda: all(row.startswith("Open") for row in self._rows()) and len(self._rows()) >= 3)
        targets().answer("wallet", "ok")
        wait("one is over by itself", lambda: not any("Wallet" in row for row in self._rows()))
        browser.press("Over")
        wait("it is among those that are over", lambda: any("Wallet" in row and "Recovered" in row for row in self._rows()))
        browser.press("All")
        # Enter takes what matches all that was typed, however quickly; and nothing when there is nothing to take.
        picker = browser.find("input[aria-label='Incidents of one monitor']")[0]
        picker.send_keys("wal")
        browser.shows("Wallet", ".picker-results")
        picker.clear()
        picker.send_keys("ledger", Keys.ENTER)
        browser.shows("Ledger", ".picker-chosen")
        picker.send_keys(Keys.ENTER)
        self.assertEqual(browser.count(".picker-results button"), 0)
        wait("its own alone", lambda: len(self._rows()) == 1 and "Ledger" in self._rows()[0])
        self.assertTrue(browser.driver.current_url.endswith(f"?monitor={down}"))
        see(self, "incidents-of-one", browser.driver.current_url)
        wait("the address keeps it", lambda: len(self._rows()) == 1 and "Ledger" in self._rows()[0])
        browser.press("Over")
        browser.shows("None of this monitor")
        browser.click("button[aria-label='Remove Ledger']")
        wait("those of others, too", lambda: len(self._rows()) >= 1)
        for monitor in (down, up):
            apus.ask("DELETE", f"monitors/{monitor}")

    def test_an_incident_is_acknowledged_and_talked_about_in_two_windows(self):
        browser = self.browser
        apus = product()
        with Receiver() as receiver:
            channel = apus.post("channels", {"name": "On call", "type": "webhook", "url": receiver.url("call"), "default": False})["id"]
            monitor, incident = self._down("payments", channels=[channel])
            wait("somebody is told", lambda: receiver.notices("call"))
            self.sign_in(apus)
            other = self.another_browser()
            other.open(apus.reset_link())
            other.find("h1")
            other.is_at(apus.url)
            address = f"{apus.url}incidents/{incident}"
            for window in (browser, other):
                window.open(address)
                window.shows("It was confirmed down.", ".timeline")
                window.shows("On call was told.", ".timeline")
            self.assertIn("unexpected status", browser.text(".facts"))
            self.assertIn("Delivered", browser.text("apus-deliveries"))

            browser.press("Acknowledge")
            for window in (browser, other):
                window.shows("sees to it.", ".timeline", seconds=10)
                wait("nobody else has to", lambda: "Acknowledge" not in window.run("return [...document.querySelectorAll('main button')].filter(each => each.checkVisibility()).map(each => each.textContent)"))
            comment = "The card terminal hangs: <timeout> in its log.\nRestarting it."
            other.labelled("Comment").send_keys(comment)
            other.run(LOSE, comment)
            other.press("Add comment")
            for window in (browser, other):
                window.shows(comment, ".timeline", seconds=10)
            wait("the field is empty again", lambda: other.labelled("Comment").get_attribute("value") == "")
            wait("the books have it", lambda: any(each["text"] == comment for each in apus.get(f"incidents/{incident}")["actions"]))
            self.assertFalse(other.run("return window.isLost"), "what was said vanished")
            see(self, "incident-acknowledged")

            targets().answer("payments", "ok")
            for window in (browser, other):
                window.shows("It recovered.", ".timeline")
                window.shows("Recovered", ".headline-state")
            # Said once each, in the order of time.
            wait("the end was told", lambda: len(receiver.notices("call")) == 2 and sum("On call was told." in each for each in browser.run(EVENTS)) == 2)
            events = browser.run(EVENTS)
            self.assertEqual(sum("sees to it" in each for each in events), 1)
            self.assertEqual(sum("hangs" in each for each in events), 1)
            order = ["The first check", "confirmed down", "was told", "sees to it", "hangs", "recovered"]
            places = [next(index for index, event in enumerate(events) if word in event) for word in order]
            self.assertEqual(places, sorted(places), events)
            see(self, "incident-over", address)
            apus.ask("DELETE", f"monitors/{monitor}")
            apus.ask("DELETE", f"channels/{channel}")

    def test_an_incident_that_nobody_was_told_of_says_so(self):
        browser = self.browser
        apus = product()
        monitor, incident = self._down("quiet", channels=[])
        self.sign_in(apus)
        browser.open(f"{apus.url}incidents/{incident}")
        browser.shows("Nobody was told of it.")
        # Paused while it is open.
        apus.ask("PATCH", f"monitors/{monitor}", {"enabled": False})
        browser.shows("The monitor was paused.", ".timeline")
        apus.ask("DELETE", f"monitors/{monitor}")
        browser.allow(404, "incidents/")
        browser.open(f"{apus.url}incidents/inc_nothing")
        browser.shows("There is no such incident.")
