"""Who may sign in: added, edited, disabled and deleted by an admin."""

from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from looks import see
from story import PASSWORD, AdminStory
from waiting import wait

class People(AdminStory):
    def setUp(self):
        super().setUp()
        self.browser.open(f"{self.apus.url}people")
        self.browser.find("apus-person-list")

    def row(self, name):
        """The row of a person, once it is there."""
        script = """
            return [...document.querySelectorAll("apus-person-list tbody tr")]
                .find(row => row.querySelector(".cell-name").textContent === arguments[0]);
        """
        return wait(f"{name} is listed", lambda: self.browser.run(script, name))

    def tells(self, name):
        """What the row of a person says, which may be drawn anew at any moment."""
        script = """
            return [...document.querySelectorAll("apus-person-list tbody tr")]
                .find(row => row.querySelector(".cell-name").textContent === arguments[0])?.innerText ?? "";
        """
        return wait(f"{name} is listed", lambda: self.browser.run(script, name))

    def press(self, name, label):
        """Clicks a button in the row of a person."""
        buttons = self.row(name).find_elements("css selector", "button")
        next(each for each in buttons if each.text == label).click()

    def test_a_person_is_added_by_keyboard_and_comes_in_by_the_link(self):
        browser = self.browser
        browser.press("Add person")
        wait("one can type at once", lambda: browser.focus() == "Name")
        see(self, "person-new")
        browser.allow(400, "people$")
        browser.type(Keys.ENTER)
        wait("a name is asked for", lambda: browser.text(".field-error"))
        browser.type("Hedy", Keys.TAB, "v", Keys.TAB, Keys.TAB)
        self.assertEqual(browser.focus(), "Add person")
        browser.type(Keys.ENTER)
        browser.shows("Sign-in link for Hedy", "dialog")
        see(self, "person-link")
        link = browser.find("dialog input")[0].get_attribute("value")
        self.assertEqual(browser.focus(), "Copy")
        browser.type(Keys.ENTER)
        browser.shows("Copied.", "dialog")
        browser.press("Done")
        wait("the focus is back", lambda: browser.focus() == "Add person")
        self.assertIn("no password", self.tells("Hedy"))
        self.assertIn("Viewer", self.tells("Hedy"))
        # It is nowhere on the page any more.
        self.assertNotIn(link, browser.run("return document.documentElement.outerHTML"))
        hers = self.another_browser()
        hers.open(link)
        hers.shows("Your account", "h1")
        hers.shows("Hedy", "header")
        # It works once.
        hers.allow(401, "sessions$")
        hers.press("Sign out")
        hers.find("input[name=password]")
        hers.open(link)
        hers.shows("That address has been used already")

    def test_a_person_is_edited_and_a_name_is_nobody_elses(self):
        browser = self.browser
        for name in ("Radia", "Vint"):
            self.apus.post("people", {"name": name, "role": "viewer"})
        browser.driver.refresh()
        self.press("Radia", "Edit")
        name = browser.labelled("Name")
        name.clear()
        browser.allow(409, "people/[0-9]+$")
        name.send_keys("vint", Keys.ENTER)
        browser.shows("Somebody else has this name", ".field-error")
        see(self, "person-edit")
        name.clear()
        name.send_keys("Radia P.")
        Select(browser.labelled("Role")).select_by_visible_text("Editor")
        browser.press("Save")
        wait("it is saved", lambda: "Editor" in self.tells("Radia P."))
        wait("the focus is back", lambda: browser.focus() == "Edit")
        self.assertIn("Radia P.", browser.run("return document.activeElement.closest('tr').textContent"))

    def test_two_who_edit_a_person_at_once_lose_nothing(self):
        browser = self.browser
        person = self.apus.post("people", {"name": "Twice", "role": "viewer"})["id"]
        browser.driver.refresh()
        self.press("Twice", "Edit")
        browser.find("dialog")
        self.apus.ask("PATCH", f"people/{person}", {"role": "editor"})
        browser.allow(412, f"people/{person}$")
        browser.press("Save")
        browser.shows("Somebody changed it meanwhile", "dialog")
        see(self, "person-edit-conflict")
        browser.press("Cancel")
        wait("the row is as it is now", lambda: "Editor" in self.tells("Twice"))
        self.press("Twice", "Edit")
        browser.press("Save")
        wait("it is closed", lambda: browser.count("dialog") == 0)
        self.assertEqual(self.apus.get(f"people/{person}")["role"], "editor")

    def test_who_is_disabled_is_out_at_once_and_comes_in_again_when_enabled(self):
        browser = self.browser
        self.apus.post("people", {"name": "Linus", "role": "editor", "password": PASSWORD})
        his = self.another_browser()
        self.enter(self.apus, "Linus", PASSWORD, his)
        his.find("apus-monitor-row")
        browser.driver.refresh()
        self.press("Linus", "Edit")
        browser.labelled("Disabled").click()
        his.allow(401, "/api/v1/")
        browser.press("Save")
        wait("the row says so", lambda: "disabled" in self.tells("Linus"))
        self.assertNotIn("Sign-in link", self.tells("Linus"))
        his.shows("Your session has ended")
        his.fill("input[name=name]", "Linus")
        his.fill("input[name=password]", PASSWORD)
        his.press("Sign in")
        his.shows("Name and password don't match.")
        see(self, "people-disabled")
        self.press("Linus", "Edit")
        browser.labelled("Disabled").click()
        browser.press("Save")
        wait("the row says so", lambda: "disabled" not in self.tells("Linus"))
        his.press("Sign in")
        his.find("apus-monitor-row")

    def test_a_person_is_deleted_after_a_question_and_the_focus_stays_in_the_list(self):
        browser = self.browser
        self.apus.post("people", {"name": "Brief", "role": "viewer"})
        browser.driver.refresh()
        self.press("Brief", "Delete")
        browser.shows("Delete Brief?", "dialog")
        see(self, "person-delete")
        browser.type(Keys.ESCAPE)
        wait("it is closed", lambda: browser.count("dialog") == 0)
        wait("the focus is back", lambda: browser.focus() == "Delete")
        self.assertIn("Brief", browser.run("return document.activeElement.closest('tr').textContent"))
        browser.type(Keys.ENTER)
        browser.shows("Delete Brief?", "dialog")
        browser.run("document.querySelector('dialog .btn-danger').click()")
        wait("it is gone", lambda: "Brief" not in browser.text("apus-person-list"))
        self.assertEqual(browser.focus(), "People")

    def test_nobody_is_offered_to_take_their_own_rights_away(self):
        browser = self.browser
        self.apus.post("people", {"name": "Root", "role": "admin", "password": PASSWORD})
        theirs = self.another_browser()
        self.enter(self.apus, "Root", PASSWORD, theirs)
        theirs.open(f"{self.apus.url}people")
        self.browser, mine = theirs, browser
        self.assertIn("you", self.tells("Root"))
        self.assertNotIn("Delete", self.tells("Root"))
        self.press("Root", "Edit")
        theirs.shows("another admin's to change", "dialog")
        self.assertNotIn("Disabled", theirs.text("dialog"))
        theirs.type(Keys.ESCAPE)
        self.browser = mine
