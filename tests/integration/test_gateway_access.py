"""Who may call the HTTP API, how much of it, from where, and how it fares when its server is full or away."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest

from tests.servers import Gateway, Server, server_binaries, wait_for
from worker.ledger import Ledger
from worker.ledger.access import ApiKeys

TEXT = "Rain fell on the coast on Monday."


#: What is tested stands above the server: one kind is enough.
SERVER_KINDS = ("valkey",)


@pytest.fixture
def keys(http: httpx.Client, ledger: Ledger) -> Iterator[ApiKeys]:
    """The ledger's API keys; afterwards there is none, and the gateway has heard of it."""
    made = ApiKeys(ledger)
    yield made
    for key in made.list():
        made.revoke(key.number)
    wait_for(lambda: http.get("/v1/results").status_code == 200, 10)


def test_health_and_metrics(http: httpx.Client) -> None:
    """All is well, and the counts are there; every answer carries the security headers."""
    assert http.get("/livez").json() == {"status": "alive"}
    assert http.get("/readyz").json() == {"status": "ready"}
    metrics = http.get("/metrics")
    assert "wiredesk_articles_accepted_total 0" in metrics.text
    assert metrics.headers["x-content-type-options"] == "nosniff"
    assert http.get("/v1/nowhere").json()["type"] == "urn:wiredesk:unknown-path"
    wrong = http.put("/v1/articles")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")


def test_keys_open_by_scope(http: httpx.Client, ledger: Ledger, keys: ApiKeys) -> None:
    """As soon as one key exists, each request but the health checks needs one with the right scope."""
    submit, read = keys.create("feeder", ["submit"]), keys.create("reader", ["read"])
    admin = keys.create("desk", ["admin"])

    def closed() -> bool:
        return http.get("/v1/results").status_code == 401

    wait_for(closed, 10)
    article = {"id": "a", "text": TEXT}
    wrong = http.post("/v1/articles", json=article, headers={"Authorization": "Bearer wd_00000000_" + "A" * 43})
    assert (wrong.status_code, wrong.json()["type"]) == (401, "urn:wiredesk:key-unknown")
    assert "www-authenticate" in wrong.headers
    assert http.post("/v1/articles", json=article, headers={"Authorization": f"Bearer {read}"}).status_code == 403
    assert http.post("/v1/articles", json=article, headers={"Authorization": f"Bearer {submit}"}).status_code == 202
    assert http.get("/v1/articles/a", headers={"X-API-Key": submit}).status_code == 403
    assert http.get("/v1/articles/a", headers={"X-API-Key": read}).status_code == 200
    assert http.delete("/v1/articles/a", headers={"X-API-Key": read}).status_code == 403
    assert http.delete("/v1/articles/a", headers={"X-API-Key": admin}).status_code == 204
    assert http.get("/livez").status_code == http.get("/readyz").status_code == 200
    stored = b"".join(ledger.client.hvals("wiredesk:keys")).decode()
    assert not any(key[12:] in stored for key in (submit, read, admin))


def test_a_key_has_its_share_of_a_minute(http: httpx.Client, keys: ApiKeys) -> None:
    """429 with the seconds to wait when it is used up."""
    key = keys.create("feeder", ["submit"], per_minute=5)
    wait_for(lambda: http.get("/v1/results").status_code == 401, 10)
    answers = [http.post("/v1/articles", json={"text": TEXT}, headers={"X-API-Key": key}) for _ in range(12)]
    limited = [answer for answer in answers if answer.status_code == 429]
    assert limited
    assert 0 < int(limited[0].headers["retry-after"]) <= 60
    assert limited[0].json()["type"] == "urn:wiredesk:key-limit"
    other = keys.create("bulk feeder", ["submit"], per_minute=100)
    lines = "\n".join(json.dumps({"text": f"{TEXT} {number}"}) for number in range(450))
    time.sleep(2.1)  # so long the gateway remembers the list of keys
    headers = {"X-API-Key": other, "Content-Type": "application/x-ndjson"}
    told = [json.loads(line) for line in http.post("/v1/articles", content=lines, headers=headers).text.splitlines()]
    assert [verdict["status"] for verdict in told] == [202] * 200 + [429] * 250
    assert all(verdict["retry_after"] <= 60 for verdict in told[200:])


def test_it_does_not_open_to_others_by_mistake(server: Server, ledger: Ledger) -> None:
    """Beyond loopback it wants keys, or `--insecure`."""
    refused = Gateway(server.url, "--host", "0.0.0.0")
    assert refused.process.wait(20) == 2
    assert "wiredesk keys create" in refused.text
    refused.close()
    opened = Gateway(server.url, "--host", "0.0.0.0", "--insecure")
    assert opened.address
    opened.close()
    assert opened.process.returncode == 0


def test_a_full_ledger_says_when_to_come_again(server: Server, ledger: Ledger) -> None:
    """429 with Retry-After beyond the backlog's limit, for one article and for a bulk."""
    small = Gateway(server.url, environment={"WIREDESK_LIMITS__BACKLOG": "3"})
    try:
        with httpx.Client(base_url=small.address, timeout=20) as client:
            lines = "\n".join(json.dumps({"id": str(number), "text": TEXT}) for number in range(5))
            mixed = client.post("/v1/articles", content=lines, headers={"Content-Type": "application/x-ndjson"})
            assert [json.loads(line)["status"] for line in mixed.text.splitlines()] == [202, 202, 202, 429, 429]
            assert mixed.headers["retry-after"] == "10"
            one = client.post("/v1/articles", json={"id": "x", "text": TEXT})
            assert (one.status_code, one.headers["retry-after"], one.json()["retry_after"]) == (429, "10", 10)
            more = "\n".join(json.dumps({"id": f"y{number}", "text": TEXT}) for number in range(5))
            bulk = client.post("/v1/articles", content=more, headers={"Content-Type": "application/x-ndjson"})
            assert (bulk.status_code, bulk.headers["retry-after"]) == (429, "10")
    finally:
        small.close()


