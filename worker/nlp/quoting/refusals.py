"""What looks like an attribution by its words and says nothing: acts, perceptions and things that hold up other things.

The scorer weighs what annotators did; this module knows facts of language that weights of single words cannot hold.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from worker.nlp.lexicons import entries, words
from worker.nlp.parties.evidence import person_nouns
from worker.nlp.quoting.lexicon import source_kinds

if TYPE_CHECKING:
    from worker.nlp.quoting.candidates import Candidate
    from worker.nlp.quoting.extents import Pieces
    from worker.nlp.quoting.syntax import Syntax

_NAMES = frozenset({"PERSON", "ORG", "GPE", "NORP"})
_PLACES = frozenset({"GPE", "LOC", "FAC", "DATE", "TIME", "EVENT"})
_OBJECTS = ("dobj", "dative")
#: "called both candidates on Tuesday", "welcomed the guests": a call, a greeting; with more behind the object it may be a name or a view.
_MEETING = frozenset({"call", "email", "e-mail", "text", "phone", "welcome", "greet"})
#: "backed the car", "liked the soup", "filed a lawsuit": the object is a thing, and the verb does something with it.
_HANDLING = frozenset({"back", "reject", "like", "want", "support", "welcome", "enjoy", "deliver", "offer", "push", "write", "see", "feel"})
#: "told reporters", "thanked her": the object is spoken to.
_ADDRESSING = frozenset({"tell", "inform", "assure", "remind", "notify", "brief", "thank", "ask", "convince", "persuade"})
#: "Tbilisi saw protests": a place or a time that sees only has them.
_SEEING = frozenset({"see", "witness", "hear", "feel", "experience", "find"})
#: "the wall supports the roof": classes of cues that hold of things, too.
_HOLDING = frozenset({"support", "like", "want"})
#: "unveils the new Dreamliner": what makes a product known says nothing.
_SHOWING = frozenset({"release", "unveil", "introduce", "launch", "present", "offer", "deliver", "reveal", "announce"})
#: Suffixes of nouns for people: "developer", "rival" stands in the lexicons.
_PEOPLE = ("er", "or", "ist", "ian", "ant", "ent", "ee", "ier", "man", "woman")


def says_nothing(syntax: Syntax, candidate: Candidate, pieces: Pieces) -> bool:
    """Tell whether cue and content, likely by their words, are no attribution."""
    columns, word, cue = syntax.columns, candidate.word, candidate.cue
    first, last = pieces[0][0], pieces[-1][1]
    alone = all(columns.pos[token] == "PUNCT" for token in range(first + 1, last))
    if alone and (columns.tags[first] in ("PRP", "WRB") or (columns.tags[first] in ("WP", "WDT") and candidate.frame == "ccomp")):
        return True  # "voted for her", "you know what", "nobody knows why"
    if all(columns.ents[token] == "DATE" for token in range(first, last)):
        return True
    if word is None or word.kind != "verb":
        return False
    if word.lemma == "say" and cue == columns.sentences[columns.sents[cue]] and columns.tags[cue] == "VB":
        return True  # "Say you bought shares": suppose
    if candidate.frame == "noun":  # "the team, known as the Gliders"
        return word.lemma == "know" and any(columns.lowers[at] == "as" for at in syntax.children[cue])
    if candidate.frame == "prep":
        return word.lemma == "vote" and not _has_verb(syntax, first, last) and _is_named(syntax, last - 1)
    return candidate.frame in _OBJECTS and _is_act(syntax, candidate, first, last)


def _is_act(syntax: Syntax, candidate: Candidate, first: int, last: int) -> bool:
    """Judge a verb with an object: whom it addresses, what a place sees, what a thing holds up, what is committed or put on sale."""
    columns, word, head = syntax.columns, candidate.word, candidate.head
    assert word is not None
    lemma = word.lemma
    if columns.words[last:last + 1] == [":"] and syntax.word[head] is not None:
        return True  # "issued the following statement: …"
    if lemma == "commit":
        return True  # "committed suicide", "committed $5 million"
    if lemma in _ADDRESSING:
        return not _has_verb(syntax, first, last) and _is_somebody(syntax, head)
    if lemma in _MEETING:
        met = columns.ents[head] == "PERSON" or columns.low_lemmas[head] in words("audiences") or columns.low_lemmas[head] in person_nouns()
        # "called out the delegates" judges, and so does "called her ''the candidate''"
        plain = syntax.child(candidate.cue, ("prt",)) < 0 and all(syntax.region[token] < 0 for token in range(first, last))
        return met and plain and not _has_verb(syntax, first, last) and last - 1 <= syntax.right[head]
    if lemma in _HANDLING and columns.low_lemmas[head] in words("handled_things"):
        return True
    if lemma == "address":
        return _is_somebody(syntax, head) or columns.low_lemmas[head] in words("audiences")
    if lemma in _SHOWING and columns.ents[head] == "PRODUCT":
        return True
    subject = syntax.borrowed_subject(candidate.cue)
    if subject < 0:
        return False
    if lemma in _SEEING:
        return columns.ents[subject] in _PLACES or _is_thing(syntax, subject)
    return word.classes[0] in _HOLDING and _is_thing(syntax, subject)


def _has_verb(syntax: Syntax, first: int, last: int) -> bool:
    return any(syntax.columns.pos[token] in ("VERB", "AUX") for token in range(first, last))


def _is_named(syntax: Syntax, token: int) -> bool:
    return syntax.columns.pos[token] in ("PROPN", "PRON")


def _is_somebody(syntax: Syntax, token: int) -> bool:
    columns = syntax.columns
    return (columns.ents[token] in _NAMES or columns.pos[token] == "PRON"
            or source_kinds().get(columns.low_lemmas[token]) in ("person", "group") or columns.low_lemmas[token] in _people())


def _is_thing(syntax: Syntax, token: int) -> bool:
    """Tell a wall from a rival: a common noun that no list has as people, group or document, and that does not sound like people."""
    columns = syntax.columns
    lemma = columns.low_lemmas[token]
    return (columns.pos[token] == "NOUN" and not columns.ents[token] and lemma not in source_kinds() and lemma not in _people()
            and (not lemma.endswith(_PEOPLE) or lemma in words("things_like_people")))


@cache
def _people() -> frozenset[str]:
    return frozenset(entry[0] for name in ("person_nouns", "group_nouns") for entry in entries(name))
