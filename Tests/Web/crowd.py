"""Ten thousand monitors: two thousand of them checked every half minute, all where the tests are run in full."""

import http.client
import json
import os
import statistics
import threading
import unittest
import urllib.parse

from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys

from looks import see
from product import Product
from story import Story, targets
from waiting import wait
from way import Way

COUNT = 10_000
# So many of them; the others are paused.
CHECKED = COUNT if os.environ.get("APUS_TEST_FULL") else 2_000
LAST = f"service-{COUNT - 1:05}"
FEW = 100
# Of rows in the document, however many were passed.
MOST_ROWS = 60
# The bars of the overview: milliseconds to the first rows, and how much longer many may take than few.
FIRST_ROWS_WITHIN = 1_000
SLOWER_AT_MOST = 1.5

_crowds = {}


def setUpModule():
    for name, count in (("few", FEW), ("many", COUNT)):
        _crowds[name] = Product(name)
        unittest.addModuleCleanup(_crowds[name].stop)
        add(_crowds[name], count)
    for name, count in (("few", FEW), ("many", CHECKED)):
        wait("each was checked", lambda: _counts(_crowds[name])["up"] == count, seconds=120)


def _counts(apus):
    return apus.get("overview")["counts"]


class Crowd(Story):
    def setUp(self):
        super().setUp()
        self.apus = _crowds["many"]

    def test_the_first_rows_come_as_soon_with_a_crowd_as_with_a_hundred(self):
        browser = self.browser
        # A cookie belongs to a host, whatever the port: each Apus has another.
        few = _crowds["few"].url.replace("127.0.0.1", "localhost")
        many = self.apus.url
        for apus, url in ((_crowds["few"], few), (self.apus, many)):
            browser.open(apus.reset_link().replace(apus.url, url))
            browser.is_at(url)
        times = {few: [], many: []}
        # By turns, so that both meet the same machine; the first of each fills the browser's cache.
        for turn in range(10):
            for url in (few, many) if turn % 2 == 0 else (many, few):
                browser.open(url)
                time = browser.driver.execute_async_script(FIRST_ROWS)
                browser.settle()
                if turn > 0:
                    times[url].append(time)
        times = {url: sorted(times[url]) for url in times}
        medians = {url: statistics.median(times[url]) for url in times}
        ratio = medians[many] / medians[few]
        print(
            f"first rows of the overview: {medians[few]:.0f} ms with {FEW} monitors ({_span(times[few])}),"
            f" {medians[many]:.0f} ms with {COUNT:,} ({_span(times[many])}), ratio {ratio:.2f}"
        )
        self.assertLess(medians[many], FIRST_ROWS_WITHIN)
        self.assertLessEqual(ratio, SLOWER_AT_MOST)

    def test_they_are_searched_and_filtered(self):
        browser = self.browser
        self.sign_in(self.apus)
        browser.find("apus-monitor-row")
        see(self, "overview-crowd")
        browser.run("document.querySelector('input[type=search]').focus()")
        browser.type("Sérvice-04711")
        browser.shows("1 monitor matches", ".list-found")
        self.assertIn("q=S%C3%A9rvice-04711", browser.driver.current_url)
        wait("it is the one", lambda: browser.text("apus-monitor-list .row-name") == "service-04711")
        self.assertEqual(browser.count("apus-monitor-row"), 1)
        browser.type("x")
        browser.shows("Nothing matches")
        see(self, "overview-nothing-found")
        browser.press("Show all")
        wait("all are there", lambda: self._rows() == COUNT)

        group = browser.find("select[aria-label=Group]")[0]
        group.find_element("css selector", "option[value='team-07']").click()
        browser.shows(f"{COUNT // 50} monitors match", ".list-found")
        self.assertIn("group=team-07", browser.driver.current_url)
        tag = browser.find("select[aria-label=Tag]")[0]
        tag.find_element("css selector", "option[value='even']").click()
        # Of each team every second monitor is even or none is: 7 is odd.
        wait("none of them is even", lambda: browser.text(".list-found") == "0 monitors match")
        tag.find_element("css selector", "option[value='odd']").click()
        wait("all of them are odd", lambda: browser.text(".list-found") == f"{COUNT // 50} monitors match")

    def test_they_are_scrolled_by_wheel_and_keyboard(self):
        browser = self.browser
        self.sign_in(self.apus)
        browser.open(f"{self.apus.url}?sort=name")
        wait("rows are where one looks", lambda: len(browser.run(NAMES_IN_SIGHT)) >= 5)
        browser.run(WATCH_ROWS)
        browser.run("document.querySelector('[data-monitor] .row-name').focus()")
        focused = browser.run(FOCUSED)
        self.assertEqual(focused, "service-00000")
        height = browser.run("return document.documentElement.scrollHeight - innerHeight")
        # A hundred turns of the wheel from the first to the last; the stream tells of results all the while.
        for _ in range(100):
            browser.command("Input.dispatchMouseEvent", type="mouseWheel", x=640, y=600, deltaX=0, deltaY=height / 99)
        wait("the last one is there", lambda: LAST in browser.text("apus-monitor-list"))
        # And back as one reads.
        for _ in range(40):
            browser.command("Input.dispatchMouseEvent", type="mouseWheel", x=640, y=600, deltaX=0, deltaY=-300)
        wait("it is gone from sight", lambda: LAST not in browser.run(NAMES_IN_SIGHT))
        self.assertEqual(browser.run(FOCUSED), focused, "what has the focus stays, far out of sight")
        wheel = browser.run("return watched")
        # Back at the top it is the same row, and Tab goes on from there.
        browser.run("scrollTo(0, 0)")
        wait("the first is back", lambda: len(browser.run(NAMES_IN_SIGHT)) >= 5)
        self.assertEqual(browser.run(FOCUSED), focused)
        before = 0
        for _ in range(120):
            browser.type(Keys.TAB)
            name = browser.run(FOCUSED)
            self.assertTrue(name.startswith("service-"), f"the focus is on “{name}”")
            self.assertIn(int(name[-5:]) - before, (0, 1), "Tab goes through the rows as they stand")
            before = int(name[-5:])
        self.assertGreaterEqual(before, 50)
        browser.run("document.activeElement.blur()")
        # The browser glides: each key waits until one is where the one before it led.
        for key, name, left in ((Keys.END, LAST, "below"), (Keys.HOME, "service-00000", "above"), (Keys.END, LAST, "below")):
            browser.type(key)
            wait(f"nothing is left {left}", lambda: browser.run(LEFT)[left] <= 1)
            wait(f"{name} is in sight", lambda: name in browser.run(NAMES_IN_SIGHT))
        browser.type(Keys.PAGE_UP)
        wait("it is a page further up", lambda: LAST not in browser.run(NAMES_IN_SIGHT))
        keys = browser.run("return watched")
        print(
            f"scrolling through {COUNT:,}: at most {keys['most']} rows in the document, never longer than"
            f" {wheel['blank']:.0f} ms without one in sight at the wheel, {keys['blank']:.0f} ms in all"
        )
        self.assertGreater(wheel["frames"], 20)
        self.assertLess(keys["most"], MOST_ROWS)
        self.assertLess(keys["blank"], 1_500)

    def test_what_rushes_past_is_not_asked_for(self):
        browser = self.browser
        self.sign_in(self.apus)
        with Way(self.apus) as way:
            browser.open(way.outside(self.apus.reset_link()))
            browser.is_at(way.url)
            browser.open(f"{way.url}?sort=name")
            wait("rows are where one looks", lambda: len(browser.run(NAMES_IN_SIGHT)) >= 5)
            before = way.count("/cards")
            # Past some two hundred windows, a few screens in each frame.
            browser.driver.execute_async_script(RUSH)
            wait("rows are where one comes to rest", lambda: LAST in browser.run(NAMES_IN_SIGHT))
            asked = way.count("/cards") - before
            print(f"rushing through {COUNT:,}: {asked} windows asked for")
            self.assertLess(asked, 12)
            # A stream that ends with its way would be a request that failed.
            browser.open("about:blank")

    def test_the_focus_stays_in_the_list_while_rows_come_and_go(self):
        browser = self.browser
        apus = self.apus
        self.sign_in(apus)
        ids = [apus.add(f"focus-{number}", targets().address("many"), interval=30) for number in range(6)]
        browser.open(f"{apus.url}?q=focus-&sort=name")
        wait("they are there", lambda: browser.count("apus-monitor-row") == 6)
        browser.run("document.querySelector(`[data-monitor='${arguments[0]}'] input`).focus()", ids[2])
        # The one that has the focus goes, the one behind it takes its place; the last leaves it to the one before.
        for gone, heir in ((2, 3), (3, 4), (5, 4), (4, 1)):
            apus.ask("DELETE", f"monitors/{ids[gone]}")
            wait("it is gone", lambda: browser.run("return !document.querySelector(`[data-monitor='${arguments[0]}']`)", ids[gone]))
            wait("the focus went on", lambda: browser.run(FOCUSED) == f"focus-{heir}")
            self.assertEqual(browser.run("return document.activeElement.type"), "checkbox")
        for number in (0, 1):
            apus.ask("DELETE", f"monitors/{ids[number]}")
        browser.shows("Nothing matches")

    def test_they_are_then_paused_resumed_and_deleted_several_and_all_that_match(self):
        browser = self.browser
        apus = self.apus
        self.sign_in(apus)
        paused = COUNT - CHECKED
        browser.open(f"{apus.url}?q=service-0000&sort=name")
        browser.shows("10 monitors match", ".list-found")
        names = browser.run("return [...document.querySelectorAll('apus-monitor-row')].map(row => Number(row.dataset.monitor))")
        boxes = browser.find("apus-monitor-row .row-check input")
        boxes[2].click()
        # With Shift everything up to there.
        ActionChains(browser.driver).key_down(Keys.SHIFT).click(boxes[4]).key_up(Keys.SHIFT).perform()
        browser.shows("3 selected", "apus-selection-bar")
        see(self, "overview-selected")
        browser.press("Pause")
        for monitor in names[2:5]:
            browser.state(monitor, "paused")
        self.assertEqual(_counts(apus)["paused"], paused + 3)
        browser.find("apus-monitor-row .row-check input")[2].click()
        browser.press("Resume")
        wait("it is no longer paused", lambda: _counts(apus)["paused"] == paused + 2)

        # All that match, far more than one request takes and far more than are in the document.
        browser.open(f"{apus.url}?tag=even")
        browser.shows(f"{COUNT // 2:,} monitors match", ".list-found")
        browser.click(".list-columns input[aria-label='Select all']")
        browser.shows(f"{COUNT // 2:,} selected", "apus-selection-bar")
        browser.run(LISTEN_TO_BAR)
        browser.press("Pause")
        browser.shows(f"Paused {COUNT // 2:,} monitors.", "apus-toast", seconds=120)
        wait("all are paused", lambda: apus.get("cards?tag=even&limit=1")["counts"]["paused"] == COUNT // 2, seconds=120)
        wait("nothing is selected", lambda: not browser.run("return document.querySelector('apus-selection-bar').checkVisibility()"))
        self.assertEqual(browser.run("return document.activeElement.ariaLabel"), "Select all")
        said = browser.run("return window.said")
        for done in range(0, COUNT // 2, 500):
            self.assertIn(f"Pausing: {done:,} of {COUNT // 2:,}", said)

        browser.open(f"{apus.url}?group=team-08&state=paused")
        browser.shows(f"{COUNT // 50} monitors match", ".list-found")
        browser.click(".list-columns input[aria-label='Select all']")
        browser.shows(f"{COUNT // 50} selected", "apus-selection-bar")
        browser.press("Delete")
        browser.shows(f"Delete these {COUNT // 50} monitors?", "dialog")
        browser.press("Cancel")
        self.assertEqual(apus.get("overview")["monitors"], COUNT)
        browser.press("Delete")
        browser.shows(f"Delete these {COUNT // 50} monitors?", "dialog")
        browser.run("[...document.querySelectorAll('dialog button')].find(each => each.textContent === 'Delete').click()")
        browser.shows("Nothing matches")
        self.assertEqual(apus.get("overview")["monitors"], COUNT - COUNT // 50)

    def _rows(self):
        # The heads of the columns are a row, too.
        return self.browser.run("return Number(document.querySelector('apus-monitor-list').getAttribute('aria-rowcount'))") - 1


def _span(times):
    return f"{times[0]:.0f} to {times[-1]:.0f}"


# The frame in which the first name stands.
FIRST_ROWS = """
    const done = arguments[0];
    const look = () => document.querySelector("apus-monitor-row .row-name")?.textContent
        ? done(performance.now()) : requestAnimationFrame(look);
    look();
"""
NAMES_IN_SIGHT = """
    return [...document.querySelectorAll("apus-monitor-row")].filter(row => {
        const { top, bottom } = row.getBoundingClientRect();
        return bottom > 0 && top < innerHeight;
    }).map(row => row.querySelector(".row-name").textContent).filter(name => name !== "")
"""
# How many pixels of the page are out of sight.
LEFT = "return { above: scrollY, below: document.documentElement.scrollHeight - innerHeight - scrollY }"
# Goes down to the end in two hundred frames.
RUSH = """
    const done = arguments[0];
    let frames = 200;
    const step = () => {
        frames -= 1;
        scrollBy({ top: document.documentElement.scrollHeight / 190, behavior: "instant" });
        if (frames > 0) requestAnimationFrame(step);
        else done();
    };
    requestAnimationFrame(step);
"""
# The name in the row that has the focus.
FOCUSED = """
    const { activeElement } = document;
    return activeElement.closest("apus-monitor-row")?.querySelector(".row-name").textContent ?? activeElement.outerHTML.slice(0, 80);
"""
# Everything that the bar says how far it is.
LISTEN_TO_BAR = """
    window.said = [];
    const count = document.querySelector(".selection-count");
    new MutationObserver(() => said.push(count.textContent)).observe(count, { childList: true });
"""
# In each frame: how many rows there are, and for how long there has been none in sight, except where it rushes past faster
# than anyone can read.
WATCH_ROWS = """
    window.watched = { most: 0, blank: 0, frames: 0 };
    let [since, place] = [null, scrollY];
    const look = time => {
        const rows = [...document.querySelectorAll("apus-monitor-row")];
        watched.most = Math.max(watched.most, rows.length);
        watched.frames += 1;
        const isBlank = !rows.some(row => {
            const { top, bottom } = row.getBoundingClientRect();
            return bottom > 0 && top < innerHeight;
        });
        const isRushing = Math.abs(scrollY - place) > innerHeight / 2;
        place = scrollY;
        since = isBlank && !isRushing ? (since ?? time) : null;
        if (since !== null) watched.blank = Math.max(watched.blank, time - since);
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
"""


def add(apus, count):
    """Adds so many monitors, over several connections."""
    address = urllib.parse.urlsplit(apus.url).netloc
    target = targets().address("many")
    headers = {"Authorization": f"Bearer {apus.key}", "Content-Type": "application/json"}
    problems = []
    connections = 8

    def run(numbers):
        try:
            post(numbers)
        except (OSError, http.client.HTTPException) as problem:
            problems.append(f"{type(problem).__name__}: {problem}")

    def post(numbers):
        connection = http.client.HTTPConnection(address, timeout=60)
        for number in numbers:
            monitor = {
                "name": f"service-{number:05}",
                "type": "http",
                "target": target,
                "interval": 30,
                "enabled": number < CHECKED,
                "group": f"team-{number % 50:02}",
                "tags": ["even" if number % 2 == 0 else "odd"],
            }
            connection.request("POST", "/api/v1/monitors", json.dumps(monitor), headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 201:
                problems.append(f"{answer.status} {text[:200]}")
                return

    threads = [threading.Thread(target=run, args=[range(part, count, connections)]) for part in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise AssertionError(problems[0])
