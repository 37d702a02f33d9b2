"""Adding and changing monitors."""

from selenium.webdriver.common.keys import Keys

from looks import see
from story import AdminStory, targets
from waiting import wait

# What the focus looks like: an outline or a ring.
FOCUS = """
    const node = document.activeElement;
    const style = getComputedStyle(node);
    const isVisible = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
    return [node.tagName, (node.getAttribute("aria-label") ?? node.textContent).trim(), isVisible];
"""


class Editing(AdminStory):
    def test_two_who_edit_at_once_see_both_versions_and_neither_is_lost(self):
        browser = self.browser
        apus = self.apus
        monitor = apus.add("Edited by two", targets().address("edited"), interval=60)
        browser.open(f"{apus.url}monitors/{monitor}/edit")
        wait("the form is filled", lambda: browser.labelled("Name").get_attribute("value") == "Edited by two")
        apus.ask("PATCH", f"monitors/{monitor}", {"interval": 20, "name": "Edited by the other"})
        name = browser.labelled("Name")
        name.clear()
        name.send_keys("Edited by me")
        browser.allow(412, f"monitors/{monitor}$")
        browser.press("Save")
        browser.shows("Somebody edited it meanwhile", "dialog")
        for text in ("Edited by two", "Edited by the other", "Edited by me"):
            self.assertIn(text, browser.text("dialog"))
        see(self, "monitor-edit-conflict")
        # A telephone has room for both.
        browser.look("phone")
        self.assertTrue(browser.run("const box = document.querySelector('dialog .table-box'); return box.scrollWidth <= box.clientWidth"))
        browser.look("light")
        browser.press("Save mine")
        browser.is_at(f"{apus.url}monitors/{monitor}")
        saved = apus.get(f"monitors/{monitor}")
        self.assertEqual((saved["name"], saved["interval"]), ("Edited by me", 20))

    def test_what_is_wrong_is_said_at_its_field(self):
        browser = self.browser
        apus = self.apus
        browser.open(f"{apus.url}monitors/new")
        browser.labelled("Address").send_keys("no address at all")
        browser.allow(422, "monitors$")
        browser.allow(400, "monitors$")
        browser.press("Add monitor")
        browser.find("apus-field .is-invalid")
        see(self, "monitor-new-faults")

    def test_a_monitor_is_added_by_keyboard_alone(self):
        browser = self.browser
        apus = self.apus
        browser.open(apus.url)
        browser.find("apus-monitor-row")
        # Tab leads everywhere, and always shows where one is.
        seen = []
        for _ in range(60):
            browser.type(Keys.TAB)
            tag, text, is_visible = browser.run(FOCUS)
            if tag == "BODY":
                break
            self.assertTrue(is_visible, f"the focus on {tag} “{text}” can't be seen")
            seen.append(text)
            if text == "Add monitor":
                browser.type(Keys.ENTER)
                break
        self.assertIn("Skip to the content", seen)
        self.assertIn("Add monitor", seen)
        wait("the address is in focus", lambda: browser.run("return document.activeElement === arguments[0]", browser.labelled("Address")))
        browser.type(targets().address("typed"), Keys.TAB)
        wait("the name is in focus", lambda: browser.run("return document.activeElement === arguments[0]", browser.labelled("Name")))
        # Tab selects what is proposed.
        browser.type("Typed by hand", Keys.ENTER)
        wait("it is saved", lambda: any(each["name"] == "Typed by hand" for each in apus.get("monitors?limit=1000")["items"]))

    def test_single_keys_search_add_and_help(self):
        browser = self.browser
        browser.find("apus-monitor-row")
        browser.type("/")
        self.assertEqual(browser.run("return document.activeElement.type"), "search")
        browser.type("first", Keys.ESCAPE, Keys.ESCAPE)
        browser.type("?")
        browser.shows("What the marks mean", "dialog")
        see(self, "help")
        browser.type(Keys.ESCAPE)
        wait("the help is closed", lambda: browser.count("dialog") == 0)
        browser.type("n")
        browser.is_at(f"{self.apus.url}monitors/new")
