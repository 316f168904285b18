"""The HTTP API as other systems see it: articles in, results out, by a real gateway on a real server."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.servers import Gateway
from worker.ledger import Ledger
from worker.ledger.jobs import Attempt
from worker.nlp.reading import Reader
from worker.pipeline import Trip, run
from worker.records import Article

TEXT = "Rain fell on the coast on Monday."
STRANGE_IDS = ["a/b/result", "../x", "https://example.org/?q=1", "100%", "ümlaut \U0001f98a", "a b", "#", "%2F", "stream"]


#: What is tested stands above the server: one kind is enough.
SERVER_KINDS = ("valkey",)


def finish(ledger: Ledger, article_id: str, **more: object) -> None:
    """Read an article as a worker would, with a small result."""
    attempt = ledger.jobs.start(article_id, owner="test", process=1, lease_seconds=60)
    assert isinstance(attempt, Attempt)
    result = {"article": {"id": article_id, "metadata": None}, "failures": [], "provenance": {"milliseconds": {}}, **more}
    assert ledger.jobs.commit(attempt, result)


def test_one_article_from_submit_to_takedown(http: httpx.Client, ledger: Ledger) -> None:
    """202, then the state, then the result, then nothing."""
    accepted = http.post("/v1/articles", json={"id": "a", "text": TEXT})
    assert accepted.status_code == 202
    body = accepted.json()
    assert (body["id"], body["state"], body["version"], body["verdict"]) == ("a", "queued", 1, "accepted")
    assert accepted.headers["location"] == body["links"]["self"]
    state = http.get(body["links"]["self"]).json()
    assert state["state"] == "queued"
    assert [event["event"] for event in state["history"]] == ["accepted"]
    early = http.get(body["links"]["result"])
    assert (early.status_code, early.json()["state"]) == (404, "queued")
    finish(ledger, "a")
    assert http.get(body["links"]["result"]).json()["article"]["id"] == "a"
    assert http.delete(body["links"]["self"]).status_code == 204
    assert http.get(body["links"]["self"]).status_code == 404
    assert http.delete(body["links"]["self"]).status_code == 404


def test_the_same_again_is_no_second_job(http: httpx.Client) -> None:
    """200 for the same content, 409 for other content, 202 with `replace`."""
    first = http.post("/v1/articles", json={"id": "a", "text": TEXT})
    again = http.post("/v1/articles", json={"id": "a", "text": TEXT})
    assert (first.status_code, again.status_code, again.json()["verdict"]) == (202, 200, "duplicate")
    other = http.post("/v1/articles", json={"id": "a", "text": TEXT + " More."})
    assert (other.status_code, other.json()["type"], other.json()["version"]) == (409, "urn:wiredesk:conflict", 1)
    replaced = http.post("/v1/articles", params={"replace": "true"}, json={"id": "a", "text": TEXT + " More."})
    assert (replaced.status_code, replaced.json()["version"]) == (202, 2)


@pytest.mark.parametrize(("body", "field"), [
    ({"text": ""}, "text"), ({"text": "  "}, "text"), ({"id": "x"}, "text"), ({"text": TEXT, "colour": 1}, "colour"),
    ({"text": TEXT, "published_at": "yesterday"}, "published_at"), ({"text": TEXT, "extractors": ["quotes", "nope"]}, "extractors"),
    ({"text": 5}, "text"), ({"text": TEXT, "id": "a\nb"}, "id"), ({"text": TEXT, "priority": "urgent"}, "priority"),
])
def test_a_wrong_field_is_named(http: httpx.Client, body: dict[str, object], field: str) -> None:
    """422 as problem details with the field's name."""
    answer = http.post("/v1/articles", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["field"] == field
    assert answer.json()["detail"].startswith(field)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'"text"', b"5", b"null", b"[" * 100_000, b'{"text": NaN}'])
