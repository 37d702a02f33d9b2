"""One monitor: how it is, how it was over any range of time, and each of its checks."""

import subprocess
import time
from datetime import datetime

from looks import see
from product import Product
from story import Story, targets
from waiting import wait

# What the chart draws: [{ label, isHidden, times, stretches }] with Unix ms, and the stretches that one line joins.
LINES = """
    const done = arguments[0];
    import(new URL("assets/chart.js/chart.mjs", document.baseURI)).then(({ Chart }) => {
        const chart = Chart.getChart(document.querySelector("apus-latency-chart canvas"));
        done(chart?.data.datasets.map((set, index) => ({
            label: set.label,
            isHidden: !chart.isDatasetVisible(index),
            times: set.data.filter(point => point.y !== null).map(point => point.x),
            stretches: chart.getDatasetMeta(index).dataset.segments.map(each => [set.data[each.start].x, set.data[each.end].x]),
        })) ?? []);
    });
"""
# Whether labels of the time axis lie over one another or out of their box.
COLLISIONS = """
    const box = document.querySelector("apus-state-timeline").getBoundingClientRect();
    const boxes = [...document.querySelectorAll(".timeline-axis span")].map(each => each.getBoundingClientRect());
    return boxes.filter((each, index) => each.left < box.left - 1 || each.right > box.right + 1
        || (index > 0 && each.left < boxes[index - 1].right + 4)).length;
"""
# How much of the timeline is of each kind: { up, degraded, down, unknown } as shares of its width.
TIMELINE = """
    const shares = {};
    for (const path of document.querySelectorAll("apus-state-timeline svg > path[d]")) {
        const name = path.getAttribute("fill")?.startsWith("url") ? "unknown" : /strip-(\\w+)/.exec(path.getAttribute("class") ?? "")?.[1];
        if (!name) continue;
        const boxes = [...path.getAttribute("d").matchAll(/M([\\d.]+) [\\d.]+H([\\d.]+)/g)];
        shares[name] = boxes.reduce((sum, [, left, right]) => sum + Number(right) - Number(left), 0) / 1000;
    }
    return shares;
"""
ROWS = "return [...document.querySelectorAll('apus-check-log tbody tr:not(.log-detail)')].map(each => each.innerText.replaceAll('\\n', ' '))"
RANGES = ["Live", "1 h", "12 h", "24 h", "7 d", "30 d", "90 d"]
HOUR = 3_600


