"""Where a candidate's content may begin and end; which of them is right, the scorer tells."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.nlp.quoting.candidates import insertion

if TYPE_CHECKING:
    from worker.nlp.quoting.candidates import Candidate
    from worker.nlp.quoting.syntax import Syntax

#: Words that hold a content without being part of it.
_HOLDERS = frozenset({"to", "for", "of", "about", "on", "as", "that"})
_OBJECT = ("dobj", "dative", "nsubj", "nsubjpass", "attr")
_TAILS = frozenset({"advcl", "prep", "npadvmod", "advmod", "relcl", "acl", "conj", "cc", "appos", "parataxis", "ccomp", "dep"})
_COMMAS = frozenset({",", ";", ":", "—", "–", "―", "--", "-", "("})
_TRIMMED = frozenset({",", ";", ":", "—", "–", "―", "--", "-", ".", " ", "(", ")", "…"})

Pieces = tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Extent:
    """One way to cut the content: pieces of token indices (end exclusive) and the names of the rules that give this cut."""

    pieces: Pieces
    rules: tuple[str, ...]


def extents(syntax: Syntax, candidate: Candidate) -> list[Extent]:
    """Give the different cuts of one candidate, the plainest first."""
    found: dict[Pieces, list[str]] = {}
    bounds = _paragraph(syntax, candidate)
    if bounds is None:
        return []
    for rule, pieces in _cuts(syntax, candidate):
        clean = _clean(syntax, pieces, *bounds)
        if clean:
            found.setdefault(clean, []).append(rule)
    return [Extent(pieces, tuple(rules)) for pieces, rules in found.items()]


def _paragraph(syntax: Syntax, candidate: Candidate) -> tuple[int, int] | None:
    """Give the tokens of the content's paragraph (end exclusive), None if the cue's is another: headlines are parsed into the text."""
    columns, quotation = syntax.columns, syntax.quotation
    number = quotation.paragraph_at(columns.starts[candidate.head])
    if quotation.paragraph_at(columns.starts[candidate.cue]) != number:
        return None
    start, end = quotation.paragraphs[number]
    return bisect_left(columns.starts, start), bisect_left(columns.starts, end)


def _cuts(syntax: Syntax, candidate: Candidate) -> list[tuple[str, Pieces]]:
    if candidate.frame in ("host", "noun"):
        return _around(syntax, candidate)
    if candidate.frame == "insert":
        return _between(syntax, candidate)
    return _below(syntax, candidate)


def _between(syntax: Syntax, candidate: Candidate) -> list[tuple[str, Pieces]]:
    """Cuts of a sentence that a cue's clause between commas interrupts."""
    columns, cue = syntax.columns, candidate.cue
    bounds = insertion(syntax, cue)
    if bounds is None:
        return []
    start, end = bounds
    first, last = columns.sentences[columns.sents[cue]], columns.sentences[columns.sents[cue] + 1]
    if columns.tags[min(end + 1, last - 1)] in ("WP", "WDT", "WP$"):
        return [("left", ((first, start),))]  # "…, said Holt, who plays for Leeds": what follows is told of the speaker
    comma = next((at for at in range(end + 1, last) if columns.words[at] == "," and syntax.region[at] < 0), -1)
    found: list[tuple[str, Pieces]] = [
        ("both", ((first, start), (end, last))), ("left", ((first, start),)), ("right", ((end, last),))]
    if comma >= 0:
        found += [("both-to-comma", ((first, start), (end, comma))), ("right-to-comma", ((end, comma),))]
    return found


def _below(syntax: Syntax, candidate: Candidate) -> list[tuple[str, Pieces]]:
    """Cuts of a content that hangs on its cue."""
    cue, head = candidate.cue, candidate.head
    start, end = syntax.left[head], syntax.right[head] + 1
    found: list[tuple[str, Pieces]] = [("whole", _around_cue(syntax, start, end, cue))]
    if start <= cue < end:
        return found
    found += _longer(syntax, candidate, start, end) if head > cue else _inverted(syntax, candidate, start, end)
    if syntax.deps[head] in ("prep", "agent") or syntax.columns.lowers[head] in _HOLDERS:
        inner = syntax.child(head, ("pobj", "pcomp"))
        if inner >= 0:
            found.append(("inside", ((syntax.left[inner], syntax.right[inner] + 1),)))
    return found + _shorter(syntax, head, start)


