"""The live stream of the API, as a program listens to it."""

import json
import threading
import urllib.request

from waiting import wait


class Stream:
    """Hears everything from its start on; `with` ends it."""

    def __init__(self, apus):
        self.events = []
        request = urllib.request.Request(f"{apus.url}api/v1/stream", headers={"Authorization": f"Bearer {apus.key}"})
        self._answer = urllib.request.urlopen(request, timeout=30)
        threading.Thread(target=self._read, daemon=True).start()
        self.hears("ready", lambda _: True)

    def _read(self):
        name = None
        try:
            for line in self._answer:
                field, _, value = line.decode().rstrip("\n").partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    self.events.append((name, json.loads(value)))
        except (OSError, ValueError, AttributeError):
            # The end of the test, or of the gateway.
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._answer.close()

    def hears(self, name, condition, seconds=60, after=0):
        """Waits for an event of this name that the condition holds for, after so many others."""
        found = lambda: any(event == name and condition(data) for event, data in self.events[after:])
        wait(f"an event “{name}”", found, seconds)

    def hears_state(self, monitor, state, seconds=60):
        """Waits until a monitor is said to be in a state."""
        self.hears("status", lambda data: data["monitor"] == monitor and data["state"] == state, seconds)
