"""Pairs of a cue and what may be its content, and the frame that ties them; how likely a pair is, the scorer tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from worker.nlp.quoting.lexicon import ACCORDING, CueWord

if TYPE_CHECKING:
    from worker.nlp.quoting.syntax import Syntax

#: Labels of what may be content when it hangs on a cue of the part of speech.
_VERB = frozenset({"ccomp", "xcomp", "dobj", "oprd", "attr", "acomp", "advcl", "prep", "nsubjpass", "acl", "parataxis", "dep", "pcomp",
                   "conj", "dative", "npadvmod", "advmod", "nsubj"})
_NOUN = frozenset({"acl", "prep", "ccomp", "relcl", "appos", "dep", "xcomp", "compound", "amod"})
_ADJ = frozenset({"ccomp", "xcomp", "prep", "acl", "advcl", "dep"})
#: Raising verbs, whose grammatical subject belongs to the content ("Sanders seems to agree").
_RAISING = frozenset({"seem", "appear", "look", "sound"})
_CUES = frozenset({"VERB", "NOUN", "PROPN", "ADJ", "ADV", "AUX", "ADP"})
#: Labels that the parser gives to a cue's clause inside its content.
_INSERTED = frozenset({"parataxis", "ccomp", "advcl", "dep", "conj", "nsubj", "intj", "npadvmod", "appos", "meta"})
#: Labels that hold content only between quotation marks.
_QUOTED = frozenset({"npadvmod", "advmod", "dative", "conj"})

#: A word of no lexicon is looked at if it has one of these labels, or a clause below.
_WITHOUT_WORD = frozenset({"prep", "parataxis", "ccomp"})
#: Verbs that tell blows as well as words.
_BLOWS = frozenset({"attack", "hit", "target", "hammer", "blast", "pummel", "rip", "strike"})
_PLACES = frozenset({"GPE", "LOC", "FAC", "NORP"})
#: A sentence of more tokens is none: a list, or text without a full stop. Contents within contents would cost the square of its length.
_LONGEST_SENTENCE = 300
#: Most tokens between a cue and either comma around its clause.
_INSERTION = 12


@dataclass(slots=True)
class Candidate:
    """A cue and a possible content; numbers are token indices."""

    cue: int
    word: CueWord | None
    #: Top of the content.
    head: int
    #: The label that ties them; `host` when the cue stands inside its content, `noun` when it modifies it.
    frame: str
    #: The word that opens the content and the kind of subject, noted by `features.first_features`.
    marker: str = ""
    who: str = ""


def candidates(syntax: Syntax) -> Iterator[Candidate]:
    """Give all pairs worth weighing, in order of their cues; what somebody says in quotation marks attributes nothing of the article's."""
    columns = syntax.columns
    pos, lowers, deps = columns.pos, columns.lowers, columns.deps
    whole = [region.opened and region.closed for region in syntax.quotation.outer]
    lengths = [end - first for first, end in pairwise(columns.sentences)]
    clausal = {syntax.heads[token] for token, label in enumerate(deps) if label in ("ccomp", "acl")}
    for token, (kind, label, word) in enumerate(zip(pos, deps, syntax.word, strict=True)):
        if word is None and label not in _WITHOUT_WORD and token not in clausal:
            continue
        if kind not in _CUES or (syntax.region[token] >= 0 and whole[syntax.region[token]]) \
                or lengths[columns.sents[token]] > _LONGEST_SENTENCE:
            continue
        if label == "prep" and lowers[token] == "according":
            yield from _according(syntax, token)
            continue
        if word is None:
            if token in clausal or label != "prep":
                yield from _unknown(syntax, token, kind)
            continue
        if word.kind == "verb":
            yield from _verb(syntax, token, word)
        elif word.kind == "noun":
            yield from _children(syntax, token, word, _NOUN)
            yield from _copula(syntax, token, word)
        elif word.kind == "adj":
            yield from _children(syntax, token, word, _ADJ)
            if label == "amod":
                yield Candidate(token, word, syntax.heads[token], "noun")
        elif label == "advmod":
            yield Candidate(token, word, syntax.heads[token], "host")


def _children(syntax: Syntax, token: int, word: CueWord | None, labels: frozenset[str]) -> Iterator[Candidate]:
    deps = syntax.deps
    for child in syntax.children[token]:
        if deps[child] in labels:
            yield Candidate(token, word, child, deps[child])


