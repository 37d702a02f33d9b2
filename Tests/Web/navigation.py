"""The frame around the pages: the bar of a telephone, keys, and where the focus goes."""

from selenium.webdriver.common.keys import Keys

from looks import see
from story import AdminStory
from waiting import wait

PAGES = ["Overview", "Incidents", "Channels", "People", "Pipeline"]
# Whether an element is on the screen, and what lies at its middle is itself or in it.
IS_REACHABLE = """
    const box = arguments[0].getBoundingClientRect();
    if (box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight) return false;
    return arguments[0].contains(document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2));
"""
# Counts the changes that readers hear of what is read out by itself, and those that they do not.
HEAR = """
    [window.heard, window.unheard] = [0, 0];
    new MutationObserver(changes => {
        for (const { target } of changes) target.closest("[aria-live=off]") ? (window.unheard += 1) : (window.heard += 1);
    }).observe(document.querySelector(arguments[0]), { childList: true, subtree: true });
"""


class Navigation(AdminStory):
    def setUp(self):
        super().setUp()
        self.browser.find("apus-monitor-row")

    def test_a_telephone_shows_every_page_and_tool_without_scrolling(self):
        browser = self.browser
        for width in (390, 320):
            browser.command("Emulation.setDeviceMetricsOverride", width=width, height=700, deviceScaleFactor=2, mobile=True)
            browser.open(f"{self.apus.url}people")
            browser.find("apus-person-list")
            links = browser.find("nav a")
            self.assertEqual([each.text for each in links], PAGES)
            tools = browser.find(".shell-tools button, .shell-tools a")
            self.assertEqual(len(tools), 4)
            for each in links + tools:
                name = each.get_attribute("aria-label") or each.text
                self.assertTrue(browser.run(IS_REACHABLE, each), f"“{name}” is out of reach at {width} pixels")
                size = each.size
                self.assertGreaterEqual(min(size["width"], size["height"]), 24, name)
            self.assertLessEqual(browser.run("return document.documentElement.scrollWidth"), width)
            # Where one is can be seen, and what is last on a page is not covered.
            self.assertEqual(browser.find("nav a[aria-current=page]")[0].text, "People")
            browser.run("scrollTo(0, document.documentElement.scrollHeight)")
            last = browser.find("apus-session-list tbody tr:last-child td")[0]
            self.assertTrue(browser.run(IS_REACHABLE, last), f"the last row is covered at {width} pixels")
        for page in PAGES:
            browser.run("[...document.querySelectorAll('nav a')].find(each => each.textContent === arguments[0]).click()", page)
            wait(f"{page} is shown", lambda: browser.text("nav a[aria-current=page]") == page)
        browser.click("button[aria-label='Keys and help']")
        browser.shows("What the marks mean", "dialog")
        see(self, "help-phone-frame")
        browser.type(Keys.ESCAPE)

    def test_a_form_is_saved_above_the_bar_of_a_telephone(self):
        browser = self.browser
        browser.look("phone")
        browser.open(f"{self.apus.url}monitors/new")
        browser.find("main h1")
        save = browser.find(".form-actions button")[0]
        wait("the button is in reach", lambda: browser.run(IS_REACHABLE, save))

    def test_tab_goes_through_the_people_in_the_order_of_the_page(self):
        browser = self.browser
        browser.open(f"{self.apus.url}people")
        browser.find("apus-session-list tbody tr")
        browser.settle()
        places = []
        for _ in range(200):
            browser.type(Keys.TAB)
            place = browser.run(
                """
                const node = document.activeElement;
                if (node === document.body) return null;
                const style = getComputedStyle(node);
                const isSeen = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
                const { top, bottom, height } = node.getBoundingClientRect();
                // What is taller than the screen can't be seen whole: its top may lie above.
                const isCovered = node.closest("main") && ((height < innerHeight - 52 && top < 52) || bottom < 52 || top > innerHeight);
                return [node.closest("header") ? -1 : top + scrollY, isSeen, Boolean(isCovered), node.textContent];
                """
            )
            if place is None:
                break
            top, is_seen, is_covered, text = place
            self.assertTrue(is_seen, f"the focus on “{text}” can't be seen")
            self.assertFalse(is_covered, f"the focus on “{text}” is covered")
            places.append((top, text))
        tops = [top for top, _ in places[1:] if top >= 0]
        self.assertGreater(len(tops), 5)
        # Down the page; what stands beside each other may differ a little.
        self.assertTrue(all(later > former - 40 for former, later in zip(tops, tops[1:])), places)

    def test_the_help_closes_with_escape_and_gives_the_focus_back(self):
        browser = self.browser
        browser.open(f"{self.apus.url}audit")
        browser.find("apus-audit-log tbody tr")
        browser.run("document.querySelector('[aria-label=\"Keys and help\"]').focus()")
        browser.type(Keys.ENTER)
        browser.shows("What the marks mean", "dialog")
        # Behind it nothing is reached.
        for _ in range(8):
            browser.type(Keys.TAB)
            self.assertTrue(browser.run("return document.activeElement === document.body || Boolean(document.activeElement.closest('dialog'))"))
        browser.type(Keys.ESCAPE)
        wait("it is closed", lambda: browser.count("dialog") == 0)
        self.assertEqual(browser.focus(), "Keys and help")
        browser.run("document.activeElement.blur()")
        browser.type("?")
        browser.shows("What the marks mean", "dialog")
        # Another does not open over it.
        browser.type("?")
        self.assertEqual(browser.count("dialog"), 1)
        browser.type(Keys.ESCAPE)
        wait("it is closed", lambda: browser.count("dialog") == 0)
        # In a field they are letters.
        browser.open(f"{self.apus.url}account")
        browser.open(self.apus.url)
        browser.find("apus-monitor-row")
        browser.type("/")
        browser.type("?n")
        self.assertEqual(browser.run("return document.activeElement.value"), "?n")
        self.assertEqual(browser.count("dialog"), 0)

    def test_the_way_back_closes_a_question_and_keeps_what_was_typed(self):
        browser = self.browser
        # From the list, as people come.
        browser.click("apus-monitor-row .row-name")
        browser.press("Delete")
        browser.shows("its history goes with it", "dialog")
        browser.driver.back()
        browser.is_at(self.apus.url)
        wait("nobody is asked any more", lambda: browser.count("dialog") == 0)
        self.assertEqual(browser.run("return document.activeElement.id"), "main")
        browser.click("nav a[data-page=channels]")
        browser.press("Add channel")
        browser.fill("dialog input[name=name]", "Half typed")
        browser.driver.back()
        browser.is_at(self.apus.url)
        browser.find("apus-monitor-row")
        self.assertEqual(browser.find("dialog input[name=name]")[0].get_attribute("value"), "Half typed")
        browser.type(Keys.ESCAPE)
        wait("it is closed", lambda: browser.count("dialog") == 0)

    def test_a_lost_connection_is_read_out_once_however_long_it_is_away(self):
        browser = self.browser
        browser.allow(0, "/api/v1/stream")
        browser.command("Network.setBlockedURLs", urls=["*/api/v1/stream*"])
        browser.driver.refresh()
        browser.shows("No connection to the gateway for", ".banner")
        browser.run(HEAR, ".banner")
        wait("the span runs", lambda: browser.run("return window.unheard") >= 2)
        self.assertEqual(browser.run("return window.heard"), 0)
        browser.command("Network.setBlockedURLs", urls=[])
        wait("it is back", lambda: browser.text(".banner") == "")
