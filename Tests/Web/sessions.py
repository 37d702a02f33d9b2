"""Coming in, and what happens when a session ends."""

from looks import see
from story import Story, product, showcase
from waiting import wait


class Sessions(Story):
    def test_a_session_that_ends_leads_to_the_sign_in_and_back(self):
        browser = self.browser
        apus = product()
        self.sign_in(apus)
        browser.open(f"{apus.url}?q=first")
        browser.find("apus-monitor-row")
        session = browser.driver.execute_async_script(
            "const done = arguments[0]; fetch('api/v1/sessions/current').then(each => each.json()).then(each => done(each.session.id))"
        )
        browser.allow(401, "/api/v1/")
        apus.ask("DELETE", f"sessions/{session}")
        browser.shows("Your session has ended")
        self.assertEqual(browser.count("apus-monitor-row"), 0)
        see(self, "sign-in")
        browser.press("Sign in with the admin key")
        browser.fill("input[name=key]", apus.key)
        browser.run("document.querySelector('details form').requestSubmit()")
        browser.is_at(f"{apus.url}?q=first")
        browser.find("apus-monitor-row")

    def test_a_person_signs_in_by_name_and_a_wrong_password_is_refused(self):
        browser = self.browser
        apus = product()
        showcase()
        apus.post("people", {"name": "Ada", "role": "viewer", "password": "correct horse battery"})
        browser.open(apus.url)
        browser.find("input[name=password]")
        browser.allow(401, "sessions$")
        browser.fill("input[name=name]", "Ada")
        browser.fill("input[name=password]", "wrong horse battery")
        browser.press("Sign in")
        browser.shows("Name and password don't match.")
        browser.fill("input[name=password]", "correct horse battery")
        browser.press("Sign in")
        browser.find("apus-monitor-row")
        browser.shows("Ada", "apus-shell header")
        # A viewer is offered nothing that would be refused.
        self.assertNotIn("Add monitor", browser.text())
        browser.press("Sign out")
        browser.find("input[name=password]")
