"""Holds a running Apus to its own description: `.build/venv/bin/python Tests/API [argument of st run]…`

schemathesis reads openapi.yaml from the gateway, invents requests, valid and invalid, and judges each answer. The
requests name targets that are made up, so all of it runs in a network namespace of its own, which has only loopback.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Web"))

from product import Product, Targets
from waiting import wait

# The same requests in each run; another seed makes others.
SEED = os.environ.get("APUS_API_SEED", "20261121")
# How many of each kind for each operation, beside those that try every limit; more find more and take longer.
EXAMPLES = os.environ.get("APUS_API_EXAMPLES", "5")
# Set once this program runs in the namespace.
INSIDE = "APUS_API_INSIDE"
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
    targets.answer("broken", "status")
    channel = apus.post("channels", {"name": "hook", "type": "webhook", "url": targets.address("hook")})["id"]
    for name in ("shop", "broken"):
        apus.add(name, targets.address(name), interval=1, failureThreshold=1, group="Shop", tags=["prod"])
    apus.post(f"channels/{channel}/test", {})
    apus.post("people", {"name": "Ada", "role": "editor"})
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
        env={**os.environ, **SETTINGS, "APUS_KEY": key, "APUS_ROLE": role},
        cwd=HERE,
    )
    print(f"==> {title} took {time.monotonic() - began:.0f} s", flush=True)
    return code == 0


def main(arguments):
    targets = Targets()
    try:
        with Product("described", SETTINGS) as apus:
            furnish(apus, targets)
            viewer = apus.post("keys", {"name": "viewer", "role": "viewer"})["key"]
            # Before anything is deleted, so that there is something to read.
            good = [
                judge(apus, "reading", "admin", apus.key, ["--include-method", "GET", *arguments]),
                judge(apus, "a viewer", "viewer", viewer, ["--phases", "examples,coverage", *arguments]),
                judge(apus, "everything", "admin", apus.key, arguments),
            ]
    finally:
        targets.stop()
    sys.exit(0 if all(good) else 1)


if INSIDE in os.environ:
    main(sys.argv[1:])
else:
    enter()
