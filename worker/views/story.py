"""One story across articles: which sources carry it, copied or independent, and where their statements differ.

Pure: it is given results and compares them. A copy shares the wording (the same near-duplicate cluster); an independent article
has another wording and tells of the same parties in the same days, with an event of the same type and actor. Statements are
matched by their words; what is compared is the numbers within them, their status, polarity and certainty.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Result = Mapping[str, Any]

#: Words that two statements must share, of all words of both, to be versions of one.
_SAME_STATEMENT = 0.45
#: Days between two articles of one story.
MAX_DAYS = 3
_WORD = re.compile(r"[^\W\d_]+")
_JUDGED = ("status", "polarity", "certainty")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One article that carries the story."""

    id: str
    source: str | None
    date: str
    received_at: str
    carries: Literal["original", "copied", "independent"]
    #: Of a copy: the nearest earlier article, and the share of the wording.
    of: str | None
    similarity: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one article says."""

    id: str
    claim: str
    start: int
    end: int
    text: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One point in which an article differs from an earlier one."""

    #: number, status, polarity or certainty; added: a denial or doubt that the earlier article lacks.
    kind: Literal["number", "status", "polarity", "certainty", "added"]
    #: What is counted, for a number.
    of: str | None
    before: Statement | None
    after: Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The sources in order of date, and their differences."""

    cluster: str | None
    sources: tuple[Source, ...]
    differences: tuple[Difference, ...]


def tell(copies: Sequence[Result], independent: Sequence[Result] = ()) -> Story:
    """Put a story together from the results of one cluster (oldest first) and of other articles about the same events."""
    ordered = [*((result, False) for result in copies), *((result, True) for result in independent)]
    differences = [
        difference
        for number, (later, _) in enumerate(ordered)
        for earlier in ([_nearest(later, copies) or copies[0]] if number and copies else [])
        if earlier is not later
        for difference in _once(_differences(earlier, later))
    ]
    sources = sorted((_source(result, apart=apart) for result, apart in ordered), key=lambda source: (source.date, source.received_at))
    cluster = (copies[0].get("duplicates") or {}).get("cluster") if copies else None
    return Story(cluster=cluster, sources=tuple(sources), differences=tuple(differences))


def same_events(one: Result, other: Result) -> bool:
    """Tell whether two articles tell of the same events: within a few days, an event of one type by one actor in both."""
    days = abs((_date(one) - _date(other)).days)
    return days <= MAX_DAYS and not _events(one).isdisjoint(_events(other))


def main_entities(result: Result, number: int = 3) -> list[str]:
    """Give the keys of the article's most salient entities."""
    ranked = sorted(result.get("entities") or (), key=lambda entity: -(entity.get("salience") or 0))
    return [entity["key"] for entity in ranked if entity.get("key") and entity.get("name")][:number]


def _events(result: Result) -> set[tuple[str, str]]:
    keys = {entity["id"]: entity.get("key") for entity in result.get("entities") or ()}
    return {
        (event["type"], key)
        for event in result.get("events") or () if event.get("type")
        for actor in event.get("actors") or () if (key := keys.get(actor.get("entity")) or actor.get("code"))
    }


def _date(result: Result) -> dt.date:
    return dt.date.fromisoformat(result["document"]["reference_time"]["value"])


def _source(result: Result, *, apart: bool) -> Source:
    article, found = result["article"], result.get("duplicates") or {}
    carries: Literal["original", "copied", "independent"] = "independent" if apart else "copied" if found.get("of") else "original"
    return Source(
        id=article["id"], source=article.get("source"), date=_date(result).isoformat(), received_at=article["received_at"], carries=carries,
        of=None if apart else found.get("of"), similarity=None if apart else found.get("similarity"),
    )


def _nearest(result: Result, others: Iterable[Result]) -> Result | None:
    of = (result.get("duplicates") or {}).get("of")
    return next((other for other in others if other["article"]["id"] == of), None)


def _once(differences: Iterable[Difference]) -> Iterator[Difference]:
    """Leave out what an inner statement repeats of the one around it ("he said that 140 were aboard")."""
    seen = set()
    for difference in differences:
        key = (difference.kind, difference.of, repr(difference.after.value) if difference.kind == "number" else difference.after.claim)
        if key not in seen:
            seen.add(key)
            yield difference


def _differences(earlier: Result, later: Result) -> Iterator[Difference]:
    before = [(claim, _words(claim["text"])) for claim in earlier.get("claims") or ()]
    for claim in later.get("claims") or ():
        words = _words(claim["text"])
        share, match = max(((len(words & other) / (len(words | other) or 1), at) for at, (_, other) in enumerate(before)), default=(0.0, 0))
        if share >= _SAME_STATEMENT:
            yield from _changes(earlier, before[match][0], later, claim)
        elif claim["status"] in ("denied", "unconfirmed"):
            yield Difference(kind="added", of=None, before=None, after=_statement(later, claim, claim["status"]))


def _changes(earlier: Result, old: Mapping[str, Any], later: Result, new: Mapping[str, Any]) -> Iterator[Difference]:
    for name in _JUDGED:
        if old[name] != new[name]:
            yield Difference(kind=name, of=None, before=_statement(earlier, old, old[name]), after=_statement(later, new, new[name]))  # type: ignore[arg-type]  # one of _JUDGED
    numbers_before, numbers_after = _numbers(earlier, old), _numbers(later, new)
    for counted, value in numbers_after.items():
        if counted in numbers_before and numbers_before[counted] != value:
            yield Difference(kind="number", of=counted[1], before=_statement(earlier, old, numbers_before[counted]),
                             after=_statement(later, new, value))


def _numbers(result: Result, claim: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    """Give the numbers within a statement by what they count; what is counted twice is left out: either could be meant."""
    found: dict[tuple[str, str], Any] = {}
    twice: set[tuple[str, str]] = set()
    for quantity in result.get("quantities") or ():
        if claim["start"] <= quantity["start"] and quantity["end"] <= claim["end"]:
            counted = (quantity["kind"], (quantity.get("of") or {}).get("lemma") or quantity.get("unit") or quantity.get("currency") or "")
            twice |= {counted} & found.keys()
            found[counted] = {name: quantity.get(name) for name in ("value", "low", "high", "modifier")}
    return {counted: value for counted, value in found.items() if counted not in twice and counted[1]}


def _statement(result: Result, claim: Mapping[str, Any], value: Any) -> Statement:  # noqa: ANN401 - JSON
    return Statement(id=result["article"]["id"], claim=claim["id"], start=claim["start"], end=claim["end"], text=claim["text"], value=value)


def _words(text: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in _WORD.findall(text))