def _verb(syntax: Syntax, token: int, word: CueWord) -> Iterator[Candidate]:
    deps, children = syntax.deps, syntax.children[token]
    for child in children:
        label = deps[child]
        if label not in _VERB:
            continue
        if label == "nsubj" and word.lemma not in _RAISING:
            continue
        if syntax.region[child] < 0 and (label in _QUOTED or (label == "advcl" and child < token)):
            continue
        if label in ("dobj", "nsubjpass") and syntax.region[child] < 0 and _struck(syntax, token, child):
            continue
        yield Candidate(token, word, child, label)
    label, head = deps[token], syntax.heads[token]
    if label == "acl" or (label == "relcl" and not any(deps[child] in ("ccomp", "xcomp") for child in children)):
        yield Candidate(token, word, head, "noun")
    elif label in _INSERTED and _set_off(syntax, token):
        yield Candidate(token, word, head, "host")
    if "quote" in word.frames and (bounds := insertion(syntax, token)) is not None:
        yield Candidate(token, word, bounds[0], "insert")


def _struck(syntax: Syntax, token: int, thing: int) -> bool:
    """"Russia attacked Ukraine" criticises nobody: blows between places are no words."""
    columns = syntax.columns
    if columns.low_lemmas[token] not in _BLOWS:
        return False
    return columns.ents[thing] in _PLACES or any(
        syntax.deps[child] == "nsubj" and columns.ents[child] in _PLACES for child in syntax.children[token])


def insertion(syntax: Syntax, token: int) -> tuple[int, int] | None:
    """Give the tokens of a cue's clause between two commas (end exclusive): "The test, North Korea said, was its biggest"."""
    columns = syntax.columns
    first, last = columns.sentences[columns.sents[token]], columns.sentences[columns.sents[token] + 1]
    start = token
    while start > first and token - start < _INSERTION and columns.words[start - 1] != ",":
        start -= 1
    end = token + 1
    while end < last and end - token < _INSERTION and columns.words[end] not in (",", "."):
        end += 1
    if start <= first or end >= last - 1 or columns.words[start - 1] != "," or columns.words[end] != ",":
        return None
    clause = range(start, end)
    if any(columns.pos[at] in ("VERB", "SCONJ") and at != token for at in clause) or syntax.region[token] != syntax.region[start - 1]:
        return None
    return (start, end)


def _set_off(syntax: Syntax, token: int) -> bool:
    """Tell whether the cue's clause stands between commas or at the end after one: "It was, he said, over.", "It is over, he says"."""
    columns = syntax.columns
    before = syntax.left[token] - 1
    if before < 0 or columns.words[before] not in (",", "—", "–", "―", "--", "-", "(", "\"", "”", "''", "’", "?", "!"):
        return False
    return columns.sents[before] == columns.sents[token]


def _according(syntax: Syntax, token: int) -> Iterator[Candidate]:
    yield Candidate(token, ACCORDING, syntax.heads[token], "host")


def _copula(syntax: Syntax, token: int, word: CueWord) -> Iterator[Candidate]:
    """Give contents of nouns in a copula's subject: "Her claim is that …", "the question is whether …"."""
    verb = syntax.heads[token]
    if syntax.deps[token] == "nsubj" and syntax.columns.lemmas[verb] == "be":
        for child in syntax.children[verb]:
            if child > token and syntax.deps[child] in ("ccomp", "attr", "xcomp", "advcl"):
                yield Candidate(token, word, child, "copula")


def _unknown(syntax: Syntax, token: int, kind: str) -> Iterator[Candidate]:
    """A word that no lexicon lists may attribute if a clause hangs on it: "He volunteered that …", "her epiphany that …"."""
    if kind not in ("VERB", "NOUN", "ADJ"):
        return
    for child in syntax.children[token]:
        if syntax.deps[child] == "ccomp" or (kind != "VERB" and syntax.deps[child] == "acl"
                                             and syntax.columns.lowers[syntax.left[child]] == "that"):
            yield Candidate(token, None, child, syntax.deps[child])
    if kind == "VERB" and syntax.deps[token] in ("parataxis", "ccomp") and _set_off(syntax, token):
        yield Candidate(token, None, syntax.heads[token], "host")
