"""Whose words a quote's are: the grammar's answer as a stretch of tokens, or the reason why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.lexicons import words
from worker.nlp.quoting.lexicon import source_kinds

if TYPE_CHECKING:
    from worker.nlp.quoting.selection import Found
    from worker.nlp.quoting.syntax import Syntax

_IMPERSONAL = frozenset({"seem", "appear", "look", "sound"})
_ADDRESSED = frozenset({"tell", "inform", "remind", "assure"})
_LONGEST = 40
#: Prepositions before a participle whose subject is that of the verb above.
_BY = frozenset({"by", "in", "after", "before", "without", "while", "when"})
_CLIMB = 6
_ENDS = (".", "?", "!")
#: What ends a speaker's phrase.
_CLAUSES = frozenset({"relcl", "advcl", "ccomp", "parataxis", "dep", "punct"})
_NO_SPEAKER = frozenset({"there", "what"})
_NOBODY = frozenset({"it", "there", "what", "this", "that"})


def speaker(syntax: Syntax, quote: Found) -> tuple[int, str]:
    """Give the head token of the speaker and the rule that found it, or -1 and why there is none."""
    if quote.cue < 0:
        if quote.before is not None:
            head, _ = speaker(syntax, quote.before)
            return (head, "floating") if head >= 0 else (-1, "the quotation before has no speaker")
        return -1, "no cue beside the quotation"
    if quote.why == "interview":
        return -1, "question and answer name nobody"
    if quote.why == "label":
        return _last_noun(syntax, quote.cue)
    if quote.why == "dash":
        return _signature(syntax, quote.cue)
    if quote.why == "colon":
        return _before_colon(syntax, quote.cue)
    word = quote.word
    kind = word.kind if word else _kind(syntax, quote.cue)
    if kind == "other":
        return _after_preposition(syntax, quote.cue)
    if kind == "adv":
        return -1, "an adverb names no speaker"
    if kind == "noun":
        return _of_noun(syntax, quote.cue)
    if kind == "adj":
        return _of_adjective(syntax, quote.cue)
    return _of_verb(syntax, quote)


def _signature(syntax: Syntax, dash: int) -> tuple[int, str]:
    """Give the head of the name after a dash: "…" - Commissioner Geoffrey Starks."""
    head = dash + 1
    while dash < syntax.heads[head] < dash + _LONGEST and syntax.heads[head] != head:
        head = syntax.heads[head]
    return head, "signature"


def _last_noun(syntax: Syntax, colon: int) -> tuple[int, str]:
    """Give the head of the label before a colon."""
    columns = syntax.columns
    for at in range(colon - 1, max(colon - 9, -1), -1):
        if columns.pos[at] in ("PROPN", "NOUN") and columns.deps[at] != "pobj" and "\n" not in columns.words[at]:
            return at, "label"
    return colon - 1, "label"


def _before_colon(syntax: Syntax, colon: int) -> tuple[int, str]:
    """Give whom a line before a colon names: "McCain challenger Kelli Ward: ‘…’", "Sanders made the following comment: …"."""
    columns = syntax.columns
    first = colon
    while first > 0 and colon - first < _LONGEST and "\n" not in columns.words[first - 1] and columns.words[first - 1] not in _ENDS:
        first -= 1
    for at in range(first, colon):
        if columns.deps[at] == "nsubj" and columns.pos[syntax.heads[at]] in ("VERB", "AUX") and syntax.heads[at] < colon:
            return at, "subject"
    if any(columns.pos[at] in ("VERB", "AUX") for at in range(first, colon)):
        return -1, "nobody is named before the colon"
    for at in range(colon - 1, first - 1, -1):
        if columns.pos[at] == "PROPN" and columns.ents[at] in ("PERSON", "ORG", ""):
            return at, "before-colon"
    return -1, "nobody is named before the colon"


def _kind(syntax: Syntax, cue: int) -> str:
    return {"NOUN": "noun", "PROPN": "noun", "ADJ": "adj"}.get(syntax.columns.pos[cue], "verb")


def _after_preposition(syntax: Syntax, cue: int) -> tuple[int, str]:
    """Give X of "according to X"."""
    to = syntax.child(cue, ("prep",))
    found = syntax.child(to if to >= 0 else cue, ("pobj",))
    return (found, "according-to") if found >= 0 else (-1, "nothing follows the preposition")


def _of_verb(syntax: Syntax, quote: Found) -> tuple[int, str]:
    columns, deps, cue = syntax.columns, syntax.deps, quote.cue
    lemma = quote.word.lemma if quote.word else columns.lemmas[cue]
    if _is_passive(syntax, cue):
        agent = syntax.child(cue, ("agent",))
        if agent >= 0 and (found := syntax.child(agent, ("pobj",))) >= 0:
            return found, "agent"
        subject = syntax.child(cue, ("nsubjpass", "nsubj"))
        if lemma in words("felt") and subject >= 0:
            return subject, "subject"
        return -1, "passive without agent"
    if lemma in _IMPERSONAL and quote.why != "advcl":
        return -1, "an impression of nobody named"
    subject = syntax.subject(cue)
    rule = "subject"
    if subject >= 0 and quote.passages and syntax.region[subject] >= 0:
        subject = -1
    if subject < 0 and (above := _verb_above(syntax, cue)) >= 0:
        subject, rule = syntax.borrowed_subject(above), "borrowed-subject"
    if subject < 0 and quote.passages:
        subject, rule = _beside(syntax, quote), "beside"
    if subject < 0:
        subject, rule = syntax.borrowed_subject(cue), "borrowed-subject"
    if subject < 0 and deps[cue] in ("amod", "compound"):
        return -1, "a participle names no speaker"
    if subject < 0:
        subject, rule = _beside(syntax, quote), "beside"
    if subject < 0:
        return -1, "the cue has no subject"
    if deps[subject] == "expl" or columns.lowers[subject] in _NO_SPEAKER:
        return -1, "an impersonal subject"
    return subject, rule


def _verb_above(syntax: Syntax, cue: int) -> int:
    """Give the verb whose subject says what a participle says, or -1.

    "He justified his choice of Boeing by saying …"; "Jobs resigned in a letter to the board, stating …".
    """
    columns, deps, heads = syntax.columns, syntax.deps, syntax.heads
    if columns.tags[cue] != "VBG":
        return -1
    at, written = heads[cue], False
    if deps[cue] == "advcl" and columns.pos[at] == "VERB" and at < cue and syntax.subject(at) >= 0:
        return at
    by = deps[cue] == "pcomp" and columns.lowers[at] in _BY
    if not by and not (deps[cue] == "acl" and deps[at] == "pobj"):
        return -1
    for _ in range(_CLIMB):
        if columns.pos[at] == "VERB":
            return at if by or written else -1
        written = written or source_kinds().get(columns.low_lemmas[at]) == "document"
        if heads[at] == at:
            return -1
        at = heads[at]
    return -1


def _is_passive(syntax: Syntax, cue: int) -> bool:
    columns, deps = syntax.columns, syntax.deps
    labels = {deps[child] for child in syntax.children[cue]}
    if "auxpass" in labels or "agent" in labels:
        return True
    return columns.tags[cue] == "VBN" and deps[cue] in ("acl", "advcl", "amod") and "aux" not in labels


def _beside(syntax: Syntax, quote: Found) -> int:
    """Give the nearest noun phrase of the cue's line, after an inverted cue ("said Quentin Kidd") or before it."""
    columns, cue = syntax.columns, quote.cue
    # "May told reporters": who stands after such a verb is spoken to, never the speaker.
    after = range(0) if columns.lemmas[cue] in _ADDRESSED else range(cue + 1, min(cue + 4, columns.size))
    for at in after:
        if columns.words[at] in (",", ".", ":") or "\n" in columns.words[at] or syntax.region[at] >= 0 or columns.pos[at] == "ADP":
            break  # "the strategist said in an interview": no interview speaks
        if columns.pos[at] in ("PROPN", "NOUN", "PRON") and columns.ents[at] not in ("DATE", "TIME"):
            while syntax.heads[at] > at and columns.pos[syntax.heads[at]] in ("PROPN", "NOUN") and syntax.heads[at] != cue:
                at = syntax.heads[at]  # noqa: PLW2901 - up to the head of the phrase
            return at if columns.tags[cue] in ("VBD", "VBZ", "VBP", "NN", "NNP") else -1
    if cue and columns.words[cue - 1] == ",":  # "The newspaper, long an advocate of reform, writes"
        return _opening(syntax, cue)
    for at in range(cue - 1, max(cue - 12, -1), -1):
        if columns.ents[at] in ("DATE", "TIME"):
            continue
        if "\n" in columns.words[at] or columns.words[at] in (".", "?", "!") or syntax.region[at] >= 0:
            break
        if columns.pos[at] in ("PROPN", "PRON") or (columns.pos[at] == "NOUN" and columns.words[at + 1] in (",", columns.words[cue])):
            return at
    return -1