def test_what_is_no_article_is_refused(http: httpx.Client, body: bytes) -> None:
    """422, whatever the bytes."""
    answer = http.post("/v1/articles", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_other_kinds_of_bodies_are_refused(http: httpx.Client) -> None:
    """415 without JSON, or compressed; 413 for more than any article has."""
    assert http.post("/v1/articles", content=b"x", headers={"Content-Type": "text/plain"}).status_code == 415
    packed = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert http.post("/v1/articles", content=b"x", headers=packed).status_code == 415
    large = http.post("/v1/articles", content=b" " * (17 << 20), headers={"Content-Type": "application/json"})
    assert large.status_code == 413


@pytest.mark.parametrize("article_id", STRANGE_IDS)
def test_any_printable_id_works_in_a_path(http: httpx.Client, ledger: Ledger, article_id: str) -> None:
    """The id is one percent-encoded segment."""
    accepted = http.post("/v1/articles", json={"id": article_id, "text": TEXT}).json()
    assert accepted["links"]["self"] == f"/v1/articles/{quote(article_id, safe='')}"
    finish(ledger, article_id)
    assert http.get(accepted["links"]["self"]).json()["id"] == article_id
    assert http.get(accepted["links"]["result"]).json()["article"]["id"] == article_id
    assert http.delete(accepted["links"]["self"]).status_code == 204


def test_json_lines_get_a_verdict_each(http: httpx.Client, ledger: Ledger) -> None:
    """Bad lines are named by their number and stop nothing."""
    lines = [json.dumps({"id": "a", "text": TEXT}), "", "{bad", json.dumps({"id": "b"}), json.dumps({"id": "a", "text": TEXT}),
             json.dumps({"id": "a", "text": "other"}), "x" * (17 << 20), json.dumps({"id": "c", "text": TEXT})]
    answer = http.post("/v1/articles", content="\n".join(lines), headers={"Content-Type": "application/x-ndjson"})
    assert answer.status_code == 207
    verdicts = [json.loads(line) for line in answer.text.splitlines()]
    told = [(verdict["item"], verdict["status"]) for verdict in verdicts]
    assert told == [(1, 202), (3, 422), (4, 422), (5, 200), (6, 409), (7, 422), (8, 202)]
    assert verdicts[2]["field"] == "text"
    assert ledger.status().accepted == 2


def test_a_list_gets_a_verdict_each(http: httpx.Client) -> None:
    """207 with counts; an empty list is no error."""
    answer = http.post("/v1/articles", json=[{"id": str(number), "text": TEXT} for number in range(450)] + [7])
    assert answer.status_code == 207
    assert answer.json()["counts"] == {"accepted": 450, "duplicate": 0, "conflict": 0, "invalid": 1, "busy": 0}
    assert [verdict["item"] for verdict in answer.json()["verdicts"]] == list(range(1, 452))
    assert http.post("/v1/articles", json=[]).json()["verdicts"] == []


def test_bad_json_is_told_where_and_a_key_twice_is_told_which(http: httpx.Client, ledger: Ledger) -> None:
    """Alone, in a list and in lines; what stands beside it is accepted."""
    headers = {"content-type": "application/json"}
    broken = http.post("/v1/articles", content=b'{"text": "a"\n "id": "b"}', headers=headers)
    assert (broken.status_code, broken.json()["type"]) == (422, "urn:wiredesk:invalid-json")
    assert broken.json()["detail"] == "the body is no JSON at line 2, column 2: expected ',' or '}'"
    twice = http.post("/v1/articles", content=b'{"text": "a", "id": "b", "id": "c"}', headers=headers)
    assert (twice.status_code, twice.json()["field"]) == (422, "id")
    assert twice.json()["detail"] == "id: stands twice in one object; send it once"
    listed = http.post("/v1/articles", content=b'[{"text": "one of a list"}, {"text": "a", "id": "b", "id": "c"}]', headers=headers)
    assert [(verdict["status"], verdict.get("field")) for verdict in listed.json()["verdicts"]] == [(202, None), (422, "id")]
    lines = b'{"text": "a" "id": "b"}\n{"text": "a", "text": "b"}\n{"text": "Rain fell.", "id": "good"}\n'
    answer = http.post("/v1/articles", content=lines, headers={"content-type": "application/x-ndjson"})
    verdicts = [json.loads(line) for line in answer.text.splitlines()]
    assert [verdict["verdict"] for verdict in verdicts] == ["invalid", "invalid", "accepted"]
    assert verdicts[0]["detail"] == "the line is no JSON at column 14: expected ',' or '}'"
    assert verdicts[1]["field"] == "text"
    assert ledger.status().accepted == 2


def test_results_come_in_pages(http: httpx.Client, ledger: Ledger) -> None:
    """The cursor leads on; a takedown is an entry; without `whole` only ids come."""
    for number in range(5):
        http.post("/v1/articles", json={"id": str(number), "text": TEXT})
        finish(ledger, str(number))
    http.delete("/v1/articles/0")
    seen, cursor = [], "0"
    while True:
        page = http.get("/v1/results", params={"after": cursor, "limit": 2, "whole": "false"}).json()
        if not page["results"]:
            break
        seen += [(entry["id"], entry["status"]) for entry in page["results"]]
        cursor = page["next"]
    assert seen == [("1", "done"), ("2", "done"), ("3", "done"), ("4", "done"), ("0", "deleted")]
    assert page["next"] == cursor
    whole = http.get("/v1/results").json()["results"]
    assert whole[0]["result"]["article"]["id"] == "1"
    assert whole[-1]["result"] is None
    assert http.get("/v1/results", params={"after": "nonsense"}).json()["field"] == "after"


def test_the_live_stream_goes_on_where_it_broke(http: httpx.Client, ledger: Ledger) -> None:
    """Server-sent events carry the cursor as their id; `Last-Event-ID` resumes after it."""
    for number in range(3):
        http.post("/v1/articles", json={"id": str(number), "text": TEXT})
        finish(ledger, str(number))
    first = events(http, {}, 2, after="0")
    assert [event["data"]["id"] for event in first] == ["0", "1"]
    rest = events(http, {"Last-Event-ID": first[-1]["id"]}, 1)
    assert rest[0]["data"]["id"] == "2"
    assert http.get("/v1/results/stream", headers={"Last-Event-ID": "x"}).status_code == 422


def events(http: httpx.Client, headers: dict[str, str], number: int, **params: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    with http.stream("GET", "/v1/results/stream", headers=headers, params=params) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        event: dict[str, object] = {}
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name == "data":
                event["data"] = json.loads(value)
            elif name == "id":
                event["id"] = value
            elif not line and "data" in event:
                found.append(event)
                event = {}
                if len(found) == number:
                    break
    return found


def test_articles_of_an_entity(http: httpx.Client, ledger: Ledger) -> None:
    """By key or by name, newest first."""
    for number in range(2):
        http.post("/v1/articles", json={"id": str(number), "text": TEXT})
        finish(ledger, str(number), entities=[{"key": "Q423", "name": "North Korea"}])
    for name in ("Q423", "North Korea", "north%20korea"):
        answer = http.get(f"/v1/entities/{name}").json()
        assert {article["id"] for article in answer["articles"]} == {"0", "1"}
    assert http.get("/v1/entities/Nobody").json()["articles"] == []


def test_offsets_in_utf16(http: httpx.Client, ledger: Ledger) -> None:
    """A character beyond the basic plane counts two there."""
    text = "\U0001f98a said \U0001f98a no."
    http.post("/v1/articles", json={"id": "a", "text": text, "metadata": {"start": 3}})
    finish(ledger, "a", entities=[{"start": 9, "end": 11, "text": "no"}])
    code_points = http.get("/v1/articles/a/result").json()["entities"][0]
    units = http.get("/v1/articles/a/result", params={"offsets": "utf16"}).json()["entities"][0]
    assert text[code_points["start"]:code_points["end"]] == "no"
    assert text.encode("utf-16-le")[2 * units["start"]:2 * units["end"]].decode("utf-16-le") == "no"


def test_the_description_names_every_field(http: httpx.Client) -> None:
    """OpenAPI tells of the article's fields, with an example that is accepted."""
    described = http.get("/openapi.json").json()
    body = described["paths"]["/v1/articles"]["post"]["requestBody"]["content"]["application/json"]
    fields = body["schema"]["oneOf"][0]["properties"]
    assert set(fields) == set(Article.model_fields)
    assert http.post("/v1/articles", json=body["example"]).status_code == 202


def test_an_article_has_a_page(http: httpx.Client, ledger: Ledger, reader: Reader) -> None:
    """HTML with a policy that lets it load nothing from elsewhere."""
    http.post("/v1/articles", json={"id": "a", "title": "<script>alert(1)</script>", "text": TEXT})
    attempt = ledger.jobs.start("a", owner="test", process=1, lease_seconds=60)
    assert isinstance(attempt, Attempt)
    article = Article.parse({"id": "a", "title": "<script>alert(1)</script>", "text": TEXT})
    assert ledger.jobs.commit(attempt, run(article, reader, Trip(received=dt.datetime(2024, 10, 22, tzinfo=dt.UTC))))
    page = http.get("/v1/articles/a/page")
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "Rain fell" in page.text
    assert "<script>alert" not in page.text
    assert http.get("/v1/articles/b/page").status_code == 404


def test_a_page_of_large_results_does_not_fill_the_memory(gateway: Gateway, http: httpx.Client, ledger: Ledger) -> None:
    """It is written as it is read, whole, in order."""
    lines = "\n".join(json.dumps({"id": f"n{number}", "text": TEXT}) for number in range(300))
    http.post("/v1/articles", content=lines, headers={"Content-Type": "application/x-ndjson"})
    for number in range(300):
        finish(ledger, f"n{number}", numbers=list(range(100_000, 115_000)))

    def most_mib() -> int:
        return int(Path(f"/proc/{gateway.process.pid}/status").read_text().partition("VmHWM:")[2].split()[0]) >> 10

    http.get("/v1/results", params={"limit": 1})
    before = most_mib()
    answer = http.get("/v1/results", params={"limit": 1_000})
    assert most_mib() - before < 100
    page = answer.json()
    assert [entry["result"]["article"]["id"] for entry in page["results"]] == [f"n{number}" for number in range(300)]
    assert page["next"] == page["results"][-1]["cursor"]
