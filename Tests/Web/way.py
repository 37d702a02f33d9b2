"""The way to a gateway, on which a request or its answer can be kept, lost or cut off."""

import contextlib
import re
import socket
import threading
import time
import urllib.parse

_REQUEST = re.compile(rb"[A-Z]+ (\S+) HTTP/1\.1\r\n")


class Way:
    """Passes connections on to an Apus; `with` ends it.

    A browser sends a request over a connection only once the one before is answered: what comes from it begins with the
    line of a request, or goes on with one.
    """

    def __init__(self, apus):
        address = urllib.parse.urlsplit(apus.url)
        self._gateway = (address.hostname, address.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._inside = apus.url
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        # The path and query of each request, in their order.
        self.requests = []
        self._lock = threading.Lock()
        # [pattern, how many are left, what is done to each]
        self._rules = []
        self._sockets = set()

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        # Wakes those that wait for a connection or for bytes.
        for each in [self._listener, *self._sockets]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def outside(self, address):
        """An address of the gateway, as one has it on this way."""
        return address.replace(self._inside, self.url)

    def count(self, pattern):
        """How many requests to such a path came so far."""
        return sum(1 for each in self.requests if re.search(pattern, each))

    def lose(self, pattern, times):
        """The next requests to such a path are never answered."""
        self._rule(pattern, times, "lose")

    def cut(self, pattern, times):
        """The next answers to such a path break off in their middle."""
        self._rule(pattern, times, "cut")

    def slow(self, pattern, seconds):
        """Every request to such a path takes so much longer from now on."""
        self._rule(pattern, None, seconds)

    @contextlib.contextmanager
    def keeping(self, pattern):
        """Requests to such a path wait for the end of the `with`."""
        passed = threading.Event()
        rule = self._rule(pattern, None, passed)
        try:
            yield
        finally:
            with self._lock:
                self._rules.remove(rule)
            passed.set()

    def _rule(self, pattern, times, what):
        rule = [re.compile(pattern), times, what]
        with self._lock:
            self._rules.append(rule)
        return rule

    def _met(self, path):
        """What is to be done to a request."""
        with self._lock:
            self.requests.append(path)
            for rule in self._rules:
                if not rule[0].search(path) or rule[1] == 0:
                    continue
                if rule[1] is not None:
                    rule[1] -= 1
                return rule[2]
        return None

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                browser, _ = self._listener.accept()
                gateway = socket.create_connection(self._gateway)
                self._sockets |= {browser, gateway}
                fate = {"cut": False}
                for run in (self._ask, self._answer):
                    threading.Thread(target=run, args=(browser, gateway, fate), daemon=True).start()

    def _ask(self, browser, gateway, fate):
        with contextlib.suppress(OSError):
            while data := browser.recv(65_536):
                line = _REQUEST.match(data)
                what = line and self._met(line[1].decode())
                if what == "lose":
                    continue
                if what == "cut":
                    fate["cut"] = True
                elif isinstance(what, threading.Event):
                    what.wait()
                elif what:
                    time.sleep(what)
                gateway.sendall(data)
        self._end(browser, gateway)

    def _answer(self, browser, gateway, fate):
        with contextlib.suppress(OSError):
            while data := gateway.recv(65_536):
                if fate["cut"]:
                    # The head and a little of what it announces.
                    head = data.index(b"\r\n\r\n") + 4
                    browser.sendall(data[: head + (len(data) - head) // 2])
                    break
                browser.sendall(data)
        self._end(browser, gateway)

    @staticmethod
    def _end(*sockets):
        for each in sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