class Monitor(Story):
    @classmethod
    def setUpClass(cls):
        cls.apus = Product("monitor", regions=("eu", "us-east"))
        cls.addClassCleanup(cls.apus.stop)
        cls.shop = cls._add("shop", interval=1, failureThreshold=2)
        cls.hourly = cls._add("hourly", interval=HOUR)
        for monitor in (cls.shop, cls.hourly):
            wait("it is up", lambda: cls.apus.state(monitor) == "up")

    @classmethod
    def _add(cls, name, **fields):
        targets().answer(name, "ok")
        return cls.apus.add(name.title(), targets().address(name), **fields)

    def setUp(self):
        super().setUp()
        self.sign_in(self.apus)

    def _open(self, monitor, query=""):
        browser = self.browser
        browser.open(f"{self.apus.url}monitors/{monitor}{query}")
        wait("the chart is there", lambda: browser.text(".timeline-text"))

    def _lines(self):
        return {line["label"]: line for line in self.browser.driver.execute_async_script(LINES)}

    def _rows(self):
        return self.browser.run(ROWS)

    # Time.

    def test_each_range_is_drawn_by_region_with_band_and_jitter_and_kept_in_the_address(self):
        browser = self.browser
        self._open(self.shop)
        wait("three kinds of lines", lambda: {"Europe", "United States (us-east)", "p95 of all", "Median of all", "Jitter"} <= set(self._lines()))
        for name in RANGES:
            browser.press(name)
            wait(f"{name} is chosen", lambda: browser.text("apus-ranges [aria-pressed=true]") == name)
            self.assertEqual(browser.focus(), name)
            wait(f"{name} is drawn", lambda: all(line["times"] for line in self._lines().values()))
            wait("its labels have room", lambda: browser.run(COLLISIONS) == 0)
            # Forty seconds are not a long time, and not 100 % of one.
            self.assertIn("not watched" if name != "Live" else "available", browser.text(".timeline-text"))
        self.assertTrue(browser.driver.current_url.endswith("?range=90d"))
        browser.driver.refresh()
        wait("the address keeps it", lambda: browser.text("apus-ranges [aria-pressed=true]") == "90 d")
        shares = "return [...document.querySelectorAll('apus-monitor-availability .figure')].map(each => each.innerText)"
        wait("they say how little they know", lambda: len(found := browser.run(shares)) >= 4 and all("watched for" in each for each in found))
        see(self, "monitor-young", browser.driver.current_url)

        # What is hidden stays hidden.
        self.assertTrue(self._lines()["Jitter"]["isHidden"])
        browser.press("Jitter")
        browser.press("Europe")
        browser.driver.refresh()
        wait("the chart is there", lambda: self._lines())
        self.assertEqual([self._lines()[name]["isHidden"] for name in ("Jitter", "Europe")], [False, True])
        browser.press("Europe")

    def test_a_single_region_has_its_line_too(self):
        monitor = self._add("single", interval=1, regions=["eu"])
        self._open(monitor, "?range=live")
        wait("its line is drawn", lambda: len(self._lines().get("Europe", {"times": []})["times"]) >= 2)
        see(self, "monitor-single-region", self.browser.driver.current_url)

    def test_an_own_range_has_to_begin_before_it_ends(self):
        browser = self.browser
        self._open(self.shop)
        browser.press("Own …")
        now = self._now()
        self._type("apus-ranges input[aria-label=From]", now)
        self._type("apus-ranges input[aria-label=To]", now - 120)
        browser.press("Show")
        browser.shows("The beginning must lie before the end.")
        see(self, "monitor-own-range-fault")
        self._type("apus-ranges input[aria-label=From]", now - 120)
        self._type("apus-ranges input[aria-label=To]", now)
        browser.press("Show")
        wait("it is in the address", lambda: f"from={(now - 120) * 1_000}" in browser.driver.current_url)
        self.assertEqual(browser.focus(), "Own …")
        wait("it is drawn", lambda: (times := self._lines()["Median of all"]["times"]) and all((now - 125) * 1_000 <= at <= now * 1_000 for at in times))
        self.assertEqual(browser.run(COLLISIONS), 0)

    def test_a_pause_is_no_line_and_no_hundred_percent(self):
        browser = self.browser
        monitor = self._add("paused", interval=1)
        wait("it is up", lambda: self.apus.state(monitor) == "up")
        self._open(monitor, "?range=live")
        wait("three checks", lambda: len(self._lines()["Median of all"]["times"]) >= 3)
        browser.press("Pause")
        browser.shows("It is not being checked.", "apus-monitor-headline")
        paused = time.monotonic()
        self.assertNotIn("Check now", browser.text(".page-actions"))
        wait("one can resume it at once", lambda: browser.focus() == "Resume")
        see(self, "monitor-paused")
        wait("the pause has a length", lambda: time.monotonic() - paused > 12)
        browser.press("Resume")
        browser.shows("It answers as it should.", "apus-monitor-headline")
        self.assertEqual(browser.focus(), "Pause")

        def is_broken():
            stretches = self._lines()["Median of all"]["stretches"]
            return len(stretches) >= 2 and max(right[0] - left[1] for left, right in zip(stretches, stretches[1:])) >= 8_000

        wait("the line is broken", is_broken)
        self.assertIn("Where it is blank it was not watched.", browser.text(".timeline-text"))
        see(self, "monitor-after-a-pause", f"{self.apus.url}monitors/{monitor}?range=live")

    def test_hours_without_checks_are_unknown_and_a_day_of_pause_is_blank(self):
        browser = self.browser
        self._rewrite(self.hourly)
        self._open(self.hourly, "?range=24h")
        line = self._lines()["Europe"]
        gaps = [(right[0] - left[1]) / 3_600_000 for left, right in zip(line["stretches"], line["stretches"][1:])]
        # Six hours of pause, and one check that is missing: neither is joined.
        self.assertEqual([round(gap) for gap in gaps], [7, 2], line)
        shares = browser.run(TIMELINE)
        self.assertAlmostEqual(shares["up"], 17 / 24, delta=0.03)
        self.assertAlmostEqual(shares["unknown"], 1 / 24, delta=0.02)
        day = browser.text("apus-monitor-availability .figure")
        self.assertIn("watched for 18 h", day)
        self.assertRegex(day, r"94\.\d+ % of it known")
        self.assertIn("100 %", day)
        self.assertIn("the rest is hatched and counts for nothing", browser.text(".timeline-text"))
        see(self, "monitor-gaps", browser.driver.current_url)
        for name in RANGES:
            browser.press(name)
            wait("its labels have room", lambda: browser.run(COLLISIONS) == 0)
        # In a range without a check nothing is drawn, and it says so.
        now = self._now()
        self._open(self.hourly, f"?range=own&from={(now - 3_000) * 1_000}&to={(now - 1_200) * 1_000}")
        browser.shows("No check brought a latency in this range")
        browser.shows("No check was planned in this range.")
        see(self, "monitor-without-checks", browser.driver.current_url)

    # Checks.

    def test_failures_are_counted_by_reason_and_found_in_the_log(self):
        browser = self.browser
        monitor = self._add("ledger", interval=1, timeout=0.5, failureThreshold=2)
        self._open(monitor, "?range=live")
        wait("checks come by themselves", lambda: len(self._rows()) >= 4)
        targets().answer("ledger", "status", status=503)
        browser.shows("unexpected status", "apus-outcome-counts")
        targets().answer("ledger", "timeout")
        browser.shows("timed out", "apus-outcome-counts")
        browser.shows("Checks fail: timed out.", "apus-monitor-headline")
        targets().answer("ledger", "ok")
        browser.shows("It answers as it should.", "apus-monitor-headline")
        see(self, "monitor-failed", browser.driver.current_url)
        # The two of a count: those of the database, and those of the log.
        self._choose("Outcome", "down")
        wait("those that failed", lambda: self._rows() and all("down" in row for row in self._rows()))
        self._choose("Reason", "timeout")
        wait("those that timed out", lambda: self._rows() and all("timed out" in row for row in self._rows()))
        self._choose("Region", "us-east")
        of_one = f"monitors/{monitor}/results?outcome=down&reason=timeout&region=us-east&limit=25"

        def planned_of_one():
            planned, rows = self.apus.get(of_one)["items"], self._rows()
            return len(rows) == len(planned) and all("us-east" in row for row in rows) and planned

        planned = wait("those of one region", planned_of_one)
        self._choose("Reason", "tls")
        browser.shows("No check matches.")
        for name in ("Outcome", "Reason", "Region"):
            self._choose(name, "")
        wait("all again", lambda: len(self._rows()) == 25)

        slots = [datetime.fromisoformat(each["slot"]).timestamp() for each in planned]
        self._type("apus-check-log .filter-moment:first-child input", int(min(slots)))
        self._type("apus-check-log .filter-moment:last-child input", int(max(slots)) + 1)
        wait("those of the range", lambda: self._rows() and all("down" in row for row in self._rows() if "Europe" not in row))
        browser.press("Latency")
        latencies = wait("the slowest first", lambda: self._latencies() if self._latencies() == sorted(self._latencies(), reverse=True) else None)
        self.assertGreater(len(latencies), 0)
        browser.press("Latency")
        wait("the quickest first", lambda: self._latencies() == sorted(self._latencies()))
        self.assertEqual(browser.text("th[aria-sort=ascending]").strip(), "Latency")

    def test_one_check_is_opened_to_its_phases(self):
        browser = self.browser
        self._open(self.hourly)
        wait("checks are there", lambda: self._rows())
        browser.click("apus-check-log [aria-expanded=false]")
        browser.find("apus-check-waterfall .waterfall-row")
        text = browser.text("apus-check-waterfall")
        for word in ("Connection", "First byte", "Status", "127.0.0.1", "pinger-"):
            self.assertIn(word, text)
        self.assertEqual(browser.run("return document.activeElement.getAttribute('aria-expanded')"), "true")
        see(self, "monitor-waterfall")
        # Turned into a telephone the axis has less room.
        browser.look("phone")
        wait("its labels have room", lambda: browser.run(COLLISIONS) == 0)
        browser.look("light")
        browser.click("apus-check-log [aria-expanded=true]")
        wait("it is closed", lambda: browser.count("apus-check-waterfall") == 0)

    # Actions.

    def test_it_is_checked_now_duplicated_edited_and_deleted(self):
        browser = self.browser
        monitor = self._add("wallet", interval=HOUR, group="Money", tags=["prod"])
        wait("it is up", lambda: self.apus.state(monitor) == "up")
        self._open(monitor)
        before = wait("its first checks are there", lambda: len(self._rows()))
        browser.press("Check now")
        browser.shows("It is being checked now, in every region.")
        wait("they appear by themselves", lambda: len(self._rows()) > before)
        browser.press("Duplicate")
        wait("the form is filled", lambda: browser.labelled("Name").get_attribute("value") == "Wallet (copy)")
        browser.press("Add monitor")
        browser.shows("Wallet (copy)", "h1")
        copy = int(browser.driver.current_url.rsplit("/", 1)[1])
        self.assertEqual(self.apus.get(f"monitors/{copy}")["group"], "Money")
        browser.press("Edit")
        wait("the form is filled", lambda: browser.labelled("Name").get_attribute("value") == "Wallet (copy)")
        browser.labelled("Name").clear()
        browser.labelled("Name").send_keys("Purse")
        browser.press("Save")
        browser.shows("Purse", "h1")
        browser.press("Delete")
        browser.shows("its history goes with it", "dialog")
        browser.click("dialog .btn-danger")
        browser.is_at(self.apus.url)
        browser.allow(404, f"monitors/{copy}")
        browser.open(f"{self.apus.url}monitors/{copy}")
        browser.shows("There is no such monitor.")

    def test_one_that_somebody_else_deletes_is_not_asked_for_any_more(self):
        browser = self.browser
        monitor = self._add("ghost", interval=HOUR)
        wait("it is up", lambda: self.apus.state(monitor) == "up")
        self._open(monitor, "?range=live")
        wait("its checks are there", self._rows)
        browser.settle()
        self.apus.ask("DELETE", f"monitors/{monitor}")
        browser.shows("This monitor was deleted just now.")
        deleted = time.monotonic()
        # What asks every five seconds would be refused, which fails the story.
        wait("it had the time to ask", lambda: time.monotonic() - deleted > 6)

    # What the page is made of.

    def _now(self):
        return int(time.time())

    def _type(self, selector, moment):
        """Fills a field of a date and a time, in seconds since 1970."""
        field = self.browser.find(selector)[0]
        script = """
            const [field, moment] = arguments;
            const zone = new Date(moment * 1000).getTimezoneOffset() * 60;
            field.value = new Date((moment - zone) * 1000).toISOString().slice(0, 19);
            field.dispatchEvent(new Event("change", { bubbles: true }));
        """
        self.browser.run(script, field, moment)

    def _choose(self, label, value):
        self.browser.find(f"apus-check-log select[aria-label='{label}'] option[value='{value}']")[0].click()

    def _latencies(self):
        """Of the log, in ms."""
        texts = self.browser.run("return [...document.querySelectorAll('apus-check-log td.number')].map(each => each.textContent)")
        known = [text.split() for text in texts if text != "–"]
        return [float(number) * (1_000 if unit == "s" else 1) for number, unit in known]

    def _rewrite(self, monitor):
        """Gives an hourly monitor a day: 24 h ago it began, 20 … 14 h ago it was paused, 8 h ago nobody checked."""
        checks = [hours for hours in range(24, 0, -1) if not 14 < hours <= 20 and hours != 8]
        spans = [(24, "up"), (20, "paused"), (14, "up"), (8, "unknown"), (7, "up")]
        at = lambda hours: f"now() - interval '{hours} hours'"
        tracks = [(region, hours, state) for region in ("", "eu", "us-east") for hours, state in spans]
        # Some up and down, and the other region a little slower.
        latency = lambda hours, region: 900 + 170 * (hours * hours % 5) + (450 if region == "us-east" else 0)
        results = ", ".join(
            f"({monitor}, {at(hours)}, '{region}', 0, {at(hours)}, 'up', {latency(hours, region)}, 'pinger', 1, false)"
            for hours in checks
            for region in ("eu", "us-east")
        )
        script = f"""
            DELETE FROM spans WHERE monitor = {monitor};
            INSERT INTO spans (monitor, region, "from", state) VALUES
                {", ".join(f"({monitor}, '{region}', {at(hours)}, '{state}')" for region, hours, state in tracks)};
            INSERT INTO results (monitor, slot, region, attempt, started_at, outcome, total_us, pinger, generation, late)
            VALUES {results}
        """
        subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", self.apus.variable("DATABASE_URL"), "-c", script], check=True)
