"""The way to the gateway is slow, loses requests or breaks: pages wait for it, ask again, and stay with who went on."""

from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys

from product import Product
from story import ShowcaseStory, targets
from waiting import wait
from way import Way

# The names of the rows that are shown, from top to bottom.
NAMES = """
    return [...document.querySelectorAll("apus-monitor-row")].sort((left, right) => left.ariaRowIndex - right.ariaRowIndex)
        .map(row => row.querySelector(".row-name").textContent)
"""
# Goes to another page of the same document, as a click on a link does.
GO = "document.querySelector(`nav a[data-page='${arguments[0]}']`).click()"
# Whether the list of what was sent has anything, or says that there is nothing.
IS_READ = "return [...document.querySelectorAll('apus-sent-list tbody tr, apus-sent-list p')].some(each => each.textContent)"


class SlowWays(ShowcaseStory):
    def setUp(self):
        super().setUp()
        way = Way(self.apus)
        self.enterContext(way)
        self.way = way
        browser = self.browser
        browser.open(way.outside(self.apus.reset_link()))
        browser.is_at(way.url)
        browser.find("apus-monitor-row")

    def test_rows_whose_request_got_lost_are_asked_for_again(self):
        browser, way = self.browser, self.way
        way.lose("/cards", 1)
        browser.open(way.url)
        wait("they were asked for", lambda: way.count("/cards") >= 2)
        # Long before the request is given up that got lost.
        wait("they are here", lambda: browser.count("apus-monitor-row") > 0, seconds=15)

    def test_rows_that_could_not_be_read_are_asked_for_again(self):
        browser, way = self.browser, self.way
        way.cut("/cards", 2)
        browser.allow(0, "/cards")
        before = way.count("/cards")
        browser.open(way.url)
        wait("they are here", lambda: browser.count("apus-monitor-row") > 0, seconds=15)
        self.assertGreaterEqual(way.count("/cards") - before, 3)

    def test_what_is_typed_stays_while_the_page_is_slow(self):
        browser, way = self.browser, self.way
        search = "return document.querySelector('input[type=search]').value"
        with way.keeping("/api/v1/tags"):
            browser.open(way.url)
            browser.find("input[type=search]")[0].click()
            browser.type("check")
        # What the groups, tags and regions are comes after it.
        browser.find("select[aria-label=Tag]")
        self.assertEqual(browser.run(search), "check")
        wait("it is found", lambda: browser.run(NAMES) == ["Checkout"])
        # A space after a word waits for the next.
        browser.type("out ")
        wait("it is told", lambda: "q=checkout" in browser.driver.current_url)
        self.assertEqual(browser.run(search), "checkout ")
        browser.type("status")
        self.assertEqual(browser.run(search), "checkout status")
        # What is chosen at once does not take the word from who types.
        with way.keeping("/cards"):
            browser.run("document.querySelector('input[type=search]').select()")
            browser.type("mail")
            browser.run("document.querySelector('#by-group').click()")
            self.assertEqual(browser.run(search), "mail")
        wait("both are told", lambda: {"q=mail", "by=group"} <= set(browser.driver.current_url.split("?")[-1].split("&")))

    def test_who_went_on_keeps_the_page_and_its_title(self):
        browser, way = self.browser, self.way
        incident = self.apus.get(f"incidents?monitor={self.checkout}")["items"][0]["id"]
        for address, slow in (
            (f"incidents/{incident}", f"/api/v1/incidents/{incident}"),
            (f"monitors/{self.checkout}", f"/api/v1/monitors/{self.checkout}$"),
            (f"monitors/{self.checkout}/edit", f"/api/v1/monitors/{self.checkout}$"),
        ):
            with way.keeping(slow):
                before = way.count(slow)
                browser.open(f"{way.url}{address}")
                wait("it is asked for", lambda: way.count(slow) > before)
                browser.run(GO, "channels")
                browser.find("apus-sent-list")
            browser.settle()
            self.assertIn("Channels · Apus", browser.driver.title, address)
            self.assertEqual(browser.driver.current_url, f"{way.url}channels")

    def test_who_goes_on_while_a_monitor_is_saved_stays_there(self):
        browser, way, apus = self.browser, self.way, self.apus
        monitor = apus.add("Saved slowly", targets().address("saved"), interval=60)
        browser.open(f"{way.url}monitors/{monitor}/edit")
        wait("the form is filled", lambda: browser.labelled("Name").get_attribute("value") == "Saved slowly")
        name = browser.labelled("Name")
        name.clear()
        name.send_keys("Saved after all")
        path = f"/api/v1/monitors/{monitor}$"
        with way.keeping(path):
            before = way.count(path)
            browser.press("Save")
            wait("it is on its way", lambda: way.count(path) > before)
            browser.run(GO, "channels")
            browser.find("apus-sent-list")
        browser.shows("Saved after all", "apus-toast")
        browser.settle()
        self.assertEqual(browser.driver.current_url, f"{way.url}channels")
        self.assertEqual(apus.get(f"monitors/{monitor}")["name"], "Saved after all")

    def test_an_answer_that_breaks_off_is_told_as_one_that_did_not_come(self):
        browser, way = self.browser, self.way
        way.cut("/api/v1/channels", 1)
        browser.allow(0, "/api/v1/channels")
        browser.open(f"{way.url}channels")
        browser.shows("The gateway can't be reached.", ".channel-list")

    def test_a_list_whose_answers_take_longer_than_its_turn_is_shown(self):
        browser, way = self.browser, self.way
        # It is looked at every three seconds.
        way.slow("/api/v1/deliveries", 4)
        browser.open(f"{way.url}channels")
        wait("it is shown", lambda: browser.run(IS_READ), seconds=20)

    def test_results_that_change_no_state_ask_for_no_count(self):
        browser, way, apus = self.browser, self.way, self.apus
        monitor = apus.add("Steady", targets().address("steady"), interval=1, failureThreshold=1, recoveryThreshold=1)
        browser.open(f"{way.url}monitors/{monitor}")
        wait("it is up", lambda: browser.run("return document.querySelector('.monitor-now apus-state')?.dataset.state") == "up")
        browser.settle()
        checks = "return document.querySelectorAll('apus-check-log tbody tr').length"
        begun = browser.run(checks)
        before = way.count("/api/v1/overview")
        wait("ten more checks came", lambda: browser.run(checks) >= begun + 10)
        # The notice of Apus's own health asks every 15 s, the frame every 30 s.
        self.assertLessEqual(way.count("/api/v1/overview") - before, 3)
        apus.ask("DELETE", f"monitors/{monitor}")

    def test_with_shift_rows_are_chosen_that_were_never_seen(self):
        browser = self.browser
        with Product("ranges") as apus, Way(apus) as way:
            ids = [apus.add(f"row-{number:03}", targets().address("rows"), enabled=False) for number in range(200)]
            browser.open(way.outside(apus.reset_link()))
            browser.is_at(way.url)
            browser.open(f"{way.url}?sort=name")
            box = "[data-monitor='{}'] input"
            browser.click(box.format(ids[2]))
            browser.run("scrollTo(0, document.documentElement.scrollHeight)")
            last = browser.find(box.format(ids[198]))[0]
            ActionChains(browser.driver).key_down(Keys.SHIFT).click(last).key_up(Keys.SHIFT).perform()
            browser.shows("197 selected", "apus-selection-bar")
            # A stream that ends with its gateway would be a request that failed.
            browser.open("about:blank")