def _longer(syntax: Syntax, candidate: Candidate, start: int, end: int) -> list[tuple[str, Pieces]]:
    """Cuts with what the parser hung on the cue, and with an object or subject that is part of what is said."""
    cue, head = candidate.cue, candidate.head
    columns, deps = syntax.columns, syntax.deps
    found: list[tuple[str, Pieces]] = []
    cue_end = syntax.right[cue] + 1
    if cue_end > end:
        found.append(("extended", ((start, cue_end),)))
        sibling = next((c for c in syntax.children[cue] if c >= end and deps[c] != "punct"), -1)
        if sibling >= 0 and syntax.right[sibling] + 1 < cue_end:
            found.append(("sibling", ((start, syntax.right[sibling] + 1),)))
    sentence_end = columns.sentences[columns.sents[cue] + 1]
    # "Her belief that the vote was stolen never changed": the sentence goes on with what is told of the belief.
    told = candidate.word is not None and candidate.word.kind == "noun" and deps[cue] in ("nsubj", "nsubjpass")
    if sentence_end > max(end, cue_end) + 1 and not told:
        found.append(("sentence", ((start, sentence_end),)))
    object_ = next((c for c in syntax.children[cue] if cue < c < head and deps[c] in _OBJECT), -1)
    if object_ >= 0:
        piece = (syntax.left[object_], syntax.right[object_] + 1)
        found.append(("object", (piece, (start, end))))
        if cue_end > end:
            found.append(("object-extended", (piece, (start, cue_end))))
        return found
    subject = syntax.child(cue, ("nsubj", "nsubjpass"))
    impression = candidate.word is not None and "seem" in candidate.word.classes
    if subject >= 0 and columns.lowers[subject] == "it":  # "It was announced that …"
        return found
    if subject >= 0 and (deps[subject] == "nsubjpass" or impression):
        found.append(("subject", ((syntax.left[subject], syntax.right[subject] + 1), (start, end))))
    elif subject < 0 and deps[cue] in ("relcl", "acl"):
        above = syntax.heads[cue]
        found.append(("antecedent", ((syntax.left[above], syntax.left[cue]), (start, end))))
    return found


def _inverted(syntax: Syntax, candidate: Candidate, start: int, end: int) -> list[tuple[str, Pieces]]:
    """Cuts of a content before its cue: from the sentence's beginning, and going on after the cue's clause."""
    cue, head = candidate.cue, candidate.head
    columns = syntax.columns
    found: list[tuple[str, Pieces]] = []
    sentence = columns.sentences[columns.sents[head]]
    if sentence < start:
        found.append(("from-sentence", ((sentence, end),)))
    after = columns.sentences[columns.sents[cue] + 1]
    if after > cue + 2 and any(child < cue for child in syntax.children[cue]):
        found.append(("both-sides", ((min(start, syntax.left[cue]), end), (_after_cue(syntax, cue), after))))
    return found


def _shorter(syntax: Syntax, head: int, start: int) -> list[tuple[str, Pieces]]:
    """Cuts before what hangs on the right: after a comma, or the last part."""
    words, deps = syntax.columns.words, syntax.deps
    found: list[tuple[str, int]] = []
    inner = syntax.child(head, ("pobj", "pcomp"))
    for top in (head, inner) if inner >= 0 else (head,):
        rights = [c for c in syntax.children[top] if c > top and deps[c] in _TAILS]
        commas = [syntax.left[c] - 1 for c in rights if words[syntax.left[c] - 1] in _COMMAS]
        found += list(zip(("comma", "second-comma"), commas, strict=False))
        if rights:
            found.append((f"less-{deps[rights[-1]]}", syntax.left[rights[-1]]))
        if len(rights) > 1:
            found.append((f"core-{deps[rights[0]]}", syntax.left[rights[0]]))
    return [(rule, ((start, end),)) for rule, end in found if end > start]


def _around(syntax: Syntax, candidate: Candidate) -> list[tuple[str, Pieces]]:
    """Cuts of a content that its cue stands in or hangs on."""
    cue, head = candidate.cue, candidate.head
    columns = syntax.columns
    start, end = syntax.left[head], syntax.right[head] + 1
    if candidate.frame == "noun":
        first = syntax.left[cue]
        if first > head:
            found = [("before", ((start, first),)), ("around", _without(start, end, first, syntax.right[cue] + 1))]
        else:
            found = [("after", ((cue + 1, end),)), ("phrase", ((cue + 1, head + 1),)), ("around", _without(start, end, cue, cue + 1))]
        return found
    inner_start, inner_end = syntax.left[cue], syntax.right[cue] + 1
    if candidate.word is not None and candidate.word.kind == "adv":
        inner_start, inner_end = cue, cue + 1
    elif candidate.word is None or candidate.word.kind == "verb":
        inner_end = _after_cue(syntax, cue)
    sentence, sentence_end = columns.sentences[columns.sents[cue]], columns.sentences[columns.sents[cue] + 1]
    return [
        ("clause", _without(start, end, inner_start, inner_end)),
        ("whole-sentence", _without(sentence, sentence_end, inner_start, inner_end)),
        ("before", ((min(start, inner_start), inner_start),)),
        ("sentence-before", ((sentence, inner_start),)),
        ("after", ((inner_end, max(end, inner_end)),)),
        ("sentence-after", ((inner_end, sentence_end),)),
        *_clauses(syntax, head, (inner_start, inner_end)),
    ]


