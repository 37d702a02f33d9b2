"""The dashboard below a path of a proxy."""

import shutil
import socket
import tempfile
from pathlib import Path

import processes
from product import LOGS, Product
from story import Story, targets
from waiting import wait

CONFIGURATION = """
daemon off;
pid {folder}/pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location /apus/ {{
            proxy_pass {gateway};
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_buffering off;
            proxy_read_timeout 1h;
        }}
    }}
}}
"""


class BehindProxy(Story):
    def test_everything_works_below_a_path_and_nothing_leaves_it(self):
        kept = _keep_port()
        self.addCleanup(kept.close)
        port = kept.getsockname()[1]
        public = f"http://127.0.0.1:{port}/apus"
        settings = {"GATEWAY_BASE_PATH": "/apus", "TRUSTED_PROXIES": "127.0.0.1", "APUS_PUBLIC_URL": public}
        with Product("below-a-path", settings) as apus, _Proxy(port, apus.url.removesuffix("/apus/")):
            browser = self.browser
            self.assertTrue(apus.link.startswith(f"{public}/sign-in#token="))
            browser.open(apus.link)
            browser.shows("What shall Apus watch?", "h1")
            browser.fill("input[name=target]", targets().address("below"))
            browser.press("Watch it")
            browser.find(".first-check-result apus-state[data-state=up]")
            monitor = apus.get("monitors")["items"][0]["id"]
            browser.press("Go to the overview")
            browser.is_at(f"{public}/")
            apus.ask("PATCH", f"monitors/{monitor}", {"interval": 1, "failureThreshold": 1})
            browser.state(monitor, "up")
            targets().answer("below", "status")
            browser.state(monitor, "down")
            targets().answer("below", "ok")
            browser.open(f"{public}/monitors/{monitor}/edit")
            wait("the form is filled", lambda: browser.labelled("Name").get_attribute("value"))
            browser.press("Sign out")
            browser.find("input[name=password]")
            cookies = {each["name"]: each["path"] for each in browser.driver.get_cookies()}
            self.assertNotIn("/", cookies.values())


class _Proxy:
    """nginx that passes /apus on, and nothing else."""

    def __init__(self, port, gateway):
        self._folder = tempfile.mkdtemp(prefix="apus-proxy-")
        file = Path(self._folder, "nginx.conf")
        file.write_text(CONFIGURATION.format(folder=self._folder, port=port, gateway=gateway))
        self._process = processes.start(["/usr/sbin/nginx", "-p", self._folder, "-c", file], LOGS / "proxy.log")
        wait("nginx listens", lambda: _answers(port))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        processes.stop(self._process)
        shutil.rmtree(self._folder, ignore_errors=True)


def _keep_port():
    # nginx can't tell which port the kernel chose: it listens at one that a bound socket keeps from everybody else.
    kept = socket.socket()
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    kept.bind(("127.0.0.1", 0))
    return kept


def _answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
