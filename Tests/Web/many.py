"""Ten thousand monitors."""

import http.client
import json
import statistics
import threading
import urllib.parse

from looks import see
from story import Story, product, targets
from waiting import wait

COUNT = 10_000


class Many(Story):
    def test_ten_thousand_monitors_are_searched_filtered_and_scrolled(self):
        browser = self.browser
        apus = product()
        self.sign_in(apus)
        add_many(apus, 0, 100)
        few = self._first_paint(apus)
        add_many(apus, 100, COUNT)
        wait("the board has them all", lambda: apus.get("overview")["monitors"] >= COUNT)
        wait("each was checked", lambda: apus.get("overview")["counts"]["new"] == 0, seconds=60)
        many = self._first_paint(apus)
        print(f"first rows of the overview: {few:.0f} ms with 100 monitors, {many:.0f} ms with {COUNT:,}")

        total = apus.get("overview")["monitors"]
        browser.open(apus.url)
        browser.find("apus-monitor-row")
        see(self, "overview-many")
        browser.run("document.querySelector('input[type=search]').focus()")
        browser.type("service-04711")
        browser.shows("1 monitor matches", ".list-found")
        wait("it is the one", lambda: browser.text("apus-monitor-list .row-name") == "service-04711")
        self.assertEqual(browser.count("apus-monitor-row"), 1)
        self.assertIn("q=service-04711", browser.driver.current_url)
        browser.type("x")
        browser.shows("Nothing matches")
        see(self, "overview-nothing-found")
        browser.press("Show all")
        # The heads of the columns are a row, too.
        rows = "return Number(document.querySelector('apus-monitor-list').getAttribute('aria-rowcount'))"
        wait("all are there", lambda: browser.run(rows) == total + 1)

        group = browser.find("select[aria-label=Group]")[0]
        group.find_element("css selector", "option[value='team-07']").click()
        browser.shows("200 monitors match", ".list-found")
        tag = browser.find("select[aria-label=Tag]")[0]
        tag.find_element("css selector", "option[value='even']").click()
        # Of each team every second monitor is even or none is: 7 is odd.
        browser.shows("0 monitors match", ".list-found")
        tag.find_element("css selector", "option[value='odd']").click()
        browser.shows("200 monitors match", ".list-found")

        # Only what is seen is in the document, wherever one is.
        browser.open(f"{apus.url}?sort=name")
        browser.find("apus-monitor-row")
        for place in (0.25, 0.5, 0.75, 1):
            browser.run("scrollTo(0, document.documentElement.scrollHeight * arguments[0])", place)
            wait("rows are where one looks", lambda: browser.run(ROWS_IN_SIGHT) >= 5)
            self.assertLess(browser.count("apus-monitor-row"), 100)
        wait("the last one is there", lambda: "service-09999" in browser.text("apus-monitor-list"))

    def _first_paint(self, apus):
        """Milliseconds from the beginning of the navigation to the first rows on the screen; the median of five."""
        times = []
        for _ in range(5):
            self.browser.open(apus.url)
            times.append(self.browser.driver.execute_async_script(FIRST_ROWS))
        return statistics.median(times)


# The frame in which the first name stands.
FIRST_ROWS = """
    const done = arguments[0];
    const look = () => document.querySelector("apus-monitor-row .row-name")?.textContent
        ? done(performance.now()) : requestAnimationFrame(look);
    look();
"""
ROWS_IN_SIGHT = """
    return [...document.querySelectorAll("apus-monitor-row")].filter(row => {
        const { top, bottom } = row.getBoundingClientRect();
        return bottom > 0 && top < innerHeight && row.querySelector(".row-name").textContent !== "";
    }).length
"""


def add_many(apus, first, last):
    """Adds the monitors of these numbers, one in ten checked each hour and the others paused, over four connections."""
    address = urllib.parse.urlsplit(apus.url).netloc
    target = targets().address("many")
    headers = {"Authorization": f"Bearer {apus.key}", "Content-Type": "application/json"}
    problems = []

    def add(numbers):
        connection = http.client.HTTPConnection(address, timeout=60)
        for number in numbers:
            monitor = {
                "name": f"service-{number:05}",
                "type": "http",
                "target": target,
                "interval": 3_600,
                "enabled": number % 10 == 0,
                "group": f"team-{number % 50:02}",
                "tags": ["even" if number % 2 == 0 else "odd"],
            }
            connection.request("POST", "/api/v1/monitors", json.dumps(monitor), headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 201:
                problems.append(f"{answer.status} {text[:200]}")
                return

    threads = [threading.Thread(target=add, args=[range(first + part, last, 4)]) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise AssertionError(problems[0])
