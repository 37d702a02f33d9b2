"""Who is told: a server for webhooks that keeps what it hears and answers as it is asked to."""

import http.server
import threading
from dataclasses import dataclass

from standardwebhooks import Webhook, WebhookVerificationError


@dataclass
class Notice:
    """One request of a channel."""

    path: str
    headers: dict
    body: str

    def is_signed_with(self, secret):
        """Whether a receiver that has this secret takes it."""
        try:
            Webhook(secret).verify(self.body, self.headers)
            return True
        except WebhookVerificationError:
            return False


class Receiver:
    """Answers 200 until told otherwise; `with` ends it."""

    def __init__(self):
        self.status = 200
        self._notices = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver._notices.append(Notice(self.path, headers, body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def url(self, name):
        return f"http://127.0.0.1:{self._server.server_address[1]}/{name}"

    def notices(self, name):
        """What came to this name, in its order."""
        return [each for each in list(self._notices) if each.path == f"/{name}"]

    def stop(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
