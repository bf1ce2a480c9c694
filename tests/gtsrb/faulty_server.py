"""A web server on this machine, whose answers go wrong as a test says."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PIECE = 1 << 18  # bytes that are sent before something happens in the middle


class Server:
    """Serves files with ranges.

    Attributes:
        files: name -> content.
        faults: how the next requests go wrong, in order; None, and all further requests: not at all.
        requests: name and range of each request so far.

    """

    def __init__(self, **files):
        self.files = files
        self.faults = []
        self.requests = []
        self.closed = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                name, asked = self.path.removeprefix("/"), self.headers.get("Range")
                server.requests.append((name, asked))
                fault = server.faults.pop(0) if server.faults else None
                start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
                if name not in server.files:
                    self.answer(404)
                else:
                    (fault or whole)(self, server.files[name], start)

            def answer(self, status, content=b"", length=True, **headers):
                self.send_response(status)
                if length:
                    headers["Content-Length"] = len(content) if length is True else length
                for key, value in headers.items():
                    self.send_header(key.replace("_", "-"), str(value))
                self.end_headers()
                self.wfile.write(content)

            def wait(self):
                server.closed.wait()
                self.close_connection = True

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def ranges(self):
        return [asked for _, asked in self.requests]

    def close(self):
        self.closed.set()
        self._server.shutdown()
        self._server.server_close()


# Each of these answers a request for the content from byte `start` on.


def whole(handler, content, start):
    """As a good server does."""
    if start and start >= len(content):
        handler.answer(416, Content_Range=f"bytes */{len(content)}")
    else:
        handler.answer(206 if start else 200, content[start:])


def status(code, **headers):
    return lambda handler, content, start: handler.answer(code, **headers)


def redirect(to):
    return status(302, Location=to)


def nothing(handler, content, start):
    """Close the connection."""
    handler.close_connection = True


def silence(handler, content, start):
    """Say nothing, and keep the connection."""
    handler.wait()


def cut(handler, content, start):
    handler.answer(206 if start else 200, content[start : start + PIECE], length=len(content) - start)
    handler.close_connection = True


def stall(handler, content, start):
    handler.answer(206 if start else 200, content[start : start + PIECE], length=len(content) - start)
    handler.wait()


def without_ranges(handler, content, start):
    handler.answer(200, content)


def page(handler, content, start):
    """As networks do whose users have to sign in first."""
    handler.answer(200, b"<html>Sign in to use this network</html>", Content_Type="text/html")


def excess(handler, content, start):
    """Send more than was announced."""
    handler.answer(206 if start else 200, content[start:] + bytes(1000), length=len(content) - start)
    handler.close_connection = True


def unannounced(handler, content, start):
    """End with the connection."""
    handler.answer(206 if start else 200, content[start:], length=None)
    handler.close_connection = True


def unannounced_cut(handler, content, start):
    unannounced(handler, content[: start + PIECE], start)


def chunked(handler, content, start, end=b"0\r\n\r\n"):
    handler.answer(206 if start else 200, length=None, Transfer_Encoding="chunked")
    handler.wfile.write(b"%x\r\n%s\r\n" % (len(content) - start, content[start:]) + end)


def chunked_cut(handler, content, start):
    chunked(handler, content[: start + PIECE], start, end=b"")
    handler.close_connection = True
