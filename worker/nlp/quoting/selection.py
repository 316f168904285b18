"""Choose among the candidates of an article: which are quotes, with which content, none twice.

Speech between quotation marks goes first; a clause or phrase that a cue governs is kept if it is likely enough and says nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from worker.nlp.quoting.candidates import Candidate, candidates
from worker.nlp.quoting.direct import Passage, passage_features, passages
from worker.nlp.quoting.extents import Pieces, extents
from worker.nlp.quoting.features import SPEECH, extent_features, first_features, further_features, within
from worker.nlp.quoting.labels import labelled
from worker.nlp.quoting.lexicon import CueWord
from worker.nlp.quoting.refusals import says_nothing
from worker.nlp.quoting.scorer import Scorer, logistic

if TYPE_CHECKING:
    from worker.nlp.quoting.syntax import Syntax

#: A pair whose first features add up to less is not looked at further, nor one that ends below this probability.
_HOPELESS = -1.0
_UNLIKELY = 0.12
#: The probability of what grammar leaves no doubt about.
_PLAIN = 0.9
_CLAUSES = ("ccomp", "acl")
#: The least probability of a quote, of one inside another, and of speech between quotation marks.
_LIKELY = 0.33
_NESTED = 0.65
_SPEECH = 0.50
#: Two contents that share so much of the shorter one say the same twice.
_SAME = 0.6


@dataclass(slots=True, kw_only=True)
class Found:
    """One quote in tokens (pieces end exclusive); `cue` is -1 when none stands there."""

    pieces: Pieces
    cue: int
    word: CueWord | None
    #: The frame or place that ties cue and content.
    why: str
    chance: float
    #: Content's top in the parse, -1 for speech between quotation marks.
    head: int = -1
    passages: list[Passage] = field(default_factory=list)
    #: The quote whose speaker goes on speaking here.
    before: Found | None = None


def choose(syntax: Syntax, scorer: Scorer) -> list[Found]:
    """Give the quotes of an article in order of their contents."""
    found = [Found(pieces=((line.first, line.last),), cue=line.colon, word=None, why="interview" if line.nameless else "label", chance=1.0)
             for line in labelled(syntax)]
    pairs = _weigh(syntax, scorer)
    found += _speech(syntax, _spoken(syntax, scorer, _tokens(tuple(quote.pieces[0] for quote in found))), pairs)
    #: Contents by each token that they hold: a candidate is compared with those that it meets, not with all of a long article.
    taken: dict[int, list[set[int]]] = {}
    for quote in found:
        _take(_tokens(quote.pieces), taken)
    cues = {quote.cue for quote in found}
    for chance, candidate in pairs:
        if chance < _LIKELY:
            break
        if candidate.cue in cues:
            continue
        pieces, share = _cut(syntax, scorer, candidate)
        if pieces and says_nothing(syntax, candidate, pieces):
            continue
        surety = (_PLAIN if candidate.frame in _CLAUSES and _is_plain(syntax, candidate) else chance) * (0.5 + 0.5 * share)
        tokens = _tokens(pieces)
        if surety < _LIKELY or not tokens or _is_taken(candidate, surety, tokens, taken):
            continue
        found.append(Found(pieces=pieces, cue=candidate.cue, word=candidate.word, why=candidate.frame, chance=surety, head=candidate.head))
        _take(tokens, taken)
        cues.add(candidate.cue)
    return sorted(found, key=lambda quote: quote.pieces)


def _spoken(syntax: Syntax, scorer: Scorer, labelled_tokens: set[int]) -> list[tuple[Passage, float]]:
    """Give the regions that are speech; the first of a speech over paragraphs is what the last is."""
    weighed = [(passage, scorer.is_speech(passage_features(syntax, passage)))
               for passage in passages(syntax) if passage.first not in labelled_tokens]
    for number in range(len(weighed) - 1, 0, -1):
        (before, chance), (passage, after) = weighed[number - 1], weighed[number]
        if syntax.quotation.outer[passage.region].continues:
            weighed[number - 1] = (before, max(chance, after))
    return [(passage, chance) for passage, chance in weighed if chance >= _SPEECH]


def _weigh(syntax: Syntax, scorer: Scorer) -> list[tuple[float, Candidate]]:
    """Give the pairs that have a chance, the likeliest first."""
    weighed = []
    for candidate in candidates(syntax):
        first = scorer.pair_score(first_features(syntax, candidate))
        if first < _HOPELESS:
            continue
        chance = logistic(first + scorer.pair_score(further_features(syntax, candidate)))
        if chance < _LIKELY and candidate.frame in _CLAUSES and _is_plain(syntax, candidate):
            chance = _LIKELY
        if chance >= _UNLIKELY:
            weighed.append((chance, candidate))
    weighed.sort(key=lambda entry: (-entry[0], entry[1].cue, entry[1].head))
    return weighed


def _is_plain(syntax: Syntax, candidate: Candidate) -> bool:
    """Tell whether grammar leaves no doubt: "its assessment that …", and speech in speech, "X said that Y had claimed …"."""
    word, cue = candidate.word, candidate.cue
    if word is None:
        return False
    if word.kind == "noun":
        opens = syntax.columns.lowers[syntax.left[candidate.head]]
        return opens == "that" and syntax.child(cue, ("poss",)) >= 0
    return (word.kind == "verb" and not SPEECH.isdisjoint(word.classes) and syntax.subject(cue) >= 0
            and within(syntax, cue) == "speech")


def _cut(syntax: Syntax, scorer: Scorer, candidate: Candidate) -> tuple[Pieces, float]:
    """Give the likeliest cut of a candidate's content and its share of the likelihood."""
    cuts = extents(syntax, candidate)
    if not cuts:
        return (), 0.0
    best, share = scorer.best_cut([extent_features(syntax, candidate, cut, cuts[0]) for cut in cuts])
    return cuts[best].pieces, share


