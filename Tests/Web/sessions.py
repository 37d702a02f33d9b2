"""Coming in, and what happens when a session ends."""

from looks import see
from story import PASSWORD, ShowcaseStory
from waiting import wait

class Sessions(ShowcaseStory):
    def rows(self, name):
        """The rows of a list of sessions in which this name stands."""
        script = "return [...document.querySelectorAll('apus-session-list tbody tr')].filter(row => row.textContent.includes(arguments[0]))"
        return self.browser.run(script, name)

    def test_a_session_that_ends_leads_to_the_sign_in_and_back(self):
        browser = self.browser
        apus = self.apus
        self.sign_in(apus)
        browser.open(f"{apus.url}?q=checkout")
        browser.find("apus-monitor-row")
        session = browser.driver.execute_async_script(
            "const done = arguments[0]; fetch('api/v1/sessions/current').then(each => each.json()).then(each => done(each.session.id))"
        )
        browser.allow(401, "/api/v1/")
        apus.ask("DELETE", f"sessions/{session}")
        browser.shows("Your session has ended")
        self.assertEqual(browser.count("apus-monitor-row"), 0)
        self.assertEqual(browser.focus(), "Name")
        # Nothing is live, and there is nowhere to go.
        self.assertEqual(browser.text("header").strip(), "Apus")
        see(self, "sign-in")
        browser.press("Sign in with the admin key")
        browser.fill("input[name=key]", apus.key)
        browser.run("document.querySelector('details form').requestSubmit()")
        browser.is_at(f"{apus.url}?q=checkout")
        browser.find("apus-monitor-row")

    def test_a_person_signs_in_by_name_and_a_wrong_password_is_refused(self):
        browser = self.browser
        apus = self.apus
        apus.post("people", {"name": "Ada", "role": "viewer", "password": PASSWORD})
        browser.open(apus.url)
        browser.find("input[name=password]")
        browser.allow(401, "sessions$")
        browser.fill("input[name=name]", "Ada")
        browser.fill("input[name=password]", "wrong horse battery")
        browser.press("Sign in")
        browser.shows("Name and password don't match.")
        browser.fill("input[name=password]", PASSWORD)
        browser.press("Sign in")
        browser.find("apus-monitor-row")
        browser.shows("Ada", "apus-shell header")
        # A viewer is offered nothing that would be refused.
        self.assertNotIn("Add monitor", browser.text())
        browser.press("Sign out")
        browser.find("input[name=password]")

    def test_ones_other_sessions_are_listed_and_ended_from_the_account(self):
        browser = self.browser
        apus = self.apus
        apus.post("people", {"name": "Niklaus", "role": "viewer", "password": PASSWORD})
        elsewhere = self.another_browser()
        self.enter(apus, "Niklaus", PASSWORD, elsewhere)
        elsewhere.open(f"{apus.url}account?from=link")
        elsewhere.press("Change password")
        elsewhere.find("dialog")
        self.enter(apus, "Niklaus", PASSWORD)
        browser.open(f"{apus.url}account")
        wait("both are listed", lambda: len(self.rows("Chrome, Linux")) == 2)
        self.assertEqual(len(self.rows("this one")), 1)
        see(self, "account", f"{apus.url}account")
        elsewhere.allow(401, "/api/v1/")
        # One's own is left by the button in the head.
        self.assertEqual(browser.count("apus-session-list tbody button"), 1)
        browser.find("apus-session-list tbody button")[0].click()
        browser.shows("Chrome, Linux is signed out.", "apus-toast")
        wait("one is left", lambda: len(self.rows("Chrome, Linux")) == 1)
        # Where one was is where one comes back to.
        elsewhere.shows("Your session has ended")
        # Nothing is left open over it, not even what the way back leaves alone.
        wait("the form is closed", lambda: elsewhere.count("dialog") == 0)
        wait("one can type at once", lambda: elsewhere.focus() == "Name")
        self.enter(apus, "Niklaus", PASSWORD, elsewhere)
        elsewhere.is_at(f"{apus.url}account?from=link")

    def test_an_admin_sees_who_is_signed_in_and_signs_them_out(self):
        browser = self.browser
        apus = self.apus
        apus.post("people", {"name": "Ken", "role": "editor", "password": PASSWORD})
        his = self.another_browser()
        self.enter(apus, "Ken", PASSWORD, his)
        monitor = apus.get("monitors")["items"][0]["id"]
        his.open(f"{apus.url}monitors/{monitor}?range=24h")
        his.press("Delete")
        his.find("dialog")
        self.sign_in(apus)
        browser.open(f"{apus.url}people")
        row = wait("he is listed", lambda: self.rows("Ken"))[0]
        self.assertEqual(len(self.rows("Admin key")) > 0, True)
        self.assertEqual(len(self.rows("this one")), 1)
        his.allow(401, "/api/v1/")
        row.find_element("css selector", "button").click()
        wait("he is gone", lambda: not self.rows("Ken"))
        self.assertEqual(browser.focus(), "Who is signed in")
        his.shows("Your session has ended")
        wait("the question is gone", lambda: his.count("dialog") == 0)
        self.enter(apus, "Ken", PASSWORD, his)
        his.is_at(f"{apus.url}monitors/{monitor}?range=24h")
