"""What happens shows by itself: no page is loaded again."""

import json
import subprocess
import threading

import processes
from looks import see
from story import Story, product, targets
from waiting import wait

# Watches every change of state in the list, by the clock of this machine.
OBSERVE = """
    window.changes = [];
    const note = node => {
        const row = node.closest("[data-monitor]");
        if (row) changes.push([Number(row.dataset.monitor), node.dataset.state, performance.timeOrigin + performance.now()]);
    };
    new MutationObserver(records => records.forEach(record => note(record.target)))
        .observe(document.querySelector("apus-monitor-list"), { subtree: true, attributeFilter: ["data-state"] });
"""


class Live(Story):
    def test_a_monitor_goes_down_and_comes_back_without_a_reload(self):
        browser = self.browser
        apus = product()
        shop = apus.add("Shop", targets().address("shop"), interval=1, failureThreshold=2, group="shops", tags=["prod"])
        self.sign_in(apus)
        browser.state(shop, "up")
        browser.run("window.isTheSamePage = true")
        targets().answer("shop", "status", status=503)
        browser.state(shop, "down")
        wait("the title counts it", lambda: browser.driver.title.startswith("(1) "))
        # The worst come first, and the figures tell of it.
        wait("it is on top", lambda: browser.run("return document.querySelector('apus-monitor-row')?.dataset.monitor") == str(shop))
        wait("it is counted", lambda: browser.text(".figure[data-state=down] .figure-value").strip() == "1")
        wait("an incident is counted", lambda: browser.text("a.figure[href^=incidents] .figure-value").strip() == "1")
        see(self, "overview-down")
        targets().answer("shop", "ok")
        browser.state(shop, "up")
        wait("the title is calm again", lambda: not browser.driver.title.startswith("("))
        self.assertTrue(browser.run("return window.isTheSamePage"))

    def test_a_result_on_the_log_is_in_the_document_within_300_ms(self):
        browser = self.browser
        apus = product()
        names = [f"quick-{number}" for number in range(10)]
        monitors = {
            apus.add(name, targets().address(name), interval=1, failureThreshold=1, recoveryThreshold=1): name for name in names
        }
        self.sign_in(apus)
        browser.open(f"{apus.url}?q=quick-")
        for monitor in monitors:
            browser.state(monitor, "up")
        browser.run(OBSERVE)
        with _Results(apus) as results:
            for mode, state in [("status", "down"), ("ok", "up")] * 5:
                for name in names:
                    targets().answer(name, mode)
                for monitor in monitors:
                    browser.state(monitor, state)
            wait("kcat has them all", lambda: all(len(_turns(results.of(monitor))) == 10 for monitor in monitors))
            changes = browser.run("return window.changes")
            latencies = sorted(
                latency for monitor in monitors for latency in _latencies(_turns(results.of(monitor)), changes, monitor)
            )
        for monitor in monitors:
            apus.ask("DELETE", f"monitors/{monitor}")
        self.assertGreaterEqual(len(latencies), 100)
        share = lambda part: latencies[min(len(latencies) - 1, int(part * len(latencies)))]
        print(
            f"log to document, {len(latencies)} transitions: p50 {share(0.5):.0f} ms, p95 {share(0.95):.0f} ms,"
            f" at most {latencies[-1]:.0f} ms"
        )
        self.assertLessEqual(share(0.95), 300)


class _Results:
    """The topic of results as it grows, read by kcat from its end."""

    def __init__(self, apus):
        self._lines = []
        command = ["kcat", "-C", "-b", apus.variable("KAFKA_BROKERS"), "-t", "monitoring-results", "-o", "end", "-u", "-f", "%T %s\n"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self._thread = threading.Thread(target=self._read, daemon=True)

    def _read(self):
        for line in self._process.stdout:
            self._lines.append(line)

    def __enter__(self):
        self._thread.start()
        wait("kcat hears of results", lambda: self._lines)
        return self

    def __exit__(self, *_):
        processes.stop(self._process)

    def of(self, monitor):
        """[(Unix ms on the log, whether it is up)] of a monitor."""
        records = (line.split(b" ", 1) for line in list(self._lines))
        results = ((int(time), json.loads(record)) for time, record in records if record.strip())
        return [(time, result["outcome"] in ("up", "degraded")) for time, result in results if result.get("monitor") == monitor]


def _turns(results):
    """The results that changed the state of a monitor that was up."""
    turns = []
    for time, is_up in results:
        if is_up != (turns[-1][1] if turns else True):
            turns.append((time, is_up))
    return turns


def _latencies(turns, changes, monitor):
    """From each such result to the change in the document, in milliseconds."""
    shown = [(time, state) for number, state, time in changes if number == monitor]
    for time, is_up in turns:
        wanted = ("up", "degraded") if is_up else ("down",)
        # A millisecond for the log's times, which are whole ones.
        after = [at for at, state in shown if state in wanted and at >= time - 1]
        if after:
            yield after[0] - time