def _opening(syntax: Syntax, cue: int) -> int:
    """Give the head of the noun phrase that the cue's sentence begins with, or -1."""
    columns = syntax.columns
    first = columns.sentences[columns.sents[cue]]
    for at in range(first, min(first + 8, cue)):
        if columns.words[at] == "," or syntax.region[at] >= 0:
            break
        if columns.pos[at] in ("PROPN", "PRON", "NOUN") and (columns.words[at + 1] == "," or columns.pos[at] == "PRON"):
            return at
    return -1


def _of_noun(syntax: Syntax, cue: int) -> tuple[int, str]:
    """Give X of "X's claim", "a statement from X", "X made a promise", "the claim that X made", "the German warning"."""
    columns, deps = syntax.columns, syntax.deps
    if (owner := syntax.child(cue, ("poss",))) >= 0:
        return owner, "possessor"
    for child in syntax.children[cue]:
        if deps[child] in ("prep", "agent") and columns.lowers[child] in ("by", "from", "among"):
            found = syntax.child(child, ("pobj",))
            if found >= 0:
                return found, "by-phrase"
    for child in syntax.children[cue]:
        if deps[child] == "relcl" and (found := syntax.subject(child)) >= 0 and columns.tags[found] not in ("WDT", "WP"):
            return found, "relative-clause"
    if (found := syntax.child(cue, ("amod", "compound"))) >= 0 and columns.ents[found] in ("NORP", "ORG", "GPE", "PERSON"):
        return found, "modifier"
    above = syntax.heads[cue]
    while deps[above] == "prep" and syntax.heads[above] != above:
        above = syntax.heads[above]
    if columns.pos[above] in ("VERB", "AUX") and deps[cue] in ("dobj", "pobj", "attr", "conj", "oprd"):
        found = syntax.borrowed_subject(above)
        if found not in (-1, cue) and not _is_passive(syntax, above) and columns.lowers[found] not in _NOBODY:
            return found, "subject"
    return -1, "the noun has no owner"


