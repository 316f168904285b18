"""Choose among the candidates of an article: which are quotes, with which content, none twice.

Speech between quotation marks goes first; a clause or phrase that a cue governs is kept if it is likely enough and says nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from worker.nlp.quoting.candidates import Candidate, candidates
from worker.nlp.quoting.direct import Passage, passage_features, passages
from worker.nlp.quoting.extents import Pieces, extents
from worker.nlp.quoting.features import candidate_features, extent_features
from worker.nlp.quoting.lexicon import CueWord, cue_word

if TYPE_CHECKING:
    from worker.nlp.quoting.scorer import Scorer
    from worker.nlp.quoting.syntax import Syntax

#: A pair less likely than this is not looked at further.
_HOPELESS = 0.12
#: The least probability of a quote, of one inside another, and of speech between quotation marks.
_LIKELY = 0.33
_NESTED = 0.50
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
    speech: list[tuple[Passage, float]] = []
    for passage in passages(syntax):
        chance = scorer.is_speech(passage_features(syntax, passage))
        if chance >= _SPEECH:
            speech.append((passage, chance))
    pairs = _weigh(syntax, scorer)
    found = _speech(syntax, speech, pairs)
    taken = [_tokens(quote.pieces) for quote in found]
    cues = {quote.cue for quote in found}
    for chance, candidate, pieces in pairs:
        if candidate.cue in cues or chance < _LIKELY:
            continue
        tokens = _tokens(pieces)
        if _is_taken(candidate, chance, tokens, taken):
            continue
        found.append(Found(pieces=pieces, cue=candidate.cue, word=candidate.word, why=candidate.frame, chance=chance, head=candidate.head))
        taken.append(tokens)
        cues.add(candidate.cue)
    return sorted(found, key=lambda quote: quote.pieces)


def _weigh(syntax: Syntax, scorer: Scorer) -> list[tuple[float, Candidate, Pieces]]:
    """Give the pairs that have a chance with their best cut, the likeliest first."""
    weighed = []
    for candidate in candidates(syntax):
        chance = scorer.is_pair(candidate_features(syntax, candidate))
        if chance < _HOPELESS:
            continue
        cuts = extents(syntax, candidate)
        if cuts:
            best, share = scorer.best_cut([extent_features(syntax, candidate, cut, cuts[0]) for cut in cuts])
            weighed.append((chance * (0.5 + 0.5 * share), candidate, cuts[best].pieces))
    weighed.sort(key=lambda entry: (-entry[0], entry[1].cue, entry[1].head))
    return weighed


def _is_taken(candidate: Candidate, chance: float, tokens: set[int], taken: list[set[int]]) -> bool:
    for other in taken:
        shared = len(tokens & other)
        if shared and (shared > _SAME * max(len(tokens), len(other)) or chance < _NESTED):
            return True
        if shared and candidate.cue not in other and shared > _SAME * min(len(tokens), len(other)):
            return True
    return False


def _tokens(pieces: Pieces) -> set[int]:
    return {token for start, end in pieces for token in range(start, end)}


def _speech(syntax: Syntax, speech: list[tuple[Passage, float]], pairs: list[tuple[float, Candidate, Pieces]]) -> list[Found]:
    """Make quotes of the regions that are speech: regions of one paragraph around one cue are one quote."""
    best = _governing(syntax, pairs)
    found: list[Found] = []
    for passage, chance in speech:
        cue, why = passage.cue, passage.place
        if passage.region in best and (best[passage.region][0] > 0.5 or cue < 0):  # noqa: PLR2004 - more likely than not
            cue, why = best[passage.region][1].cue, best[passage.region][1].frame
        last = found[-1] if found else None
        if last is not None and last.cue >= 0 and cue in (-1, last.cue) and _goes_on(syntax, last.passages[-1], passage):
            last.pieces = (*last.pieces, (passage.first, passage.last))
            last.passages.append(passage)
            continue
        word = cue_word("VERB", syntax.columns.lemmas[cue], syntax.columns.words[cue]) if cue >= 0 else None
        before = last if cue < 0 and last is not None and _follows(syntax, last.passages[-1], passage) else None
        found.append(Found(pieces=((passage.first, passage.last),), cue=cue, word=word, why="floating" if before else why, chance=chance,
                           passages=[passage], before=before))
    return found


def _governing(syntax: Syntax, pairs: list[tuple[float, Candidate, Pieces]]) -> dict[int, tuple[float, Candidate]]:
    """Give for each region the likeliest pair whose content's top it holds and whose cue stands outside, in its paragraph."""
    best: dict[int, tuple[float, Candidate]] = {}
    for chance, candidate, _ in pairs:
        region = syntax.region[candidate.head]
        if region < 0 or syntax.region[candidate.cue] == region or (candidate.word and "quote" not in candidate.word.frames):
            continue
        if _paragraph(syntax, candidate.cue) == _paragraph(syntax, candidate.head):
            best.setdefault(region, (chance, candidate))
    return best


def _paragraph(syntax: Syntax, token: int) -> int:
    return syntax.quotation.paragraph_at(syntax.columns.starts[token])


def _goes_on(syntax: Syntax, one: Passage, other: Passage) -> bool:
    """Tell whether speech goes on after its cue, in its paragraph or, with the mark left open, in the next."""
    return _paragraph(syntax, one.first) == _paragraph(syntax, other.first) or syntax.quotation.outer[other.region].continues


def _follows(syntax: Syntax, one: Passage, other: Passage) -> bool:
    """Tell whether a quotation without cue opens the paragraph after another's: it is the same speaker's."""
    paragraph = _paragraph(syntax, other.first)
    opens = syntax.quotation.paragraphs[paragraph][0] == syntax.quotation.outer[other.region].outer_start
    return opens and _paragraph(syntax, one.first) == paragraph - 1
