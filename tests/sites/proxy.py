"""A reverse proxy that takes the beginning of the path away before it hands a request on."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

_HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "host"}


@contextmanager
def taking(prefix: str, port: int) -> Iterator[int]:
    """Listen, and hand on what is below a prefix.

    Args:
        prefix: what the proxy's own addresses begin with; others are not found.
        port: where the site listens on the loopback interface.

    Yields:
        The port of the proxy.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._forward(None)

        def do_POST(self) -> None:
            self._forward(self.rfile.read(int(self.headers["Content-Length"])))

        def _forward(self, body: bytes | None) -> None:
            if not self.path.startswith(prefix):
                self.send_error(404)
                return
            site = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            sent = {k: v for k, v in self.headers.items() if k.lower() not in _HOP_BY_HOP}
            sent["X-Forwarded-Host"] = self.headers["Host"]
            site.request(self.command, self.path.removeprefix(prefix), body, sent)
            answer = site.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            site.close()

        def log_message(self, *_: object) -> None:
            """The tests know what they ask."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()
