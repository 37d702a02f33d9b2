"""Keys for programs: made with a role and an end, shown once, copied, taken back."""

from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from looks import see
from story import AdminStory
from waiting import wait


class APIKeys(AdminStory):
    def status(self, key, method, path, body=None):
        """What the API answers to whom has this key."""
        return self.apus.call(method, path, body, {"Authorization": f"Bearer {key}"})[0]

    def test_a_key_is_made_shown_once_copied_and_taken_back(self):
        browser = self.browser
        apus = self.apus
        browser.open(f"{apus.url}people")
        browser.press("Make a key")
        wait("one can type at once", lambda: browser.focus() == "Name")
        see(self, "key-new")
        browser.type("nightly report")
        Select(browser.labelled("Role")).select_by_visible_text("Viewer")
        Select(browser.labelled("Expires after")).select_by_visible_text("30 days")
        browser.press("Make a key")
        browser.shows("Key of nightly report", "dialog h2")
        see(self, "key-secret")
        key = browser.find("dialog input")[0].get_attribute("value")
        self.assertTrue(key.startswith("apus_"))
        # A click beside it would lose it for good: it does nothing.
        browser.run("document.querySelector('dialog').click()")
        self.assertEqual(browser.focus(), "Copy")
        browser.command("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        browser.type(Keys.ENTER)
        browser.shows("Copied.", "dialog")
        pasted = "const done = arguments[0]; navigator.clipboard.readText().then(done, each => done(String(each)))"
        self.assertEqual(browser.driver.execute_async_script(pasted), key)
        browser.press("Done")
        wait("the focus is back", lambda: browser.focus() == "Make a key")
        browser.shows("in 29 d", "apus-key-list")
        self.assertNotIn(key, browser.run("return document.documentElement.outerHTML"))
        browser.driver.refresh()
        browser.shows("nightly report", "apus-key-list")
        self.assertNotIn(key, browser.run("return document.documentElement.outerHTML"))
        # It may do what its role may.
        self.assertEqual(self.status(key, "GET", "status"), 200)
        self.assertEqual(self.status(key, "POST", "monitors", {"name": "x"}), 403)
        see(self, "people-with-key", f"{apus.url}people")
        browser.press("Take back")
        browser.shows("Take back the key of nightly report?", "dialog")
        browser.run("document.querySelector('dialog .btn-danger').click()")
        browser.shows("No program has a key of its own yet", "apus-key-list")
        self.assertEqual(browser.focus(), "Make a key")
        wait("it opens nothing any more", lambda: self.status(key, "GET", "status") == 401)

    def test_what_is_wrong_with_a_key_is_said_at_its_field_and_escape_makes_none(self):
        browser = self.browser
        apus = self.apus
        browser.open(f"{apus.url}people")
        browser.press("Make a key")
        browser.allow(400, "keys$")
        browser.press("Make a key")
        wait("a name is asked for", lambda: browser.text(".field-error"))
        self.assertEqual(browser.focus(), "Name")
        browser.type(Keys.ESCAPE)
        wait("it is closed", lambda: browser.count("dialog") == 0)
        self.assertEqual(browser.focus(), "Make a key")
        self.assertEqual(apus.get("keys")["items"], [])
