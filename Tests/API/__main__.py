"""Holds a running Apus to its own description: `.build/venv/bin/python Tests/API [argument of st run]…`

schemathesis reads openapi.yaml from the gateway, invents requests, valid and invalid, and judges each answer. The
requests name targets that are made up, so all of it runs in a network namespace of its own, which has only loopback.
"""

import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Web"))

from product import ROOT, Product, Targets
from waiting import wait

# The same requests in each run; another seed makes others.
SEED = os.environ.get("APUS_API_SEED", "20261121")
# How many of each kind for each operation, beside those that try every limit; more find more and take longer.
EXAMPLES = os.environ.get("APUS_API_EXAMPLES", "5")
# Set once this program runs in the namespace.
INSIDE = "APUS_API_INSIDE"
# The operations that did what they are for, a line for each time.
DONE = ROOT / ".build" / "api-done.log"
# Of which nothing that is invented can be: what they do when all is well is tested elsewhere.
UNDOABLE = {
    "POST /api/v1/sessions": "the passwords and tokens are invented",
    "DELETE /api/v1/sessions/current": "a key has no session",
}
# Judged are the answers, not how many there may be.
SETTINGS = {
    "VALID_USERNAME": "ada",
    "VALID_PASSWORD": "long-and-secret",
    "RATE_LIMIT": "1000000",
    "REQUESTS_PER_PERSON": "0",
    "REQUESTS_PER_KEY": "0",
    "REQUESTS_PER_ADDRESS": "0",
}


def enter():
    """Runs this program again where there is no network but its own loopback."""
    namespace = ["unshare", "--net"]
    if os.geteuid() != 0:
        namespace += ["--user", "--map-current-user", "--keep-caps"]
    command = ["sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable, *sys.argv]
    os.execvpe(namespace[0], [*namespace, *command], {**os.environ, INSIDE: "1"})


def furnish(apus, targets):
    """Makes something of each kind, so that not everything asked for is missing."""
    # The first delivery is one that can be tried again: a receiver that says it is gone gets nothing any more.
    targets.answer("gone", "status", status=410)
    gone = apus.post("channels", {"name": "gone", "type": "webhook", "url": targets.address("gone")})["id"]
    apus.post(f"channels/{gone}/test", {})
    wait("something is dead", lambda: apus.get("deliveries?state=dead")["items"])
    wait("its channel is off", lambda: not apus.get(f"channels/{gone}")["enabled"])
    targets.answer("gone", "ok")
    apus.ask("PATCH", f"channels/{gone}", {"enabled": True})
    targets.answer("broken", "status")
    channel = apus.post("channels", {"name": "hook", "type": "webhook", "url": targets.address("hook")})["id"]
    for name in ("shop", "broken"):
        apus.add(name, targets.address(name), interval=1, failureThreshold=1, group="Shop", tags=["prod"])
    apus.post(f"channels/{channel}/test", {})
    for name in ("Ada", "Grace", "Joan"):
        apus.post("people", {"name": name, "role": "editor"})
        apus.post("sessions", {"token": apus.post("sessions/tokens", {})["token"]})
    wait("an incident is open", lambda: apus.get("incidents")["items"])
    wait("something was delivered", lambda: apus.get("deliveries?state=delivered")["items"])


def judge(apus, title, role, key, arguments):
    """Lets schemathesis loose on the API; whether nothing was wrong."""
    print(f"==> {title}: seed {SEED}, {EXAMPLES} examples", flush=True)
    began = time.monotonic()
    st = Path(sys.executable).with_name("st")
    described = ["--config-file", HERE / "schemathesis.toml", "run", f"{apus.url}openapi.yaml", "--no-color"]
    code = subprocess.call(
        [st, *described, "--url", apus.url.rstrip("/"), "--seed", SEED, "--max-examples", EXAMPLES, *arguments],
        env={
            **os.environ,
            **SETTINGS,
            "APUS_KEY": key,
            "APUS_ROLE": role,
            "APUS_DONE": DONE,
            "HYPOTHESIS_STORAGE_DIRECTORY": ROOT / ".build" / "hypothesis",
        },
        cwd=HERE,
    )
    print(f"==> {title} took {time.monotonic() - began:.0f} s", flush=True)
    return code == 0


def is_complete(apus):
    """Whether every operation of the description was done at least once; a refusal alone says little."""
    with urllib.request.urlopen(f"{apus.url}openapi.yaml", timeout=30) as answer:
        paths = yaml.safe_load(answer)["paths"]
    methods = ("get", "post", "patch", "delete", "put")
    described = {f"{method.upper()} {path}" for path, item in paths.items() for method in item if method in methods}
    missing = described - set(DONE.read_text().splitlines()) - set(UNDOABLE)
    for operation in sorted(missing):
        print(f"{operation} was never done: furnish() lacks what it needs.", flush=True)
    return not missing


def main(arguments):
    targets = Targets()
    DONE.unlink(missing_ok=True)
    try:
        with Product("described", SETTINGS) as apus:
            furnish(apus, targets)
            viewer = apus.post("keys", {"name": "viewer", "role": "viewer"})["key"]
            good = [
                # Before anything is deleted, so that there is something to read and to edit.
                judge(apus, "reading", "admin", apus.key, ["--include-method", "GET", *arguments]),
                judge(apus, "editing", "admin", apus.key, ["--include-method", "PATCH", "--phases", "fuzzing", *arguments]),
                judge(apus, "a viewer", "viewer", viewer, ["--phases", "fuzzing", "--mode", "positive", *arguments]),
                judge(apus, "everything", "admin", apus.key, arguments),
            ]
            # With arguments it may be that not all was asked.
            if not arguments:
                good.append(is_complete(apus))
    finally:
        targets.stop()
    sys.exit(0 if all(good) else 1)


if INSIDE in os.environ:
    main(sys.argv[1:])
else:
    enter()