def _of_adjective(syntax: Syntax, cue: int) -> tuple[int, str]:
    above = syntax.heads[cue]
    if syntax.deps[cue] == "amod":
        return above, "modified-noun"
    found = syntax.subject(cue)
    if found < 0:
        found = syntax.borrowed_subject(above) if syntax.columns.pos[above] in ("VERB", "AUX") else -1
    if found >= 0 and syntax.columns.lowers[found] not in ("it", "there", "what"):
        return found, "subject"
    return -1, "nobody is said to be so"


def phrase(syntax: Syntax, head: int, cue: int = -1) -> tuple[int, int]:
    """Give the tokens of the speaker's noun phrase with title, appositive and affiliation, without relative clauses (end exclusive).

    Of "a campaign to persuade users to leave" the speaker of *persuade* is *a campaign*.
    """
    columns, deps = syntax.columns, syntax.deps
    start, end = syntax.left[head], syntax.right[head] + 1
    for child in syntax.children[head]:
        if child < head or (deps[child] not in _CLAUSES and syntax.region[child] < 0):
            continue
        if deps[child] == "punct" and columns.words[child] in (",", "(") and _goes_on(syntax, head, child):
            continue
        end = min(end, syntax.left[child])
        break
    if head < cue < end:
        end = max(head + 1, syntax.left[cue])
    if end - start > _LONGEST:
        start, end = head, head + 1
    start = next((at + 1 for at in range(head - 1, start - 1, -1) if "\n" in columns.words[at]), start)
    end = next((at for at in range(head + 1, end) if "\n" in columns.words[at]), end)
    while end - 1 > head and (columns.pos[end - 1] in ("PUNCT", "SPACE", "CCONJ")):
        end -= 1
    while start < head and columns.pos[start] in ("PUNCT", "SPACE", "CCONJ"):
        start += 1
    if deps[head] == "poss":
        end = min(end, head + 1)
    # "the National Bank (NB) said": the bracket that was opened belongs to the phrase.
    if columns.words[start:end].count("(") > columns.words[start:end].count(")") and columns.words[end:end + 1] == [")"]:
        end += 1
    return start, end


def _goes_on(syntax: Syntax, head: int, comma: int) -> bool:
    """Tell whether an appositive or a further name follows the comma."""
    return any(child > comma and syntax.deps[child] in ("appos", "conj") for child in syntax.children[head])
