"""Speech between quotation marks: what stands around a region, and the cue that it most likely hangs on."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from worker.nlp.quoting.features import bucket
from worker.nlp.quoting.lexicon import ACCORDING, CueWord, cue_word

if TYPE_CHECKING:
    from worker.nlp.quoting.scorer import Feature
    from worker.nlp.quoting.syntax import Syntax

#: Furthest cue after a closing mark ("…," the long-serving head of the agency's office for climate said), in tokens.
_AFTER = 25
#: How far a region without closing mark is searched for its cue, in tokens.
_FORGOTTEN = 60
#: Longest signature after a dash.
_SIGNATURE = 12
_NEXT = 3
_OPEN_ENDS = (",", "?", "!", "—", "–", "-", "…")
_INTRODUCE = (",", ":", "that", "—", "–")
_DASHES = ("-", "–", "—", "―", "--")
#: A cue so near is the region's even without a comma: the mark, a name of two words, the cue.
_CLOSE = 4
_ENDS = frozenset({".", "?", "!"})


@dataclass(slots=True, kw_only=True)
class Passage:
    """A quotation-mark region as tokens (end exclusive, marks left out) and the cue beside it."""

    region: int
    first: int
    last: int
    #: The cue's token, or -1.
    cue: int
    word: CueWord | None
    #: Where the cue was found: after, late (after a full stop's worth of words), before, colon, dash, none.
    place: str


def passages(syntax: Syntax) -> list[Passage]:
    """Give every outer region that holds a word."""
    columns, outer = syntax.columns, syntax.quotation.outer
    found: list[Passage] = []
    last = 0
    for number, region in enumerate(outer):
        first = bisect_left(columns.starts, region.start, last)
        last = bisect_left(columns.starts, region.end, first)
        while first < last and columns.words[first].isspace():
            first += 1
        while first < last and columns.words[last - 1].isspace():
            last -= 1
        if any(c.isalnum() for word in columns.words[first:last] for c in word):
            cue, place = _cue(syntax, number, first, last)
            found.append(_passage(syntax, Passage(region=number, first=first, last=last, cue=cue, word=None, place=place)))
    return found


def _passage(syntax: Syntax, passage: Passage) -> Passage:
    """Fill in the cue's word, and end a region whose closing mark was forgotten before its cue: "We must act, the minister said."."""
    cue, columns = passage.cue, syntax.columns
    if not syntax.quotation.outer[passage.region].closed and passage.place == "none":
        for at in range(passage.first + 1, min(passage.last, passage.first + _FORGOTTEN)):
            if columns.words[at] in _ENDS:
                break
            subject = syntax.subject(at) if _speech_verb(syntax, at) is not None and columns.tags[at] in ("VBD", "VBZ") else -1
            comma = syntax.left[subject] - 1 if subject >= 0 else -1
            if passage.first < comma < at and columns.words[comma] == ",":
                passage = replace(passage, last=comma + 1, cue=at, place="inside")
                break
    cue = passage.cue
    if cue >= 0:
        lower = columns.lowers[cue]
        passage.word = ACCORDING if lower == "according" else cue_word("VERB", columns.lemmas[cue], columns.words[cue])
    return passage


def _cue(syntax: Syntax, number: int, first: int, last: int) -> tuple[int, str]:
    """Find the cue beside a region: after it, before it, else a name with a colon or a dash, else none."""
    before, after = _outside(syntax, number, first, last)
    open_end = syntax.columns.words[last - 1] in _OPEN_ENDS or not syntax.quotation.outer[number].closed
    verb = _after(syntax, after)
    if verb >= 0 and (open_end or verb - last <= _CLOSE):
        return verb, "after"
    if (dash := _dash(syntax, after)) >= 0:
        return dash, "dash"
    if (introducing := _before(syntax, before)) >= 0:
        return introducing, "before"
    if (colon := _colon(syntax, before)) >= 0:
        return colon, "colon"
    return (verb, "late") if verb >= 0 else (-1, "none")


def _outside(syntax: Syntax, number: int, first: int, last: int) -> tuple[int, int]:
    """Give the tokens next to the region with its marks; -1 and the doc's size at the edges."""
    before, after = first - 1, last
    while before >= 0 and syntax.region[before] == number:
        before -= 1
    while after < syntax.columns.size and syntax.region[after] == number:
        after += 1
    return before, after


def _speech_verb(syntax: Syntax, token: int) -> CueWord | None:
    columns = syntax.columns
    if columns.deps[token] == "prep" and columns.lowers[token] == "according":
        return ACCORDING
    if columns.pos[token] not in ("VERB", "AUX") and columns.tags[token] not in ("VBD", "VBZ"):
        return None
    word = cue_word("VERB", columns.lemmas[token], columns.words[token])
    return word if word is not None and "quote" in word.frames else None


def _after(syntax: Syntax, start: int) -> int:
    columns, region = syntax.columns, syntax.region
    for at in range(start, min(columns.size, start + _AFTER)):
        word = columns.words[at]
        if word in _ENDS or "\n" in word or region[at] >= 0 or word in (";", ":"):
            return -1
        if _speech_verb(syntax, at) is not None and not (columns.tags[at] == "VBG" and at > start + 1):
            return at
    return -1


