"""Who hears of it: channels, their tests and secrets, and what was sent to them."""

import json

from looks import see
from product import Product
from receiver import Receiver
from story import PASSWORD, Story, targets
from waiting import wait

# What the card of the channel with this name says, and its button with this label.
CARD = """
    const [name, label] = arguments;
    const card = [...document.querySelectorAll("apus-channel-card")].find(each => each.querySelector("h2").textContent === name);
    return label ? [...card?.querySelectorAll("button") ?? []].find(each => each.textContent === label) : card?.innerText ?? "";
"""
# What the list of deliveries says, a line for each row.
ROWS = "return [...document.querySelectorAll('apus-sent-list tbody tr')].map(each => each.innerText.replaceAll('\\n', ' '))"


class Channels(Story):
    @classmethod
    def setUpClass(cls):
        cls.receiver = Receiver()
        cls.addClassCleanup(cls.receiver.stop)
        cls.apus = Product("channels")
        cls.addClassCleanup(cls.apus.stop)

    def setUp(self):
        super().setUp()
        self.receiver.status = 200
        self.sign_in(self.apus)
        for monitor in self.apus.get("monitors")["items"]:
            self.apus.ask("PATCH", f"monitors/{monitor['id']}", {"channels": None})
        for channel in self.apus.get("channels")["items"]:
            self.apus.ask("DELETE", f"channels/{channel['id']}")
        self.browser.open(f"{self.apus.url}channels")
        self.browser.shows("Nobody hears of incidents yet")

    def test_a_webhook_is_added_and_tried_and_its_secret_is_shown_once(self):
        browser = self.browser
        see(self, "channels-empty", f"{self.apus.url}channels")
        browser.press("Add the first channel")
        browser.shows("signed after Standard Webhooks", "dialog")
        # What is missing is said at its field.
        browser.allow(400, "channels$")
        self._confirm("Add channel")
        browser.find("dialog .is-invalid")
        see(self, "channel-form-faults")
        self._fill("webhook", "Operations", self.receiver.url("operations"))
        self._confirm("Add channel")
        secret = self._secret()
        see(self, "channel-secret")
        browser.press("Done")
        self._test("Operations")
        self.assertTrue(self.receiver.notices("operations")[0].is_signed_with(secret))
        self.assertIn("default", self._card("Operations"))

        self._press("Operations", "New secret")
        browser.shows("For 24 hours", "dialog")
        self._confirm("New secret")
        other = self._secret()
        self.assertNotEqual(other, secret)
        browser.press("Done")
        wait("the card is drawn anew", lambda: "delivered" not in (self._card("Operations") or "delivered"))

        def is_signed_with_both():
            # The alerter hears of the new one a moment later.
            self._test("Operations")
            newest = self.receiver.notices("operations")[-1]
            self.assertTrue(newest.is_signed_with(secret))
            return newest.is_signed_with(other)

        wait("both sign", is_signed_with_both)
        self.assertNotIn("whsec_", browser.run("return document.documentElement.outerHTML"))

    def test_each_kind_of_channel_is_told_in_its_own_words(self):
        browser = self.browser
        for kind, words in [("slack", "incoming webhook"), ("discord", "Integrations")]:
            browser.press("Add channel")
            browser.find("dialog select[name=type] option[value=" + kind + "]")[0].click()
            browser.shows(words, "dialog")
            see(self, f"channel-form-{kind}")
            self._fill(kind, kind.title(), self.receiver.url(kind))
            self._confirm("Add channel")
            self._test(kind.title())
            self.assertNotIn("New secret", self._card(kind.title()))
        self.assertIn("text", json.loads(self.receiver.notices("slack")[0].body))
        self.assertIn("content", json.loads(self.receiver.notices("discord")[0].body))

    def test_what_was_given_up_is_tried_again_and_one_channel_is_looked_at_alone(self):
        browser = self.browser
        self._make("Broken")
        self._make("Working")
        browser.open(f"{self.apus.url}channels")
        self._test("Working")
        self.receiver.status = 400
        self._press("Broken", "Send a test")
        # A refusal is tried twice again, after some seconds each.
        wait("the card says what went wrong", lambda: "The test failed: " in self._card("Broken"), seconds=90)
        wait("both are listed", lambda: len(browser.run(ROWS)) >= 2)
        see(self, "channels-dead")

        self._press("Broken", "What was sent")
        wait("its own alone is listed", lambda: self._rows_are("Broken", 1))
        self.assertIn("Given up", browser.run(ROWS)[0])
        self.assertRegex(browser.driver.current_url, r"\?channel=\d+$")
        # The address keeps it.
        browser.driver.refresh()
        wait("its own alone is listed", lambda: self._rows_are("Broken", 1))
        browser.find("apus-sent-list select[aria-label=State] option[value=delivered]")[0].click()
        browser.shows("There is none in this state.")
        browser.find("apus-sent-list select[aria-label=State] option[value=dead]")[0].click()
        wait("it is listed", lambda: self._rows_are("Broken", 1))

        self.receiver.status = 200
        browser.press("Try again")
        # It was the only one of its state.
        browser.shows("There is none in this state.")
        self.assertEqual(browser.focus(), "State")
        browser.find("apus-sent-list select[aria-label=State] option[value='']")[0].click()
        wait("it was delivered", lambda: "Delivered" in "".join(browser.run(ROWS)))
        ids = {each.headers["webhook-id"] for each in self.receiver.notices("broken")}
        self.assertEqual(len(ids), 1)

    def test_a_channel_is_edited_switched_off_and_deleted_when_nobody_names_it(self):
        browser = self.browser
        channel = self._make("Pager")
        monitor = self.apus.add("Named", targets().address("named"), channels=[channel])
        browser.open(f"{self.apus.url}channels")
        self._press("Pager", "Edit")
        name = browser.labelled("Name")
        name.clear()
        name.send_keys("Night shift")
        browser.labelled("Switched on").click()
        see(self, "channel-edit")
        self._confirm("Save")
        wait("it is switched off", lambda: "switched off" in self._card("Night shift"))
        # Nothing is sent to it, so there is nothing to try.
        self.assertNotIn("Send a test", self._card("Night shift"))
        see(self, "channels-off")

        # Somebody else was quicker.
        self._press("Night shift", "Edit")
        self.apus.ask("PATCH", f"channels/{channel}", {"enabled": True})
        browser.allow(412, f"channels/{channel}$")
        self._confirm("Save")
        browser.shows("Somebody changed it meanwhile", "dialog")
        self._confirm("Cancel")
        wait("what the other did is there", lambda: "switched off" not in (self._card("Night shift") or "switched off"))
        focused = lambda: browser.run("return document.activeElement.textContent")
        wait("the focus is where it was", lambda: focused() == "Edit")

        browser.allow(409, f"channels/{channel}$")
        self._press("Night shift", "Delete")
        self._confirm("Delete")
        browser.shows("Monitors name this channel")
        self.apus.ask("PATCH", f"monitors/{monitor}", {"channels": None})
        self._press("Night shift", "Delete")
        self._confirm("Delete")
        browser.shows("Nobody hears of incidents yet")
        self.assertEqual(browser.focus(), "Add channel")

    def test_a_test_of_which_nothing_more_is_heard_is_not_said_to_be_under_way(self):
        browser = self.browser
        self._make("Distant")
        browser.open(f"{self.apus.url}channels")
        wait("the card is there", lambda: self._card("Distant"))
        browser.command("Network.setBlockedURLs", urls=["*/deliveries?*"])
        browser.allow(0, "/deliveries")
        self._press("Distant", "Send a test")
        wait("it says so", lambda: "It is not known yet how the test went" in self._card("Distant"))
        see(self, "channels-unknown")
        browser.command("Network.setBlockedURLs", urls=[])
        wait("what was sent is below", lambda: browser.run(ROWS))

    def test_viewers_see_channels_and_change_none(self):
        browser = self.browser
        self._make("Operations")
        if not any(each["name"] == "Vera" for each in self.apus.get("people")["items"]):
            self.apus.post("people", {"name": "Vera", "role": "viewer", "password": PASSWORD})
        browser.press("Sign out")
        self.enter(self.apus, "Vera", PASSWORD)
        browser.open(f"{self.apus.url}channels")
        text = wait("the channel is there", lambda: self._card("Operations"))
        self.assertIn("What was sent", text)
        for offered in ("Send a test", "Edit", "New secret", "Delete"):
            self.assertNotIn(offered, text)
        self.assertNotIn("Add channel", browser.text())

    # What the page is made of.

    def _make(self, name):
        body = {"name": name, "type": "webhook", "url": self.receiver.url(name.lower()), "default": False}
        return self.apus.post("channels", body)["id"]

    def _card(self, name):
        """What the card of a channel says; nothing: there is none."""
        return self.browser.run(CARD, name)

    def _press(self, name, label):
        """Presses a button of the card of a channel."""
        wait(f"“{label}” of {name}", lambda: self.browser.run(CARD, name, label)).click()

    def _test(self, name):
        sent = len(self.receiver.notices(name.lower()))
        self._press(name, "Send a test")
        wait("it arrived", lambda: len(self.receiver.notices(name.lower())) > sent)
        wait("the card says so", lambda: "The test was delivered" in self._card(name))

    def _confirm(self, label):
        """Presses a button of the dialog."""
        script = "return [...document.querySelectorAll('dialog .dialog-footer button')].find(each => each.textContent === arguments[0])"
        wait(f"“{label}” is there", lambda: self.browser.run(script, label)).click()

    def _fill(self, kind, name, url):
        browser = self.browser
        browser.find(f"dialog select[name=type] option[value={kind}]")[0].click()
        browser.fill("dialog input[name=name]", name)
        browser.fill("dialog input[name=url]", url)

    def _secret(self):
        """What the dialog shows this once."""
        field = self.browser.find("dialog .secret-line input")[0]
        secret = field.get_attribute("value")
        self.assertRegex(secret, r"^whsec_\S{30,}$")
        return secret

    def _rows_are(self, name, count):
        rows = self.browser.run(ROWS)
        return len(rows) == count and all(name in row for row in rows)
