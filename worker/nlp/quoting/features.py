"""What is known of a candidate and of each of its extents, as features that the scorer has weights for.

A feature holds grammar's labels and words of the project's own lexicons only: the weights say nothing of any article.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.lexicons import words
from worker.nlp.quoting.lexicon import source_kinds

if TYPE_CHECKING:
    from worker.nlp.quoting.candidates import Candidate
    from worker.nlp.quoting.extents import Extent
    from worker.nlp.quoting.scorer import Feature
    from worker.nlp.quoting.syntax import Syntax

_PRONOUNS = frozenset({"i", "we", "you", "he", "she", "it", "they", "who", "that", "which", "this", "one", "what"})
_MODALS = frozenset({"would", "could", "should", "may", "might", "must", "can", "will", "shall", "'ll", "'d", "wo", "ca"})
SPEECH = frozenset({"say", "add", "tell", "answer", "write", "claim", "insist", "announce", "admit", "explain", "warn", "deny", "promise",
                    "predict", "argue", "shout", "joke"})
_UNKNOWN = ("unknown",)
_SIBLINGS = frozenset({"ccomp", "xcomp", "dobj", "prep", "oprd", "prt", "acomp", "attr"})
_SET_OFF = (",", ";", "—", "-")
_BUCKETS = (1, 2, 3, 4, 6, 9, 14, 20, 30, 50)
_STEPS = [str(next(number for number, limit in enumerate(_BUCKETS) if size <= limit)) for size in range(_BUCKETS[-1] + 1)]


def bucket(size: int) -> str:
    """Give the step of a coarse scale of lengths."""
    return _STEPS[size] if size < len(_STEPS) else "99"


def candidate_features(syntax: Syntax, candidate: Candidate) -> list[Feature]:
    """Give all that speaks for or against the candidate."""
    return first_features(syntax, candidate) + further_features(syntax, candidate)


def first_features(syntax: Syntax, candidate: Candidate) -> list[Feature]:
    """Give what tells most: the cue's word with the frame, the opening word and the subject."""
    columns, frame, word = syntax.columns, candidate.frame, candidate.word
    lemma, kind = (word.lemma, word.kind) if word else ("?", "other")
    full = f"{frame}/{kind}/{syntax.deps[candidate.cue]}" if frame in ("host", "noun") else f"{frame}/{columns.pos[candidate.head]}"
    candidate.marker, candidate.who = _marker(syntax, candidate), _who(syntax, candidate)
    return [("bias",), ("f", frame), ("l", lemma, kind), ("lf", lemma, full), ("fm", frame, candidate.marker),
            ("w", candidate.who), ("d", syntax.deps[candidate.cue], frame)]


def further_features(syntax: Syntax, candidate: Candidate) -> list[Feature]:
    """Give everything else; after `first_features`, which notes marker and subject."""
    columns, deps, children = syntax.columns, syntax.deps, syntax.children
    cue, head, frame, word = candidate.cue, candidate.head, candidate.frame, candidate.word
    lemma, kind = (word.lemma, word.kind) if word else ("?", "other")
    classes = word.classes if word else _UNKNOWN
    own = kind != "noun" and syntax.subject(cue) >= 0
    size = syntax.right[head] - syntax.left[head] + 1
    found: list[Feature] = [("lm", lemma, frame, candidate.marker), ("own", own, frame), ("t", columns.tags[cue], frame),
             ("qc", _quoted(syntax, candidate), classes[0]), ("n", bucket(size), frame)]
    for name in classes:
        found += [("cw", name, candidate.who), ("cd", name, deps[cue])]
    found += _circumstances(syntax, candidate, classes[0])
    particle = -1
    for child in children[cue]:
        label = deps[child]
        if label in _SIBLINGS and child != head:
            found.append(("s", label, frame))
        if label == "prt" and particle < 0:
            particle = child
    if particle >= 0:
        found.append(("p", lemma, columns.lowers[particle]))
    return found


def _quoted(syntax: Syntax, candidate: Candidate) -> str:
    """Tell which of cue and content stand between quotation marks."""
    cue, head = syntax.region[candidate.cue], syntax.region[candidate.head]
    if cue >= 0:
        return "in" if cue == head else "across"
    return "content" if head >= 0 else "no"


def _marker(syntax: Syntax, candidate: Candidate) -> str:
    """Give the function word that opens the content, or the preposition that holds it."""
    columns, head = syntax.columns, candidate.head
    if candidate.frame in ("prep", "agent", "nsubj", "nsubjpass"):
        word = columns.lowers[head]
        return word if _is_function(word) else "other"
    if candidate.frame in ("host", "noun"):
        return "after" if candidate.cue > head else "before"
    first = columns.lowers[syntax.left[head]]
    return first if _is_function(first) else "quote" if syntax.region[syntax.left[head]] >= 0 else columns.pos[syntax.left[head]]


def _who(syntax: Syntax, candidate: Candidate) -> str:
    """Give what kind of thing the subject is: a pronoun itself, a kind of source, an entity's type, a part of speech."""
    subject = syntax.borrowed_subject(candidate.cue) if candidate.word is None or candidate.word.kind != "noun" else -1
    if subject < 0:
        return "none"
    columns = syntax.columns
    word = columns.lowers[subject]
    if word in _PRONOUNS:
        return word
    return source_kinds().get(columns.low_lemmas[subject]) or columns.ents[subject] or columns.tags[subject]


