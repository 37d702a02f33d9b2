"""What the list says beside the states: groups with their roll-up, who hears of it, and how long certificates last."""

import http.server
import ssl
import subprocess
import tempfile
import threading
from pathlib import Path

from looks import see
from product import Product
from story import Story, targets
from waiting import wait

HEADINGS = """
    return Object.fromEntries([...document.querySelectorAll("apus-group-heading")].map(each =>
        [each.querySelector("strong").textContent, [...each.querySelectorAll(".roll-up-part")].map(part => part.textContent).join(", ")]));
"""
# The cell of this kind in the row of the monitor with this id.
CELL = "return document.querySelector(`[data-monitor='${arguments[0]}'] .row-${arguments[1]}`)?.textContent ?? null"


class Marks(Story):
    @classmethod
    def setUpClass(cls):
        cls.apus = Product("marks")
        cls.addClassCleanup(cls.apus.stop)

    def _cell(self, monitor, kind):
        return self.browser.run(CELL, monitor, kind)

    def _add(self, name, mode="ok", **fields):
        targets().answer(name, mode)
        return self.apus.add(name.title(), targets().address(name), interval=1, failureThreshold=1, **fields)

    def test_groups_say_how_many_of_them_are_how(self):
        browser = self.browser
        self._add("cart", group="Shop")
        till = self._add("till", group="Shop")
        self._add("relay", group="Mail")
        lone = self._add("lone")
        self.apus.ask("PATCH", f"monitors/{lone}", {"enabled": False})
        self.sign_in(self.apus)
        browser.open(f"{self.apus.url}?by=group")

        def is_as_expected():
            headings = browser.run(HEADINGS)
            return headings.get("Shop") == "2 Up" and headings.get("Mail") == "1 Up" and "Paused" in headings.get("Without a group", "")

        wait("all are up but one", is_as_expected)
        # The roll-up lives.
        targets().answer("till", "status")
        browser.state(till, "down")
        wait("one of them is down", lambda: browser.run(HEADINGS)["Shop"] == "1 Down, 1 Up")
        see(self, "overview-groups", f"{self.apus.url}?by=group")
        targets().answer("till", "ok")
        wait("both are up", lambda: browser.run(HEADINGS)["Shop"] == "2 Up")

    def test_a_bell_tells_what_somebody_hears_of(self):
        browser = self.browser
        default = self._add("default")
        silent = self._add("silent", channels=[])
        self.sign_in(self.apus)
        browser.state(silent, "up")
        self.assertEqual([self._cell(monitor, "bell") for monitor in (default, silent)], ["", ""])
        channel = self.apus.post("channels", {"name": "Ops", "type": "webhook", "url": "http://127.0.0.1:9/"})
        self._reload_until(default, "A channel hears of it")
        self.assertEqual(self._cell(silent, "bell"), "")
        self.apus.ask("PATCH", f"channels/{channel['id']}", {"enabled": False})
        self._reload_until(default, "")
        self.apus.ask("DELETE", f"channels/{channel['id']}")

    def _reload_until(self, monitor, text):
        """The board hears of channels now and then; a row is drawn with what it was told."""

        def is_told():
            self.browser.driver.refresh()
            self.browser.find("apus-monitor-row")
            wait("the row is drawn", lambda: self._cell(monitor, "bell") is not None)
            return self._cell(monitor, "bell") == text

        wait(f"the bell says “{text}”", is_told)

    def test_the_days_that_a_certificate_has_left_are_told(self):
        browser = self.browser
        days = {}
        for left in (9, 60):
            server = _Secure(left)
            self.addCleanup(server.stop)
            days[left] = self.apus.add(f"{left} days", server.url, interval=1, verifyTls=False)
        plain = self._add("plain")
        self.sign_in(self.apus)
        for left, monitor in days.items():
            wait(f"{left} days are left", lambda: self._cell(monitor, "certificate") in (f"{left} d", f"{left - 1} d"))
        self.assertEqual(self._cell(plain, "certificate"), "")
        cells = {left: browser.find(f"[data-monitor='{monitor}'] .row-certificate")[0] for left, monitor in days.items()}
        self.assertIn("The certificate expires in", cells[9].get_attribute("title"))
        self.assertEqual([("is-soon" in cells[left].get_attribute("class")) for left in (9, 60)], [True, False])
        see(self, "overview-certificates")


class _Secure:
    """A server whose certificate lasts so many days more."""

    def __init__(self, days):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        with tempfile.TemporaryDirectory() as folder:
            key, certificate = Path(folder, "key"), Path(folder, "certificate")
            command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=x"]
            command += ["-days", str(days), "-keyout", key, "-out", certificate]
            subprocess.run(command, check=True, capture_output=True)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.url = f"https://127.0.0.1:{self._server.server_address[1]}/"

    def stop(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
