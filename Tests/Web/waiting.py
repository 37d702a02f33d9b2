"""Waiting for what comes, without a fixed pause."""

import time


def wait(what, condition, seconds=30):
    """Waits until the condition is true and returns what it said; the waits are generous, machines are loaded."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)