def _circumstances(syntax: Syntax, candidate: Candidate, name: str) -> list[Feature]:
    """Negation, modals and tense of the cue, what it hangs on, where it stands."""
    columns, deps = syntax.columns, syntax.deps
    cue, frame = candidate.cue, candidate.frame
    found: list[Feature] = []
    for child in syntax.children[cue]:
        label = deps[child]
        if label == "neg":
            found.append(("neg", name))
        elif label in ("aux", "auxpass"):
            word = columns.lowers[child]
            found += [("aux", word if word in _MODALS or word == "to" else label, name)]
        elif label == "mark":
            found.append(("mark", columns.lowers[child] if _is_function(columns.lowers[child]) else "other", frame))
    above = syntax.heads[cue]
    if above != cue:
        found += [("up", deps[cue], columns.pos[above], frame), ("upc", deps[cue], _class_of(syntax, above), name)]
    found.append(("in", within(syntax, cue)))
    if columns.sents[cue] == 0:
        found.append(("title", name))
    return found


def _class_of(syntax: Syntax, token: int) -> str:
    word = syntax.word[token]
    return word.classes[0] if word else "none"


def within(syntax: Syntax, cue: int) -> str:
    """Tell whether the cue lies in the content clause of another cue ("X said that Y had claimed …")."""
    token = cue
    for _ in range(8):
        above = syntax.heads[token]
        if above == token:
            return "no"
        if syntax.deps[token] in ("ccomp", "xcomp"):
            name = _class_of(syntax, above)
            if name in SPEECH:
                return "speech"
            if name != "none":
                return "other"
        token = above
    return "no"


def extent_features(syntax: Syntax, candidate: Candidate, extent: Extent, plain: Extent) -> list[Feature]:
    """Give what speaks for or against one cut; `plain` is the candidate's first."""
    columns, deps, words = syntax.columns, syntax.deps, syntax.columns.words
    frame, word = candidate.frame, candidate.word
    name = word.classes[0] if word else "unknown"
    first, last = extent.pieces[0][0], extent.pieces[-1][1]
    size = sum(b - a for a, b in extent.pieces)
    found: list[Feature] = []
    length = bucket(size)
    for rule in extent.rules:
        found += [("r", rule), ("rc", rule, name), ("rm", rule, frame, candidate.marker), ("rn", rule, length)]
    after = last
    while after < columns.size and words[after].isspace():
        after += 1
    following = "end" if after >= columns.size or columns.sents[after] != columns.sents[last - 1] else _shape(syntax, after)
    preceding = _shape(syntax, first - 1) if first else "start"
    opener = columns.lowers[first] if _is_function(columns.lowers[first]) else columns.pos[first]
    found += [("a", following), ("b", preceding, frame), ("n", length),
              ("np", len(extent.pieces), frame), ("l", deps[last - 1], columns.pos[last - 1]), ("fst", opener, frame)]
    found += _difference(syntax, candidate, last, plain.pieces[-1][1], after)
    inside = set(syntax.region[first:last])
    inside.discard(-1)
    if inside:
        found.append(("q", syntax.region[first] >= 0, syntax.region[last - 1] >= 0, len(inside)))
    return found


def _difference(syntax: Syntax, candidate: Candidate, last: int, plain_last: int, after: int) -> list[Feature]:
    """Name what the cut has more than the plain one on the right, or less."""
    columns, deps, words = syntax.columns, syntax.deps, syntax.columns.words
    frame = candidate.frame
    if plain_last < last:
        added = next((c for c in range(plain_last, last) if columns.pos[c] not in ("PUNCT", "SPACE")), plain_last)
        top = added
        while syntax.heads[top] != top and plain_last <= syntax.heads[top] < last:
            top = syntax.heads[top]
        opener = words[added].lower()
        return [("+", deps[top], frame), ("+o", opener if _is_function(opener) else columns.pos[added], deps[top]),
                ("+c", words[plain_last] in _SET_OFF, deps[top]), ("+n", bucket(last - plain_last)), ("+e", columns.ents[top], deps[top])]
    if plain_last > last:
        top = after if after < columns.size else last - 1
        while syntax.heads[top] != top and last <= syntax.heads[top] < plain_last:
            top = syntax.heads[top]
        opener = words[after].lower() if after < columns.size else ""
        return [("-", deps[top], frame), ("-o", opener if _is_function(opener) else "other", deps[top]),
                ("-n", bucket(plain_last - last)), ("-c", words[last] in _SET_OFF, deps[top]),
                ("-t", columns.tags[top], deps[top], frame)]
    return []


def _shape(syntax: Syntax, token: int) -> str:
    word = syntax.columns.lowers[token]
    if word.isspace():
        return "space"
    if _is_function(word) or not (word.isalnum() or any(c.isalnum() for c in word)):
        return word if len(word) < 8 else "long"  # noqa: PLR2004 - a row of dots or dashes
    return syntax.columns.pos[token]


def _is_function(word: str) -> bool:
    """Tell words of grammar, which may name a feature themselves."""
    return word in words("function_words")
