"""Submit articles: validate each, then one atomic step into the ledger for each; spaCy is never imported here.

    from worker.producer import submit
    verdicts = submit([{"text": "...", "title": "..."}])

A submit that is repeated after any failure doubles nothing: the same id with the same content is a duplicate.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, Literal

from worker import extractors, tracing
from worker.errors import ArticleError, WiredeskError
from worker.ledger import Ledger, connect
from worker.ledger.jobs import Answer, Submission, label, pack
from worker.logs import get_logger
from worker.records import Article
from worker.relay import relay
from worker.settings import load_settings

log = get_logger(__name__)

#: Articles in one round trip, and the most bytes of them (compressed): few enough for a server to answer at once.
BATCH = 200
BATCH_BYTES = 4 * 1024 * 1024
#: Seconds after which a refused producer may try again.
RETRY_AFTER = {"backlog": 10, "memory": 30, "held": 30}

_REASONS = {
    "backlog": "too many articles wait already",
    "memory": "the server's memory is nearly full",
    "held": "an operator holds intake for a while",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one submitted article."""

    #: accepted and duplicate are good ends; invalid and conflict will not change by trying again; busy will.
    verdict: Literal["accepted", "duplicate", "conflict", "invalid", "busy"]
    #: Empty when invalid and no id was given.
    id: str
    #: 0 when nothing is stored under the id.
    version: int = 0
    #: The job's state: queued, waiting, started, done, dead; empty when nothing is stored.
    state: str = ""
    #: For invalid: the offending field.
    field: str = ""
    #: Why not, in one sentence that says what to do.
    reason: str = ""
    #: For busy: seconds to wait.
    retry_after: int = 0
    #: Whether as many replicas have confirmed it as `submit.wait_replicas` wishes; None when it wishes none.
    replicated: bool | None = None

    @property
    def ok(self) -> bool:
        """Whether the article is in the ledger as it was submitted."""
        return self.verdict in ("accepted", "duplicate")


def submit(
    articles: Iterable[Mapping[str, Any] | Article], *, ledger: Ledger | None = None, source: str = "python", replace: bool = False,
    traceparents: Iterable[str] = (), call: str = "",
) -> list[Verdict]:
    """Submit articles and tell what became of each, in their order.

    `replace` accepts other content under a known id, as its next version. `source` names the way in, for the counters. `traceparents`
    (W3C Trace Context, one an article) are what traces and logs go on with; `call` is the one of a call that brings many articles.

    Raises:
        ServerUnavailableError: the server does not answer; submit the same again later, nothing is doubled.
    """
    return list(submit_each(articles, ledger=ledger, source=source, replace=replace, traceparents=traceparents, call=call))


def submit_each(
    articles: Iterable[Mapping[str, Any] | Article], *, ledger: Ledger | None = None, source: str = "python", replace: bool = False,
    traceparents: Iterable[str] = (), call: str = "",
) -> Iterator[Verdict]:
    """Submit a stream of articles in batches of `BATCH`; the verdicts come as each batch is answered."""
    ledger = ledger or _default_ledger()
    waiting, parents = iter(articles), iter(traceparents)
    while batch := list(islice(waiting, BATCH)):
        spans = tracing.Submits(list(islice(parents, len(batch))), source=source, size=len(batch), linked=call)
        try:
            yield from _submit_batch(batch, ledger, source, spans, replace=replace)
        finally:
            spans.close()


def check_article(value: Mapping[str, Any] | Article) -> Article:
    """Validate one article and the names of its extractors.

    Raises:
        ArticleError: names the field.
    """
    article = value if isinstance(value, Article) else Article.parse(value)
    if article.extractors is not None:
        extractors.check(article.extractors)
    return article


def _submit_batch(
    batch: list[Mapping[str, Any] | Article], ledger: Ledger, source: str, spans: tracing.Submits, *, replace: bool,
) -> list[Verdict]:
    verdicts: dict[int, Verdict] = {}
    valid: list[tuple[int, Submission]] = []
    for position, value in enumerate(batch):
        try:
            article = check_article(value)
            valid.append((position, _submission(article, spans.begin(position, article.id))))
        except ArticleError as error:
            verdicts[position] = Verdict(verdict="invalid", id=_given_id(value), field=error.field, reason=str(error))
    ticket = secrets.token_hex(8)
    for part in _within_bytes(valid):
        answers = ledger.jobs.submit([item for _, item in part], ticket=f"{ticket}-{part[0][0]}", source=source, replace=replace)
        for (position, item), answer in zip(part, answers, strict=True):
            verdicts[position] = _verdict(item.id, answer, ledger)
            spans.end(position, answer.verdict, answer.version)
    _publish(ledger)
    return [verdicts[position] for position in range(len(batch))]


def _publish(ledger: Ledger) -> None:
    """Hand the hints on where another broker carries them; what cannot be published now, workers publish later."""
    broker = relay(ledger)
    if broker is None:
        return
    try:
        broker.forward(ledger)
    except WiredeskError as error:
        log.warning("hints_left", error=str(error))


def _submission(article: Article, trace: str) -> Submission:
    return Submission(id=article.id, sha256=article.sha256, priority=article.priority, label=label(article.title, article.id),
                      body=pack(article.to_json()), trace=trace)


def _within_bytes(items: list[tuple[int, Submission]]) -> Iterator[list[tuple[int, Submission]]]:
    part: list[tuple[int, Submission]] = []
    size = 0
    for item in items:
        if part and size + len(item[1].body) > BATCH_BYTES:
            yield part
            part, size = [], 0
        part.append(item)
        size += len(item[1].body)
    if part:
        yield part


def _verdict(article_id: str, answer: Answer, ledger: Ledger) -> Verdict:
    if answer.verdict == "busy":
        wait = RETRY_AFTER[answer.detail]
        return Verdict(verdict="busy", id=article_id, retry_after=wait, reason=f"{_REASONS[answer.detail]}; submit again in {wait} seconds")
    if answer.verdict == "conflict":
        reason = (f"id: version {answer.version} of {article_id!r} has other content; "
                  f"submit with replace to make version {answer.version + 1}")
        return Verdict(verdict="conflict", id=article_id, version=answer.version, state=answer.state, reason=reason)
    wished, replicated, reason = ledger.settings.submit, None, ""
    if answer.replicas is not None and not (replicated := answer.replicas >= wished.wait_replicas):
        reason = (f"it is accepted, but not yet replicated: {answer.replicas} of {wished.wait_replicas} replicas confirmed it within "
                  f"{wished.wait_ms} ms; submitted again it is asked for again, and nothing is doubled")
    return Verdict(verdict=answer.verdict, id=article_id, version=answer.version, state=answer.state, reason=reason, replicated=replicated)


def _given_id(value: Mapping[str, Any] | Article) -> str:
    if isinstance(value, Article):
        return value.id
    given: object = value.get("id") if isinstance(value, dict) else None
    return given if isinstance(given, str) else ""


@cache
def _default_ledger() -> Ledger:
    return connect(load_settings(), name="wiredesk-producer", check=True)