def test_without_its_server_it_lives_but_is_not_ready(tmp_path: object) -> None:
    """/livez does not depend on Redis; everything else says 503, and all is well when Redis is back."""
    own = Server(server_binaries()["valkey"])
    running = Gateway(own.url)
    try:
        with httpx.Client(base_url=running.address, timeout=60) as client:
            own.kill()
            assert client.get("/livez").status_code == 200
            ready = client.get("/readyz")
            assert (ready.status_code, ready.json()["type"]) == (503, "urn:wiredesk:unavailable")
            assert client.post("/v1/articles", json={"text": TEXT}).status_code == 503
            own.start()
            wait_for(lambda: client.get("/readyz").status_code == 200, 20)
            assert client.post("/v1/articles", json={"text": TEXT}).status_code == 202
    finally:
        running.close()
        own.close()


def test_limits_and_origins_are_settings(server: Server, ledger: Ledger) -> None:
    """A silent sender is cut off, live streams are counted, and only named web sites may call from a browser."""
    running = Gateway(server.url, environment={
        "WIREDESK_GATEWAY__SILENCE_SECONDS": "0.5", "WIREDESK_GATEWAY__STREAMS": "0", "WIREDESK_GATEWAY__BULK_MIB": "1",
        "WIREDESK_GATEWAY__CORS_ORIGINS": '["https://desk.example"]'})
    try:
        with httpx.Client(base_url=running.address, timeout=20) as client:
            assert client.get("/v1/results/stream").status_code == 429
            origins = [client.get("/livez", headers={"Origin": origin}).headers.get("access-control-allow-origin")
                       for origin in ("https://desk.example", "https://other.example")]
            assert origins == ["https://desk.example", None]
            large = client.post("/v1/articles", content=b"\n" * (2 << 20), headers={"Content-Type": "application/x-ndjson"})
            assert (large.status_code, large.json()["type"]) == (413, "urn:wiredesk:too-large")
        address = httpx.URL(running.address)
        for kind in ("application/json", "application/x-ndjson"):
            with socket.create_connection((address.host, address.port or 80), timeout=20) as slow:
                head = f"POST /v1/articles HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: 100\r\n\r\n{{"
                slow.sendall(head.encode())
                assert b" 408 " in slow.recv(4_096).split(b"\r\n")[0]
    finally:
        running.close()


def test_without_settings_no_web_site_may_call(http: httpx.Client) -> None:
    """No answer carries a permission for other origins."""
    assert "access-control-allow-origin" not in http.get("/livez", headers={"Origin": "https://desk.example"}).headers


def test_without_keys_other_web_sites_are_kept_out(server: Server, http: httpx.Client, keys: ApiKeys) -> None:
    """A name that was made to lead here reads nothing, a foreign page changes nothing; with keys, keys decide."""
    article = {"id": "a", "text": TEXT}
    for host in ("evil.example:8080", "localhost.evil.example", "10.0.0.7", "0.0.0.0"):
        answer = http.get("/v1/results", headers={"Host": host})
        assert (answer.status_code, answer.json()["type"]) == (421, "urn:wiredesk:foreign-host")
        assert answer.headers["x-frame-options"] == "DENY"
    for host in ("localhost:1", "127.0.0.1", "[::1]:80", "desk.localhost", "LOCALHOST."):
        assert http.get("/v1/results", headers={"Host": host}).status_code == 200
    own = f"http://{http.base_url.netloc.decode()}"
    for origin, status in ((own, 202), ("http://evil.example", 403), ("null", 403), ("http://127.0.0.1:1", 403)):
        assert http.post("/v1/articles", json=article | {"id": origin}, headers={"Origin": origin}).status_code == status
    assert http.delete(f"/v1/articles/{quote(own, safe='')}", headers={"Origin": "http://evil.example"}).status_code == 403
    named = Gateway(server.url, environment={"WIREDESK_GATEWAY__NAMES": '["desk.example"]',
                                             "WIREDESK_GATEWAY__CORS_ORIGINS": '["https://friend.example"]'})
    try:
        headers = {"Host": "desk.example", "Origin": "https://friend.example"}
        assert httpx.post(f"{named.address}/v1/articles", json=article, headers=headers, timeout=20).status_code == 202
    finally:
        named.close()
    key = keys.create("desk", ["submit"])
    wait_for(lambda: http.get("/v1/results").status_code == 401, 10)
    headers = {"Host": "desk.example", "Origin": "https://other.example", "X-API-Key": key}
    assert http.post("/v1/articles", json=article | {"id": "b"}, headers=headers).status_code == 202


def test_a_browser_asks_its_person_for_the_key(http: httpx.Client, keys: ApiKeys) -> None:
    """HTTP Basic for pages, with the key as the password; never for what changes something."""
    key = keys.create("desk", ["admin", "read"])
    wait_for(lambda: http.get("/v1/results").status_code == 401, 10)
    page = http.get("/", headers={"Accept": "text/html,*/*"})
    assert page.headers["www-authenticate"].startswith("Basic ")
    assert http.get("/").headers["www-authenticate"].startswith("Bearer ")
    assert http.get("/", auth=("anybody", key), headers={"Accept": "text/html"}).status_code == 200
    assert http.get("/", auth=("anybody", "wrong")).status_code == 401
    assert http.get("/", headers={"Authorization": "Basic !"}).status_code == 401
    assert http.delete("/v1/articles/a", auth=("anybody", key)).status_code == 401
