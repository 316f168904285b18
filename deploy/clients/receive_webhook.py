"""Take webhooks and check their signature; the standard library is enough."""

import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

SECRET = os.environ["WIREDESK_WEBHOOKS__SECRET"].encode()
OLDEST_SECONDS = 300
LONGEST_BODY = 64 * 1024 * 1024


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 when the entry is taken; anything else makes Wiredesk send it again."""

    def do_POST(self) -> None:
        """Take one entry."""
        length = int(self.headers.get("Content-Length", "0"))
        stamp, given = self.headers.get("Wiredesk-Timestamp", "0"), self.headers.get("Wiredesk-Signature", "")
        if length > LONGEST_BODY or not stamp.isdecimal() or abs(time.time() - int(stamp)) > OLDEST_SECONDS:
            self.send_error(400)
            return
        body = self.rfile.read(length)
        wanted = "v1=" + hmac.new(SECRET, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(given, wanted):
            self.send_error(401)
            return
        entry = json.loads(body)
        # `deleted` takes down the versions up to this one: entries may come again and late, and a newer version may be stored by then.
        print(entry["id"], entry["version"], entry["status"], flush=True)
        self.send_response(204)
        self.end_headers()


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8_900), Receiver).serve_forever()
