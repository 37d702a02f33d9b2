"""One's own password: chosen after the first link, and changed later."""

from selenium.webdriver.common.keys import Keys

from looks import see
from story import PASSWORD, ShowcaseStory
from waiting import wait

SECOND = "staple of the second kind"


class OwnPassword(ShowcaseStory):
    def test_who_comes_by_a_link_chooses_a_password_and_signs_in_with_it(self):
        browser = self.browser
        apus = self.apus
        person = apus.post("people", {"name": "Grace", "role": "editor"})["id"]
        browser.open(apus.post("sessions/tokens", {"person": person})["url"])
        browser.shows("Your account", "h1")
        browser.shows("You have none yet")
        see(self, "account-new")
        browser.press("Choose a password")
        # Nothing is asked for that is not there.
        self.assertNotIn("Old password", browser.text("dialog"))
        wait("one can type at once", lambda: browser.focus() == "New password")
        browser.allow(400, f"people/{person}$")
        browser.type("too short", Keys.ENTER)
        browser.shows("at least 12 characters", ".field-error")
        self.assertEqual(browser.focus(), "New password")
        see(self, "password-too-short")
        browser.labelled("Show what is typed").click()
        self.assertEqual(browser.labelled("New password").get_attribute("type"), "text")
        field = browser.labelled("New password")
        field.clear()
        field.send_keys(PASSWORD, Keys.ENTER)
        browser.shows("From now on you sign in", "apus-toast")
        self.assertEqual(browser.count("dialog"), 0)
        wait("the focus is back", lambda: browser.focus() == "Change password")
        browser.press("Sign out")
        self.enter(apus, "Grace", PASSWORD)
        browser.shows("Grace", "header")

    def test_a_link_makes_one_somebody_else_though_the_role_is_the_same(self):
        browser = self.browser
        apus = self.apus
        person = apus.post("people", {"name": "Joan", "role": "admin"})["id"]
        self.sign_in(apus)
        browser.shows("Admin key", "header")
        browser.open(apus.post("sessions/tokens", {"person": person})["url"])
        browser.shows("Joan", "header")
        browser.shows("Joan", "main")

    def test_a_new_password_asks_for_the_old_one_and_ends_the_other_sessions(self):
        browser = self.browser
        apus = self.apus
        person = apus.post("people", {"name": "Edsger", "role": "viewer", "password": PASSWORD})["id"]
        elsewhere = self.another_browser()
        self.enter(apus, "Edsger", PASSWORD, elsewhere)
        elsewhere.open(f"{apus.url}incidents?state=open")
        elsewhere.find("main h1")
        self.enter(apus, "Edsger", PASSWORD)
        browser.click(".account-name")
        browser.shows("Your account", "h1")
        wait("both sessions are listed", lambda: browser.count("apus-session-list tbody tr") == 2)
        browser.press("Change password")
        browser.allow(400, f"people/{person}$")
        browser.labelled("Old password").send_keys("not the old one", Keys.TAB, SECOND, Keys.ENTER)
        browser.shows("Is not the present password", ".field-error")
        self.assertEqual(browser.focus(), "Old password")
        see(self, "password-change")
        old = browser.labelled("Old password")
        old.clear()
        elsewhere.allow(401, "/api/v1/")
        old.send_keys(PASSWORD, Keys.ENTER)
        browser.shows("Your password is changed", "apus-toast")
        wait("only this session is left", lambda: browser.count("apus-session-list tbody tr") == 1)
        elsewhere.shows("Your session has ended")
        self.enter(apus, "Edsger", SECOND, elsewhere)
        elsewhere.is_at(f"{apus.url}incidents?state=open")

    def test_escape_leaves_the_password_as_it_was(self):
        browser = self.browser
        apus = self.apus
        apus.post("people", {"name": "Barbara", "role": "viewer", "password": PASSWORD})
        self.enter(apus, "Barbara", PASSWORD)
        browser.open(f"{apus.url}account")
        browser.press("Change password")
        browser.labelled("New password").send_keys(SECOND)
        # A click beside the form would lose what was typed: it does nothing.
        browser.run("document.querySelector('dialog').click()")
        self.assertEqual(browser.count("dialog"), 1)
        browser.type(Keys.ESCAPE)
        wait("it is closed", lambda: browser.count("dialog") == 0)
        self.assertEqual(browser.focus(), "Change password")
        browser.press("Sign out")
        self.enter(apus, "Barbara", PASSWORD)
