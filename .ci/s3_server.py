"""An S3 server for tests: moto on a free port of the loopback interface, with one bucket.

Prints the port once it takes requests, and serves until it is ended.
"""

import sys
from threading import Lock, Thread
from urllib.request import Request, urlopen

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

BUCKET = "tikaud"


class OneAtATime:
    """moto looks whether a key is free and then takes it; S3 does both in one step, so nothing may come in between."""

    def __init__(self, application):
        self.application = application
        self.lock = Lock()

    def __call__(self, environ, start_response):
        with self.lock:
            return [b"".join(self.application(environ, start_response))]


class Quiet(WSGIRequestHandler):
    # Connections are kept, as S3 keeps them.
    protocol_version = "HTTP/1.1"
    # Head and body go out one by one, and the client would wait for the second.
    disable_nagle_algorithm = True

    def log_request(self, *_):
        pass


application = OneAtATime(DomainDispatcherApplication(create_backend_app))
server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
Thread(target=server.serve_forever, daemon=True).start()
authorization = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
request = Request(
    f"http://127.0.0.1:{server.server_port}/{BUCKET}", method="PUT", headers={"Authorization": authorization}
)
urlopen(request).close()
print(server.server_port, flush=True)
# Ends with whoever has started it, at the latest.
sys.stdin.read()