def _take(tokens: set[int], taken: dict[int, list[set[int]]]) -> None:
    for token in tokens:
        taken.setdefault(token, []).append(tokens)


def _is_taken(candidate: Candidate, chance: float, tokens: set[int], taken: dict[int, list[set[int]]]) -> bool:
    met = {id(other): other for token in tokens for other in taken.get(token, ())}
    for other in met.values():
        shared = len(tokens & other)
        if chance < _NESTED or (candidate.cue not in other and shared > _SAME * min(len(tokens), len(other))):
            return True
    return False


def _tokens(pieces: Pieces) -> set[int]:
    found: set[int] = set()
    for start, end in pieces:
        found.update(range(start, end))
    return found


def _speech(syntax: Syntax, speech: list[tuple[Passage, float]], pairs: list[tuple[float, Candidate]]) -> list[Found]:
    """Make quotes of the regions that are speech: regions of one paragraph around one cue are one quote."""
    best = _governing(syntax, pairs)
    found: list[Found] = []
    for passage, chance in speech:
        cue, why, word = passage.cue, passage.place, passage.word
        if passage.region in best and (best[passage.region][0] > 0.5 or cue < 0):  # noqa: PLR2004 - more likely than not
            governing = best[passage.region][1]
            cue, why, word = governing.cue, governing.frame, governing.word
        last = found[-1] if found else None
        if last is not None and _is_one(syntax, last, passage, cue):
            last.pieces = (*last.pieces, (passage.first, passage.last))
            last.passages.append(passage)
            if last.cue < 0:
                last.cue, last.why, last.word = cue, why, word
            continue
        before = last if cue < 0 and last is not None and _follows(syntax, last.passages[-1], passage) else None
        if before is not None and before.cue < 0:
            before = before.before or before  # of a speech over many paragraphs the first one's cue tells
        found.append(Found(pieces=((passage.first, passage.last),), cue=cue, word=word, why="floating" if before else why, chance=chance,
                           passages=[passage], before=before))
    return found


def _is_one(syntax: Syntax, quote: Found, passage: Passage, cue: int) -> bool:
    """Tell whether a region goes on with the quote before it: around its cue, or over paragraphs with the mark left open."""
    if syntax.quotation.outer[passage.region].continues and (quote.cue < 0 or cue in (-1, quote.cue)):
        return True
    same_paragraph = _paragraph(syntax, quote.passages[-1].first) == _paragraph(syntax, passage.first)
    return quote.cue >= 0 and cue in (-1, quote.cue) and same_paragraph


def _governing(syntax: Syntax, pairs: list[tuple[float, Candidate]]) -> dict[int, tuple[float, Candidate]]:
    """Give for each region the likeliest pair whose content's top it holds and whose cue stands outside, in its paragraph."""
    best: dict[int, tuple[float, Candidate]] = {}
    for chance, candidate in pairs:
        region = syntax.region[candidate.head]
        if region < 0 or syntax.region[candidate.cue] == region or (candidate.word and "quote" not in candidate.word.frames):
            continue
        if _paragraph(syntax, candidate.cue) == _paragraph(syntax, candidate.head):
            best.setdefault(region, (chance, candidate))
    return best


def _paragraph(syntax: Syntax, token: int) -> int:
    return syntax.quotation.paragraph_at(syntax.columns.starts[token])


def _follows(syntax: Syntax, one: Passage, other: Passage) -> bool:
    """Tell whether a quotation without cue opens the paragraph after another's: it is the same speaker's."""
    paragraph = _paragraph(syntax, other.first)
    opens = syntax.quotation.paragraphs[paragraph][0] == syntax.quotation.outer[other.region].outer_start
    return opens and _paragraph(syntax, one.first) == paragraph - 1