def _clauses(syntax: Syntax, head: int, inner: tuple[int, int]) -> list[tuple[str, Pieces]]:
    """One of two coordinated clauses: "X won, according to Y, and Z lost"; `inner` are the tokens of the cue's clause."""
    start, end = syntax.left[head], syntax.right[head] + 1
    inner_start, inner_end = inner
    found: list[tuple[str, Pieces]] = []
    for child in syntax.children[head]:
        if syntax.deps[child] in ("cc", "conj"):
            edge = syntax.left[child]
            if edge >= inner_end:
                found.append(("first-clause", _without(start, edge, inner_start, inner_end)))
            break
        if syntax.deps[child] in ("ccomp", "advcl") and syntax.right[child] < inner_start:
            found.append(("last-clause", _without(syntax.right[child] + 1, end, inner_start, inner_end)))
    return found


def _after_cue(syntax: Syntax, cue: int) -> int:
    """Give the end of "he said", "said Mr. Kidd, a professor" or "he told reporters on Monday": up to the next comma after the subject."""
    end = cue + 1
    deps = syntax.deps
    for child in syntax.children[cue]:
        if child > cue and deps[child] not in ("ccomp", "xcomp", "punct", "conj", "cc", "dep"):
            end = max(end, syntax.right[child] + 1)
    return end


def _around_cue(syntax: Syntax, start: int, end: int, cue: int) -> Pieces:
    if start <= cue < end:
        return _without(start, end, syntax.left[cue], _after_cue(syntax, cue))
    return ((start, end),)


def _without(start: int, end: int, inner_start: int, inner_end: int) -> Pieces:
    return tuple((a, b) for a, b in ((start, min(end, inner_start)), (max(start, inner_end), end)) if a < b)


def _clean(syntax: Syntax, pieces: Pieces, first: int, last: int) -> Pieces:
    """Keep to the tokens from `first` to `last` (exclusive) and cut punctuation off the ends.

    No piece begins or ends within quotation marks that it only partly holds; what touches is joined.
    """
    words = syntax.columns.words
    clean: list[tuple[int, int]] = []
    for begin, stop in pieces:
        start, end = (begin, stop) if first <= begin and stop <= last else (max(begin, first), min(stop, last))
        if start >= end:
            continue
        start, end = _snap(syntax, start, end)
        while start < end and (words[start] in _TRIMMED or words[start].isspace()):
            start += 1
        while end > start and (words[end - 1] in _TRIMMED or words[end - 1].isspace()):
            end -= 1
        if start >= end:
            continue
        if clean and start <= clean[-1][1]:
            clean[-1] = (clean[-1][0], max(end, clean[-1][1]))
        else:
            clean.append((start, end))
    return _unmarked(syntax, tuple(clean))


def _unmarked(syntax: Syntax, pieces: Pieces) -> Pieces:
    """Leave the quotation marks of a content that is one whole region outside of it."""
    if len(pieces) != 1:
        return pieces
    start, end = pieces[0]
    number, columns = syntax.region[start], syntax.columns
    if number < 0 or syntax.region[end - 1] != number:
        return pieces
    region = syntax.quotation.outer[number]
    if columns.starts[start] == region.outer_start < region.start and columns.ends[end - 1] == region.outer_end > region.end:
        return ((start + 1, end - 1),)
    return pieces


def _snap(syntax: Syntax, start: int, end: int) -> tuple[int, int]:
    region, outer = syntax.region, syntax.quotation.outer
    first, last = region[start], region[end - 1]
    if first == last and (first < 0 or (start > 0 and region[start - 1] == first)):
        return start, end
    if first >= 0 and outer[first].closed:
        while start > 0 and region[start - 1] == first:
            start -= 1
    while last >= 0 and end < len(region) and region[end] == last:
        end += 1
    return start, end
