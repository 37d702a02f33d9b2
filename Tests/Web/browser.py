"""Debian's Chromium, driven by selenium; what goes wrong in it is kept and fails the test."""

import base64
import json
import os
import re
from importlib.util import find_spec
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import ActionChains
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from product import ROOT
from waiting import wait

SCREENSHOTS = ROOT / ".build" / "screenshots"
# Small ones for the README, drawn where APUS_PICTURES is set.
PICTURES = ROOT / "docs" / "pictures"
PICTURED = ("welcome-first-check-light", "overview-light", "overview-phone", "monitor-gaps-dark", "incident-over-light")
AXE = Path(find_spec("axe_playwright_python").submodule_search_locations[0], "axe.min.js")
LOOKS = {
    "light": {"width": 1280, "height": 900, "scheme": "light", "is_phone": False},
    "dark": {"width": 1280, "height": 900, "scheme": "dark", "is_phone": False},
    "phone": {"width": 390, "height": 844, "scheme": "light", "is_phone": True},
}


class Browser:
    """One window with a profile of its own."""

    def __init__(self):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        # Debian's browser refuses its sandbox to root; containers have a small /dev/shm.
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,900", "--lang=en"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.driver.set_script_timeout(60)
        self._allowed = []
        self._requests = {}
        self.look("light")

    def stop(self):
        self.driver.quit()

    # What is shown.

    def look(self, name):
        """"light", "dark" or "phone"."""
        self._look = LOOKS[name]
        self._resize(self._look["height"])
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": self._look["scheme"]}])

    def _resize(self, height):
        is_phone = self._look["is_phone"]
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=self._look["width"],
            height=height,
            deviceScaleFactor=2 if is_phone else 1,
            mobile=is_phone,
        )

    def command(self, name, **parameters):
        """A command of DevTools."""
        return self.driver.execute_cdp_cmd(name, parameters)

    def open(self, address):
        self.driver.get(address)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def find(self, selector):
        """The elements that are shown, after a wait for the first."""

        def shown():
            try:
                return [each for each in self.driver.find_elements(By.CSS_SELECTOR, selector) if each.is_displayed()]
            except StaleElementReferenceException:
                # The page was drawn anew between the two questions.
                return []

        return wait(f"{selector} is shown", shown)

    def count(self, selector):
        return self.run("return document.querySelectorAll(arguments[0]).length", selector)

    def text(self, selector="body"):
        return self.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def click(self, selector):
        self.find(selector)[0].click()

    def press(self, label):
        """Clicks the button or link with these words."""
        script = """
            return [...document.querySelectorAll("button, a.btn, summary")].findLast(
                each => each.checkVisibility() && each.textContent.trim() === arguments[0]);
        """
        wait(f"“{label}” is there", lambda: self.run(script, label)).click()

    def fill(self, selector, text):
        field = self.find(selector)[0]
        field.clear()
        field.send_keys(text)

    def focus(self):
        """What has the focus: its words, or what it is called."""
        return self.run(
            "const node = document.activeElement;"
            "return (node.getAttribute('aria-label') ?? (node.labels?.[0] ?? node).textContent).trim()"
        )

    def labelled(self, label):
        """The control with this label."""
        script = """
            const words = label => [...label.childNodes].filter(each => !each.matches?.("select, input")).map(each => each.textContent).join("");
            const label = [...document.querySelectorAll("label")].find(each => words(each).trim() === arguments[0]);
            return label && label.control;
        """
        return wait(f"a field “{label}”", lambda: self.run(script, label))

    def type(self, *keys):
        """Types as a person does, wherever the focus is."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def shows(self, text, selector="body", seconds=30):
        """Waits until the page says this."""
        wait(f"“{text}” in {selector}", lambda: text in self.text(selector), seconds)

    def is_at(self, address):
        """Waits until this is the address."""
        wait(f"the address is {address}, not {self.driver.current_url}", lambda: self.driver.current_url == address)

    def state(self, monitor, state, seconds=30):
        """Waits until the list shows a monitor in this state."""
        selector = f'[data-monitor="{monitor}"] apus-state'
        script = "return document.querySelector(arguments[0])?.dataset.state"
        wait(f"monitor {monitor} is {state}", lambda: self.run(script, selector) == state, seconds)

    def settle(self):
        """Waits until the page has what it asked for, and nothing in it moves any more."""
        wait(
            "the page is drawn",
            lambda: self.run("return document.querySelector('main')?.firstElementChild?.querySelector('h1') !== null"),
        )
        script = """
            const done = arguments[0];
            let timer = null;
            const observer = new PerformanceObserver(() => again());
            const again = () => { clearTimeout(timer); timer = setTimeout(() => { observer.disconnect(); done(true); }, 300); };
            observer.observe({ type: "resource" });
            document.fonts.ready.then(again);
        """
        self.driver.execute_async_script(script)

    def screenshot(self, name):
        """The whole page, as a picture in .build/screenshots."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        # The head stays on top while one scrolls: in a picture of all it would lie over the middle.
        self.run("scrollTo(0, 0)")
        size = self.command("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 2_400), "scale": 1}
        if self.count("dialog[open]"):
            # What lies below the screen has nothing to do with it.
            clip["height"] = self._look["height"]
        if self._look["is_phone"]:
            # What keeps to the edge of the screen belongs at the end of the picture, not in its middle.
            self._resize(clip["height"])
        picture = self.command("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        (SCREENSHOTS / f"{name}.png").write_bytes(base64.b64decode(picture["data"]))
        if self._look["is_phone"]:
            self._resize(self._look["height"])
        if os.environ.get("APUS_PICTURES") and name in PICTURED:
            self._draw(PICTURES / f"{name}.webp", {**clip, "height": min(clip["height"], self._look["height"])})

    def _draw(self, file, clip):
        PICTURES.mkdir(parents=True, exist_ok=True)
        picture = self.command("Page.captureScreenshot", format="webp", quality=60, captureBeyondViewport=True, clip=clip)
        file.write_bytes(base64.b64decode(picture["data"]))

    def axe(self):
        """What axe-core finds: a line for each place."""
        if not self.run("return Boolean(window.axe)"):
            self.run(AXE.read_text())
        script = "const done = arguments[0]; axe.run(document).then(found => done(found.violations))"
        return [
            f"{violation['id']}: {node['target'][0]}: {node['failureSummary']}"
            for violation in self.driver.execute_async_script(script)
            for node in violation["nodes"]
        ]

    # What went wrong.

    def allow(self, status, path):
        """An answer of this status to this path (a regular expression) is what the test wants; status 0: no answer."""
        self._allowed.append((status, re.compile(path)))

    def faults(self):
        """Everything on the console and each request that failed, since the last call."""
        faults = []
        for entry in self.driver.get_log("browser"):
            # Failed requests stand in the other log, with their status.
            if entry["source"] != "network":
                faults.append(f"console: {entry['message']}")
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            parameters = message["params"]
            match message["method"]:
                case "Network.requestWillBeSent":
                    self._requests[parameters["requestId"]] = parameters["request"]["url"]
                case "Network.responseReceived" if parameters["response"]["status"] >= 400:
                    self._fault(faults, parameters["response"]["status"], parameters["response"]["url"])
                case "Network.loadingFailed" if not parameters.get("canceled"):
                    url = self._requests.get(parameters["requestId"], "")
                    self._fault(faults, 0, url, parameters["errorText"])
        self._allowed.clear()
        return faults

    def _fault(self, faults, status, url, reason=""):
        if not any(status == each and pattern.search(url) for each, pattern in self._allowed):
            faults.append(f"{status} {url} {reason}".strip())