def _before(syntax: Syntax, start: int) -> int:
    """Find the verb that introduces a region: right before it, or before a comma or colon, also at the end of the line above."""
    columns, region = syntax.columns, syntax.region
    for at in range(start, max(-1, start - _AFTER), -1):
        word = columns.words[at]
        if word in _ENDS or region[at] >= 0:
            return -1
        if "\n" in word and (at < start - 1 or (at > 0 and columns.words[at - 1] != ":")):
            return -1
        if _speech_verb(syntax, at) is not None:
            return at if start - at <= _NEXT or columns.words[start] in _INTRODUCE or columns.words[start - 1] == ":" else -1
    return -1


def _colon(syntax: Syntax, start: int) -> int:
    """Find the colon of "Ms. Ward: ‘…’" and of "the following statement: …", at the end of its line or before the region."""
    columns = syntax.columns
    at = start
    while at >= 0 and columns.words[at].isspace() and start - at < _NEXT:
        at -= 1
    return at if at > 0 and columns.words[at] == ":" else -1


def _dash(syntax: Syntax, start: int) -> int:
    """Find the dash of a signed quotation: "…" - Commissioner Starks, in the line or the next, nothing but a name after it."""
    columns = syntax.columns
    at = start
    while at < columns.size and columns.words[at].isspace() and at - start < _NEXT:
        at += 1
    if at >= columns.size - 1 or columns.words[at] not in _DASHES or columns.pos[at + 1] not in ("PROPN", "DET", "NOUN"):
        return -1
    for end in range(at + 1, min(at + 1 + _SIGNATURE, columns.size)):
        if "\n" in columns.words[end] or syntax.region[end] >= 0:
            return at
        if columns.pos[end] in ("VERB", "AUX", "PRON"):
            return -1
        if columns.words[end] in _ENDS and (end + 1 == columns.size or "\n" in columns.words[end + 1]):
            return at
    return at if end + 1 == columns.size else -1


def passage_features(syntax: Syntax, passage: Passage) -> list[Feature]:
    """Give what tells speech that stands for itself from words that are part of a longer content, titles and scare quotes."""
    columns, region = syntax.columns, syntax.quotation.outer[passage.region]
    first, last = passage.first, passage.last
    size = sum([word[0].isalnum() for word in columns.words[first:last]])
    before, after = _beside(syntax, passage)
    opening = columns.words[first]
    end = columns.words[last - 1]  # never white space: regions end before it
    if end not in (".", ",", "?", "!", "—", "–", "-", "…", ";", ":"):
        end = "word"
    word = passage.word
    name = word.classes[0] if word else "none"
    distance = min(abs(passage.cue - last), abs(passage.cue - first)) if passage.cue >= 0 else 99
    top = next((t for t in range(first, last) if not first <= syntax.heads[t] < last or syntax.heads[t] == t), first)
    case = "upper" if opening[:1].isupper() else "lower"
    length = bucket(size)
    clause = any(columns.deps[t] in ("nsubj", "nsubjpass", "expl") for t in range(first, last))
    found: list[Feature] = [
        ("bias",), ("n", length), ("case", case, length), ("end", end, length), ("b", before), ("a", after), ("ba", before, after),
        ("be", before, end), ("ae", after, end), ("bc", before, case), ("cl", clause, case), ("cle", clause, end),
        ("pl", passage.place, end), ("plc", passage.place, case), ("c", name, passage.place), ("cd", bucket(distance), passage.place),
        ("top", columns.deps[top], columns.pos[top]), ("topd", columns.deps[top], case), ("s", region.single),
        ("sn", region.single, length), ("ok", region.opened, region.closed, region.continues), ("ent", columns.ents[top]),
        ("cbe", case, before, end), ("nca", length, case, after), ("hd", columns.tags[syntax.heads[top]], columns.deps[top]),
    ]
    if passage.cue >= 0 and syntax.left[passage.cue] <= top <= syntax.right[passage.cue]:
        found.append(("under", columns.deps[top], passage.place))
    return found


def _beside(syntax: Syntax, passage: Passage) -> tuple[str, str]:
    """Give what stands before and after the region with its marks: a line's edge, punctuation, or a part of speech."""
    columns = syntax.columns
    left, right = _outside(syntax, passage.region, passage.first, passage.last)
    before = "edge" if left < 0 or "\n" in columns.words[left] else _sort(syntax, left)
    after = "edge" if right >= columns.size or "\n" in columns.words[right] else _sort(syntax, right)
    return before, after


def _sort(syntax: Syntax, token: int) -> str:
    columns = syntax.columns
    word = columns.words[token]
    if word.isspace():
        return "space"
    if columns.pos[token] in ("PUNCT", "SPACE", "SYM"):
        return word if len(word) == 1 else "mark"
    return columns.pos[token] if word.lower() != "that" else "that"
