"""From `apus up` to the first check on the screen."""

import time

from story import Story, product, targets
from looks import see


class FirstMinute(Story):
    def test_the_printed_address_leads_to_the_first_check(self):
        browser = self.browser
        apus = product()
        browser.open(apus.link)
        browser.shows("What shall Apus watch?", "h1")
        self.assertNotIn("token", browser.driver.current_url)
        see(self, "welcome")
        browser.fill("input[name=target]", targets().address("first"))
        began = time.monotonic()
        browser.press("Watch it")
        browser.find(".first-check-result apus-state[data-state=up]")
        print(f"first check on the screen after {time.monotonic() - began:.1f} s")
        browser.shows("From", ".first-check-result")
        see(self, "welcome-first-check")
        browser.press("Go to the overview")
        monitor = apus.get("monitors")["items"][0]["id"]
        browser.state(monitor, "up")
