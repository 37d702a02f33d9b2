"""How Apus itself is: its processes, living and dead, and what could not be read."""

import signal
import subprocess

import processes
from looks import see
from product import Product
from story import PASSWORD, Story
from waiting import wait

# The lines of the table with this name.
ROWS = """
    const table = document.querySelector(`[aria-label="${arguments[0]}"]`);
    return [...table?.querySelectorAll("tbody tr") ?? []].map(row => row.innerText.replaceAll(/\\s+/g, " ").trim());
"""
GARBAGE = {
    b"this is no JSON": "this is no JSON",
    b'{"v":99,"monitor":1}': '{"v":99,"monitor":1}',
    b"<script>window.isBroken = true</script>": "<script>window.isBroken = true</script>",
    bytes([0xFF, 0xFE, 0x00, 0x41]): "ff fe 00 41",
    # What is longer than is shown says so.
    b"\xfe" * 641: "fe fe …",
}
TITLE = "What could not be read"


class Pipeline(Story):
    @classmethod
    def setUpClass(cls):
        cls.apus = Product("pipeline", regions=("eu", "us-east"))
        cls.addClassCleanup(cls.apus.stop)

    def setUp(self):
        super().setUp()
        self.sign_in(self.apus)

    def _rows(self, table):
        return self.browser.run(ROWS, table)

    def test_every_process_is_there_with_age_load_and_lag(self):
        browser = self.browser
        browser.open(f"{self.apus.url}pipeline")

        def is_whole():
            rows = [row for row in self._rows("Processes") if row.startswith("Runs")]
            return len(rows) == 5 and rows

        rows = wait("five processes run", is_whole, seconds=60)
        for kind in ("Alerter", "Gateway", "Processor", "Pinger"):
            self.assertTrue(any(kind in row for row in rows), kind)
        wait("the processor says how far behind it is", lambda: any("Processor" in row and row.endswith(" s") for row in self._rows("Processes")))
        wait("they say what they cost", lambda: all("%" in row for row in is_whole() or [""]), seconds=60)
        regions = wait("two regions with a pinger each", lambda: len(rows := self._rows("Regions and their pingers")) == 4 and rows)
        self.assertTrue(all("48" in row for row in regions), regions)
        browser.shows("Nothing was lost, and every record could be read.")
        # Who scrolls a table by keyboard goes on while it is drawn anew.
        browser.run("const box = document.querySelector('.table-box[aria-label=Processes]'); box.focus(); window.row = box.querySelector('tbody tr')")
        wait("it is drawn anew", lambda: browser.run("return !window.row.isConnected"))
        self.assertEqual(browser.focus(), "Processes")

    def test_what_could_not_be_read_is_shown_with_its_bytes_to_admins_alone(self):
        browser = self.browser
        broker = self.apus.variable("KAFKA_BROKERS")
        for value in GARBAGE:
            command = ["kcat", "-P", "-b", broker, "-t", "monitoring-results", "-k", "1", "-p", "0"]
            subprocess.run(command, input=value, check=True)
        wait("the books have them", lambda: len(self.apus.get("dead-letters?limit=100")["items"]) == 2 * len(GARBAGE))
        browser.open(f"{self.apus.url}pipeline")
        browser.shows("Processor: 5 records could not be read")
        browser.shows("Alerter: 5 records could not be read")
        wait("each is there", lambda: len(self._rows(TITLE)) == 2 * len(GARBAGE))
        # Told once.
        self.assertEqual(browser.run("return [...document.querySelectorAll('h2')].map(each => each.textContent)").count(TITLE), 1)
        self.assertIn("a newer Apus wrote it", " ".join(self._rows(TITLE)))
        browser.run("document.querySelectorAll('apus-dead-letters details').forEach(each => each.open = true)")
        text = browser.text("apus-dead-letters")
        for shown in GARBAGE.values():
            self.assertIn(shown, text)
        self.assertFalse(browser.run("return Boolean(window.isBroken)"))
        see(self, "pipeline-dead-letters")

        self.apus.post("people", {"name": "Vera", "role": "viewer", "password": PASSWORD})
        browser.press("Sign out")
        self.enter(self.apus, "Vera", PASSWORD)
        browser.open(f"{self.apus.url}pipeline")
        browser.shows("Processor: 5 records could not be read")
        browser.shows("Admins see the records here.")
        self.assertNotIn("this is no JSON", browser.text())

    def test_a_dead_process_is_told_from_one_that_was_replaced(self):
        browser = self.browser
        browser.open(f"{self.apus.url}pipeline")
        for kind in ("Processor", "Alerter"):
            wait(f"{kind} runs", lambda: any(kind in row and row.startswith("Runs") for row in self._rows("Processes")))
        processes.signal(processes.descendants(self.apus.process.pid, "processor"), signal.SIGKILL)
        with self.apus.frozen("alerter"):
            wait("another took over", lambda: any(row.startswith("Gone; another took over") and "Processor" in row for row in self._rows("Processes")), seconds=90)

            def alerter_is_silent():
                rows = self._rows("Processes")
                # The worst comes first, and what it said last is not how it is.
                return rows and "Silent for" in rows[0] and "Alerter" in rows[0] and "%" not in rows[0]

            wait("the alerter is silent", alerter_is_silent, seconds=90)
            browser.shows("Nobody is told of anything", "apus-health-notice", seconds=60)
            see(self, "pipeline-dead-process")
        wait("the alerter is back", lambda: not any("Silent for" in row for row in self._rows("Processes")), seconds=90)
