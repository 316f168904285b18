"""Claims: statements with their holder, status, polarity and certainty, and the cues that make them so.

It finds every clause that carries a quote, an event or a hedge, and what the author states as a sentence's main clause; a clause told in
passing without any of these is left out. Certainty and polarity follow FactBank (Sauri and Pustejovsky 2009), read from cues and
embedding predicates by `worker/nlp/factuality/`; a claim holds for its holder, not for the world.

"The Kremlin has not confirmed the deployment." gives for `deployment`: holder the Kremlin, status unconfirmed, polarity and certainty
unknown, cues `confirmed` and `not`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING, Any, Literal

from worker.nlp.factuality.lexicon import Status, embedding
from worker.nlp.factuality.predicates import Stretches, predicates_of
from worker.nlp.factuality.state import Certainty, Polarity, State
from worker.nlp.voices import Voices, status_in, vouches
from worker.records import Record, Ref, TextSpan, frozen

if TYPE_CHECKING:
    from worker.nlp.columns import Columns
    from worker.nlp.reading import Reading

VERSION = 3
NEEDS = ("entities", "quotes")
PREFIX = "c"
LANGUAGES = ("en",)


@frozen(kw_only=True)
class Holder:
    """Whose word a claim is; offsets are null for the author and where no phrase names the holder ("it is believed")."""

    kind: Literal["author", "entity", "anonymous"]
    entity: Ref | None = None
    start: int | None = None
    end: int | None = None
    text: str | None = None


#: Most claims are the author's; of some it is only known that they are somebody else's.
_AUTHOR, _ANONYMOUS = Holder(kind="author"), Holder(kind="anonymous")


@frozen()
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
    return _Claims(reading).all()


class _Claims:
    """The claims of one article."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._columns = reading.columns
        self._voices = Voices(reading.records("quotes"))
        self._stretches = Stretches(reading.columns)
        #: Each event by its trigger; an event's claim stands as the event does.
        self._events = {occurrence.token: occurrence for occurrence in reading.occurrences}
        self._heads: dict[int, State] = {}

    def all(self) -> Iterator[ClaimRecord]:
        columns, judge = self._columns, self._reading.judge
        heads = {token: occurrence.state for token, occurrence in self._events.items()}
        for token in predicates_of(columns):
            if token not in heads:
                state = judge.state(token)
                if state.cues or self._told(token, state):
                    heads[token] = state
        for token in _disputed(columns):
            heads.setdefault(token, judge.state(token))
        self._heads = heads
        return (self._claim(token, heads[token]) for token in sorted(heads))

    def _told(self, token: int, state: State) -> bool:
        """What the author states in a sentence's main clause, or somebody in what he says."""
        deps, heads = self._columns.deps, self._columns.heads
        if deps[token] == "ccomp" and (state.source is not None or self._voices.at(self._columns.starts[token]) is not None):
            return True
        while deps[token] in ("conj", "xcomp"):
            token = heads[token]
        return deps[token] == "ROOT"

    def _claim(self, token: int, state: State) -> ClaimRecord:
        reading, columns = self._reading, self._columns
        quote = self._voices.at(columns.starts[token])
        start, end = self._stretches.of(token)
        _, polarity, certainty = state.printed
        head = TextSpan(columns.starts[token], columns.ends[token], columns.words[token])
        holder = self._holder(state, quote)
        said = Ref("quotes", quote.key) if quote is not None else None
        event = self._events.get(token)
        events = (Ref("events", (columns.starts[token], columns.ends[event.last - 1])),) if event else ()
        above = state.source.predicate if state.source else token
        within = Ref("claims", (columns.starts[above], columns.ends[above])) if above != token and above in self._heads else None
        return ClaimRecord(start, end, reading.text[start:end], head, holder, said, status_in(quote, state), polarity, certainty,
                           self._cues(state.cues) if state.cues else (), events, within, state.why)

    def _cues(self, tokens: tuple[int, ...]) -> tuple[TextSpan, ...]:
        """The cues in order of the text; those side by side are one ("not confirmed"), with what strengthens them ("highly likely")."""
        columns = self._columns
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
        return tuple(self._span(run[0], run[-1] + 1) for run in runs)

    def _holder(self, state: State, quote: Any | None) -> Holder:  # noqa: ANN401 - the quote's record, whose class an extractor owns
        """The grammar's own source counts inside a quote; else the quote's speaker holds the claim."""
        source = state.source
        if quote is None or not vouches(quote, state):
            return self._named(source.token) if source is not None else _AUTHOR
        if source is not None:
            place = self._columns.starts[source.predicate]
            if quote.speaker is None or any(piece.start <= place < piece.end for piece in quote.fragments):
                return self._named(source.token)
        speaker = quote.speaker
        if speaker is None:
            return _ANONYMOUS
        kind: Literal["entity", "anonymous"] = "anonymous" if speaker.anonymous or speaker.entity is None else "entity"
        return Holder(kind=kind, entity=speaker.entity, start=speaker.start, end=speaker.end, text=speaker.text)

    def _named(self, token: int | None) -> Holder:
        """Who the head of a phrase names; the reporter is the author."""
        if token is None:
            return _ANONYMOUS
        parties, text = self._reading.parties, self._reading.text
        entity, mention = parties.entity_of(token), parties.mention_of(token)
        if entity is not None and entity.reporter:
            return _AUTHOR
        if entity is None or mention is None or mention.head != token:
            start, end = self._stretches.of(token)
            return Holder(kind="anonymous", start=start, end=end, text=text[start:end])
        return Holder(kind="entity" if entity.name else "anonymous", entity=Ref("entities", entity.number), start=mention.start,
                      end=mention.end, text=text[mention.start:mention.end])

    def _span(self, first: int, last: int) -> TextSpan:
        return self._reading.span(self._columns.starts[first], self._columns.ends[last - 1])


def _disputed(columns: Columns) -> Iterator[int]:
    """What is confirmed or denied in so many words: "denied involvement", "has not confirmed the deployment"."""
    known = embedding("v")
    for token, dep in enumerate(columns.deps):
        if dep in ("dobj", "nsubjpass") and columns.pos[token] == "NOUN":
            kind = known.get(columns.low_lemmas[columns.heads[token]])
            if kind is not None and kind.name in ("confirm", "deny"):
                yield token
