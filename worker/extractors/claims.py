"""Claims: statements with their holder, status, polarity and certainty, and the cues that make them so.

It finds every clause that carries a quote, an event or a hedge, and what the author states as a sentence's main clause; a clause told in
passing without any of these is left out. Certainty and polarity follow FactBank (Sauri and Pustejovsky 2009), read from cues and
embedding predicates by `worker/nlp/factuality/`; a claim holds for its holder, not for the world.

"The Kremlin has not confirmed the deployment." gives for `deployment`: holder the Kremlin, status unconfirmed, polarity and certainty
unknown, cues `confirmed` and `not`.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from worker.nlp.factuality.lexicon import Status, predicates
from worker.nlp.factuality.predicates import predicates_of, stretch
from worker.nlp.factuality.state import Certainty, Polarity, State
from worker.nlp.voices import Voices
from worker.records import Record, Ref, TextSpan

if TYPE_CHECKING:
    from worker.nlp.columns import Columns
    from worker.nlp.reading import Reading

VERSION = 1
NEEDS = ("entities", "quotes")
PREFIX = "c"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose word a claim is; offsets are null for the author and where no phrase names the holder ("it is believed")."""

    kind: Literal["author", "entity", "anonymous"]
    entity: Ref | None = None
    start: int | None = None
    end: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRecord(Record):
    """One statement; `head` is the predicate's word, or the noun that tells the event."""

    start: int
    end: int
    text: str
    head: TextSpan
    holder: Holder
    #: The quote that says it.
    quote: Ref | None
    status: Status
    polarity: Polarity
    certainty: Certainty
    cues: tuple[TextSpan, ...]
    events: tuple[Ref, ...]
    #: The claim that says it: "the minister denied" for what the minister denied.
    within: Ref | None
    why: str

    @property
    def key(self) -> Hashable:
        """Where the head stands: no two claims share it."""
        return (self.head.start, self.head.end)


def extract(reading: Reading) -> Iterator[ClaimRecord]:
    """Give the claims in order of their predicates."""
    columns, judge = reading.columns, reading.judge
    quotes = Voices(reading.records("quotes"))
    events = {occurrence.token: (columns.starts[occurrence.token], columns.ends[occurrence.last - 1]) for occurrence in reading.occurrences}
    states = {}
    for token in predicates_of(columns):
        state = judge.state(token)
        quote = quotes.at(columns.starts[token])
        if state.cues or _main(reading, token) or (columns.deps[token] == "ccomp" and (state.source or quote is not None)):
            states[token] = (state, quote)
    for token in (*events, *_disputed(columns)):
        states.setdefault(token, (judge.state(token), quotes.at(columns.starts[token])))
    for token, (state, quote) in sorted(states.items()):
        yield _claim(reading, token, state, quote, heads=states.keys(), event=events.get(token))


def _main(reading: Reading, token: int) -> bool:
    """A sentence's main clause, those joined to it by "and", and its infinitives ("managed to escape")."""
    columns = reading.columns
    while columns.deps[token] in ("conj", "xcomp"):
        token = columns.heads[token]
    return columns.deps[token] == "ROOT"


def _disputed(columns: Columns) -> Iterator[int]:
    """What is confirmed or denied in so many words: "denied involvement", "has not confirmed the deployment"."""
    known = predicates()
    for token in range(columns.size):
        if columns.deps[token] in ("dobj", "nsubjpass") and columns.pos[token] == "NOUN":
            kind = known.get(("v", columns.lemmas[columns.heads[token]].lower()))
            if kind is not None and kind.name in ("confirm", "deny"):
                yield token


def _cues(reading: Reading, tokens: tuple[int, ...]) -> tuple[TextSpan, ...]:
    """The cues in order of the text; those side by side are one ("not confirmed"), with what strengthens them ("highly likely")."""
    columns = reading.columns
    marked = set(tokens)
    for token in tokens:
        if columns.pos[token] in ("ADJ", "ADV"):
            marked.update(child for child in columns.children[token] if columns.deps[child] == "advmod")
    runs: list[list[int]] = []
    for token in sorted(marked):
        if runs and runs[-1][-1] == token - 1:
            runs[-1].append(token)
        else:
            runs.append([token])
    return tuple(reading.span(columns.starts[run[0]], columns.ends[run[-1]]) for run in runs)


def _claim(reading: Reading, token: int, state: State, quote: Any | None, *, heads: Collection[int],  # noqa: ANN401 - a quote
           event: tuple[int, int] | None) -> ClaimRecord:
    columns = reading.columns
    start, end = stretch(columns, token)
    status, polarity, certainty = state.printed
    if quote is not None and status == "asserted":
        status = "reported"
    within = state.source.predicate if state.source and state.source.predicate in heads and state.source.predicate != token else None
    return ClaimRecord(
        start=start, end=end, text=reading.text[start:end], head=_span(reading, token),
        holder=_holder(reading, state, quote), quote=Ref("quotes", quote.key) if quote is not None else None,
        status=status, polarity=polarity, certainty=certainty,
        cues=_cues(reading, state.cues), events=(Ref("events", event),) if event is not None else (),
        within=Ref("claims", (columns.starts[within], columns.ends[within])) if within is not None else None, why=state.why)


def _holder(reading: Reading, state: State, quote: Any | None) -> Holder:  # noqa: ANN401 - a quote
    """The grammar's own source stands inside a quote; without one the quote's speaker holds the claim."""
    columns = reading.columns
    source = state.source
    inner = source is not None and (quote is None or any(
        piece.start <= columns.starts[source.predicate] < piece.end for piece in quote.fragments))
    if source is not None and inner:
        return _named(reading, source.token)
    speaker = getattr(quote, "speaker", None)
    if quote is not None:
        if speaker is None:
            return _named(reading, source.token) if source is not None else Holder(kind="anonymous")
        kind: Literal["entity", "anonymous"] = "anonymous" if speaker.anonymous or speaker.entity is None else "entity"
        return Holder(kind=kind, entity=speaker.entity, start=speaker.start, end=speaker.end, text=speaker.text)
    return Holder(kind="author")


def _named(reading: Reading, token: int | None) -> Holder:
    if token is None:
        return Holder(kind="anonymous")
    columns = reading.columns
    entity = reading.parties.entity_of(token)
    if entity is not None and entity.reporter:
        return Holder(kind="author")
    mention = reading.parties.mention_of(token)
    start, end = columns.starts[token], columns.ends[token]
    if mention is not None and mention.head == token:
        start, end = mention.start, mention.end
    else:
        entity = None
        start, end = stretch(columns, token)
    return Holder(kind="entity" if entity else "anonymous", entity=Ref("entities", entity.number) if entity else None,
                  start=start, end=end, text=reading.text[start:end])


def _span(reading: Reading, token: int) -> TextSpan:
    return reading.span(reading.columns.starts[token], reading.columns.ends[token])
