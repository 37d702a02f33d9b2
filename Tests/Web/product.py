"""The whole product as people start it: `apus up` on a fresh folder, and its API."""

import contextlib
import json
import os
import re
import shutil
import signal
import tempfile
import threading
import urllib.error
import urllib.request
from pathlib import Path

import processes
from waiting import wait

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / ".build" / os.environ.get("APUS_CONFIGURATION", "debug")
LOGS = ROOT / ".build" / "web-logs"


class Product:
    """A running Apus; `with` ends it. Its log stays in .build/web-logs."""

    def __init__(self, name, environment=None, regions=()):
        self.name = name
        self.folder = tempfile.mkdtemp(prefix=f"apus-{name}-")
        os.chmod(self.folder, 0o755)
        LOGS.mkdir(parents=True, exist_ok=True)
        self.log_file = LOGS / f"{name}.log"
        variables = {"PATH": "/usr/bin:/bin", "HOME": self.folder, "LOG_LEVEL": "info", **(environment or {})}
        command = [PROGRAMS / "apus", "up", "--data", f"{self.folder}/data", "--listen", "127.0.0.1:0"]
        for region in regions:
            command += ["--region", region]
        self.process = processes.start(command, self.log_file, env=variables)
        try:
            self.url = wait("apus up serves", self._address, seconds=120)
        except BaseException:
            self.stop()
            raise
        self.key = Path(self.folder, "data", "admin-key").read_text().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _address(self):
        if self.process.poll() is not None:
            raise AssertionError(f"apus up ended: see {self.log_file}")
        found = re.search(r"Apus is up: (\S+)", self.log)
        # The rest of what it says at the start comes with it.
        return found and "Ctrl-C ends everything" in self.log and found[1].rstrip("/") + "/"

    @property
    def log(self):
        return self.log_file.read_text(errors="replace")

    @property
    def link(self):
        """The address that signs in once, as `apus up` printed it."""
        return re.search(r"(http\S+/sign-in#token=\S+)", self.log)[1]

    def reset_link(self):
        """Another such address, from the API."""
        return self.post("sessions/tokens", {})["url"]

    def variable(self, name):
        """A setting for a further process, from the file that `apus up` writes."""
        text = Path(self.folder, "data", "env").read_text()
        return re.search(rf"^{name}=(.*)$", text, re.MULTILINE)[1].strip("'")

    def stop(self):
        processes.stop(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)

    # The API.

    def answer(self, method, path, body=None, headers=None):
        """(status, header fields, document) of a call with the admin's key, by its whole path."""
        request = urllib.request.Request(
            f"{self.url}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", **(headers or {})},
        )
        try:
            answer = urllib.request.urlopen(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            text = answer.read()
            return answer.status, answer.headers, json.loads(text) if text else None

    def call(self, method, path, body=None, headers=None):
        """(status, document) of a call of the API with the admin's key."""
        status, _, document = self.answer(method, f"api/v1/{path}", body, headers)
        return status, document

    def ask(self, method, path, body=None, headers=None):
        """The document of a call that has to succeed."""
        status, document = self.call(method, path, body, headers)
        if status >= 300:
            raise AssertionError(f"{method} {path}: {status} {document}")
        return document

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, body):
        return self.ask("POST", path, body)

    def add(self, name, target, **fields):
        """Adds an HTTP monitor and returns its id."""
        return self.post("monitors", {"name": name, "type": "http", "target": target, **fields})["id"]

    def state(self, monitor):
        """What the API says of a monitor now."""
        return self.call("GET", f"monitors/{monitor}/status")[1].get("state")

    def metric(self, name, monitor):
        """The value of a metric of a monitor, as Prometheus reads it; None: there is none."""
        pattern = rf'^{name}{{monitor="{monitor}"[^}}]*}} (\S+)$'
        found = re.search(pattern, self._metrics(), re.MULTILINE)
        return found and float(found[1])

    def _metrics(self):
        address = re.findall(r" gateway .* started version=.* health=(\S+)", self.log)[-1]
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=30) as answer:
            return answer.read().decode()

    # Its parts.

    @contextlib.contextmanager
    def frozen(self, program):
        """Stops one of its programs or servers in its tracks for the length of a `with`, and each that follows it.

        `apus up` ends a program that stands still for a minute, and starts it again.
        """
        try:
            with self._halted(program, signal.SIGSTOP):
                yield
        finally:
            processes.signal(reversed(processes.descendants(self.process.pid, program)), signal.SIGCONT)

    @contextlib.contextmanager
    def killed(self, program):
        """Kills one of its programs or servers for the length of a `with`, and each that follows it."""
        with self._halted(program, signal.SIGKILL):
            yield

    @contextlib.contextmanager
    def _halted(self, program, what):
        ended = threading.Event()

        def keep():
            while not ended.wait(0.03):
                processes.signal(processes.descendants(self.process.pid, program), what)

        thread = threading.Thread(target=keep)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


class Targets:
    """What is watched: `apus mock`, of which each name is a target that can be told to fail."""

    def __init__(self):
        LOGS.mkdir(parents=True, exist_ok=True)
        # Several runs of the tests may be under way at once.
        log = LOGS / f"targets-{os.getpid()}.log"
        self.process = processes.start([PROGRAMS / "apus", "mock", "--listen", "127.0.0.1:0"], log)
        self.url = wait("apus mock serves", lambda: re.search(r"target at (http://\S+?)/?\s", log.read_text()))[1]

    def address(self, name):
        return f"{self.url}/t/{name}/"

    def answer(self, name, mode, **settings):
        """Switches a target: "ok", "status", "slow", "timeout", …"""
        query = "&".join([f"mode={mode}", *(f"{key}={value}" for key, value in settings.items())])
        request = urllib.request.Request(f"{self.address(name)}_mock?{query}", method="POST")
        urllib.request.urlopen(request, timeout=30).close()

    def stop(self):
        processes.stop(self.process)
