"""Who said what: direct, mixed and indirect quotes with cue and speaker; what speech is about is told by `claims` and `events`.

The scheme is PARC 3.0's and PolNeAR's (Pareti 2016; Newell et al. 2018): content, cue and source, which here is called the speaker. As
there, beliefs, wishes and documents attribute as well as speech. "We must act," the minister told reporters. gives the content
*We must act,* with cue *told* and speaker *the minister*. `direct` is wholly in quotation marks, `mixed` partly, `indirect` not at all.

Not found: content told without any cue word (free indirect speech), and speakers that only the whole story reveals.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from worker.nlp.quoting.affiliation import affiliation
from worker.nlp.quoting.scorer import trained
from worker.nlp.quoting.selection import Found, choose
from worker.nlp.quoting.speakers import phrase, speaker
from worker.nlp.quoting.syntax import Syntax
from worker.records import Record, Ref, frozen

if TYPE_CHECKING:
    from worker.nlp.columns import Columns
    from worker.nlp.parties import Entity
    from worker.nlp.reading import Reading

VERSION = 4
NEEDS: tuple[str, ...] = ("entities",)
PREFIX = "q"
LANGUAGES = ("en",)

Kind = Literal["direct", "mixed", "indirect"]


@frozen()
class Fragment:
    """A piece of the content; the cue or other words of the author stand between two."""

    start: int
    end: int


@frozen()
class Cue:
    """The word that attributes the content."""

    start: int
    end: int
    text: str
    lemma: str


@frozen(kw_only=True)
class Speaker:
    """Whose words (or thoughts) they are, as the text names them here, and who that is."""

    start: int
    end: int
    text: str
    form: Literal["name", "nominal", "pronoun"]
    entity: Ref | None
    #: Named nowhere in the article.
    anonymous: bool
    #: The state or organisation that a described speaker belongs to.
    affiliation: Ref | None
    #: The entity's name.
    name: str | None


@frozen(kw_only=True)
class QuoteRecord(Record):
    """One quote; `start`, `end` and `text` reach from its first fragment to its last."""

    kind: Kind
    start: int
    end: int
    text: str
    #: One or more; outer quotation marks stand outside.
    fragments: tuple[Fragment, ...]
    cue: Cue | None
    speaker: Speaker | None
    #: Why there is no speaker.
    unattributed: str | None
    #: The frame or place that ties cue and content, and the rule that found the speaker.
    why: str


def extract(reading: Reading) -> Iterator[QuoteRecord]:
    """Give the quotes in order of appearance."""
    syntax = Syntax(reading.columns, reading.quotation)
    seen = set()
    for found in choose(syntax, trained()):
        record = _record(reading, syntax, found)
        if record.key not in seen:
            seen.add(record.key)
            yield record


def _record(reading: Reading, syntax: Syntax, found: Found) -> QuoteRecord:
    columns = reading.columns
    fragments = tuple(Fragment(columns.starts[first], columns.ends[last - 1]) for first, last in found.pieces)
    start, end = fragments[0].start, fragments[-1].end
    head, rule = speaker(syntax, found)
    who = _speaker(reading, syntax, head, found) if head >= 0 else None
    unattributed = None if who is not None else rule
    if who is not None and _is_reporter(reading, head):
        who, unattributed = None, "the reporter speaks"
    cue = None
    if found.cue >= 0:
        lemma = found.word.lemma if found.word else columns.lemmas[found.cue]
        cue = Cue(columns.starts[found.cue], columns.ends[found.cue], columns.words[found.cue], lemma)
    return QuoteRecord(kind=_kind(syntax, found), start=start, end=end, text=reading.text[start:end], fragments=fragments, cue=cue,
                       speaker=who, unattributed=unattributed, why=f"{found.why}: {rule}" if who else found.why)


def _kind(syntax: Syntax, found: Found) -> Kind:
    inside = [syntax.region[token] >= 0 for first, last in found.pieces for token in range(first, last)
              if syntax.columns.words[token][0].isalnum()]
    return "direct" if all(inside) else "mixed" if any(inside) else "indirect"


def _speaker(reading: Reading, syntax: Syntax, head: int, found: Found) -> Speaker:
    columns = reading.columns
    first, last = phrase(syntax, head, found.cue)
    entity = _entity(reading, syntax, head, first, last)
    form: Literal["name", "nominal", "pronoun"] = "nominal"
    if columns.tags[head] in ("PRP", "PRP$", "WP", "WDT", "WP$", "DT") and last - first == 1:
        form = "pronoun"
    elif columns.pos[head] == "PROPN" or columns.ents[head]:
        form = "name"
    if form == "pronoun" and entity is not None and found.passages and _is_spoken_of(columns, entity, found):
        entity = None
    name = entity.name if entity else None
    group = None if form == "pronoun" else affiliation(reading, syntax, head, range(first, last))
    return Speaker(start=columns.starts[first], end=columns.ends[last - 1], text=reading.text[columns.starts[first]:columns.ends[last - 1]],
                   form=form, entity=_ref(entity), anonymous=name is None and form == "nominal", affiliation=_ref(group), name=name)


def _is_spoken_of(columns: Columns, entity: Entity, found: Found) -> bool:
    """Tell whether a direct quote calls somebody by name: "He said, ‘Warhol was a genius.’" is not Warhol's."""
    pieces = [(columns.starts[first], columns.ends[last - 1]) for first, last in found.pieces]
    return any(mention.form == "name" and start <= mention.start < end for mention in entity.mentions for start, end in pieces)


def _entity(reading: Reading, syntax: Syntax, head: int, first: int, last: int) -> Entity | None:
    """Give the entity of the phrase's head; of a relative pronoun, that of its antecedent; of a nominal, that of its appositive name."""
    parties = reading.parties
    if syntax.columns.tags[head] in ("WP", "WDT"):
        above = syntax.heads[syntax.heads[head]]
        return parties.entity_of(above)
    if (found := parties.entity_of(head)) is not None:
        return found
    for child in syntax.children[head]:
        if syntax.deps[child] == "appos" and first <= child < last and syntax.columns.ents[child] == "PERSON":
            return parties.entity_of(child)
    return None


def _is_reporter(reading: Reading, head: int) -> bool:
    entity = reading.parties.entity_of(head)
    return entity is not None and entity.reporter


def _ref(entity: Entity | None) -> Ref | None:
    return None if entity is None else Ref("entities", entity.number)


