"""Words beside a predicate: negation, auxiliaries, adverbs, conjunctions, questions ("may not have met", "if they meet")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.factuality.lexicon import CERTAIN, HEDGES, POSSIBLE, UNKNOWN, hedges

if TYPE_CHECKING:
    from worker.nlp.columns import Columns
    from worker.nlp.factuality.state import State

#: "no suspects were found", "nobody came", "gave no reason": the denial stands on an argument.
_NONE = frozenset({"nobody", "nothing", "none", "neither", "nor"})
#: Determiners that leave (almost) nothing.
_NO = frozenset({"no", "neither"})
_SUBJECTS = ("nsubj", "nsubjpass")
_OBJECTS = frozenset({"dobj", "attr", "nsubj", "nsubjpass", "dative"})
#: After these a bare form is an infinitive: "let them play".
_LETS = frozenset({"let", "make", "help", "see", "hear", "watch", "have"})
_FORESEEING = frozenset({"expect", "predict", "forecast", "anticipate", "foresee", "promise", "pledge", "vow", "demand"})
_ADVERBIAL = frozenset({"advmod", "npadvmod", "prep", "preconj", "cc"})
_BARE = frozenset({"ROOT", "ccomp", "acl", "relcl"})
_NOT = frozenset({"not", "n't", "n’t", "nt"})


def apply_hedges(columns: Columns, token: int, state: State, *, reported: bool) -> State:
    """Give the state after all words beside the predicate; `reported` tells that it stands in somebody's reported speech.

    A modal under a negation stays as weak as it is ("may not come" is possible), will and can are denied for certain ("cannot come").
    """
    words, deps = columns.lowers, columns.deps
    auxiliaries, adverbs = hedges("x"), hedges("r")
    negations: list[int] = []
    modals: list[tuple[str, int]] = []
    for child in columns.children[token]:
        word, dep = words[child], deps[child]
        if dep == "neg" or word in _NOT:
            negations.append(child)
        elif dep in _OBJECTS:
            if (none := _denied_argument(columns, child)) is not None and not _foreseen(columns, token, child):
                negations.append(none)
        elif dep in ("aux", "auxpass"):
            if word in auxiliaries:
                modals.append((auxiliaries[word], child))
        elif dep in _ADVERBIAL:
            effect = adverbs.get(word)
            if effect == "negative" or (effect is None and dep == "advmod" and word in ("longer", "more")
                                        and any(words[c] == "no" for c in columns.children[child])):
                negations.append(child)
            elif effect is not None and dep != "cc":
                state = _hedge(state, effect, child)
        elif dep in ("mark", "advcl"):
            state = _clausal(columns, child, state)
    if columns.tags[token] == "VB" and _bare(columns, token):
        # "demanded that he stay", "Stop the war": a bare form tells what somebody wants.
        state = state.hedged(None, UNKNOWN, "planned", token, "subjunctive")
    if modals:
        state = _modal(columns, token, state, modals, reported=reported, denied=bool(negations))
    return _negated(state, negations) if negations else state


def noun_hedges(columns: Columns, token: int, state: State) -> State:
    """Give the state of an event noun after what stands before it: "no attack", "the alleged attack", "a planned visit"."""
    known = hedges("j")
    for child in columns.children[token]:
        word, dep = columns.lowers[child], columns.deps[child]
        if dep in ("det", "neg") and (word in _NO or dep == "neg"):
            state = state.hedged(-1, CERTAIN, "asserted", child, "denied")
        elif dep in ("amod", "advmod", "compound", "nmod") and (effect := known.get(word)):
            state = _hedge(state, effect, child)
    return state


def _clausal(columns: Columns, child: int, state: State) -> State:
    """A conjunction before the predicate ("whether they met"), or a condition that hangs on it ("if they met")."""
    if columns.deps[child] == "mark":
        effect = hedges("m").get(columns.lowers[child])
        return state if effect is None else _hedge(state, effect, child)
    condition = _condition(columns, child)
    return state if condition is None else state.hedged(None, POSSIBLE, "conditional", condition, "condition")


def _bare(columns: Columns, token: int) -> bool:
    """Tell an imperative or a subjunctive, which stand without auxiliary, subject to what governs them."""
    return (columns.deps[token] in _BARE
            and (columns.heads[token] == token or columns.lemmas[columns.heads[token]] not in _LETS)
            and not any(columns.deps[child] == "aux" for child in columns.children[token]))


def _denied_argument(columns: Columns, token: int) -> int | None:
    word = columns.lowers[token]
    if word in _NONE:
        return token
    if word == "one" and (before := token - 1) >= 0 and columns.lowers[before] == "no":
        return before
    for child in columns.children[token]:
        if columns.lowers[child] in _NO and columns.deps[child] in ("det", "neg", "preconj", "quantmod"):
            return child
    return None


def _foreseen(columns: Columns, token: int, child: int) -> bool:
    """Tell "expected no change": what is expected is denied, not the expecting."""
    return columns.deps[child] == "dobj" and columns.low_lemmas[token] in _FORESEEING


def _condition(columns: Columns, token: int) -> int | None:
    """The "if" or "unless" of a clause that a statement depends on."""
    return next((child for child in columns.children[token] if columns.deps[child] == "mark"
                 and columns.lowers[child] in ("if", "unless")), None)


def _hedge(state: State, effect: str, cue: int) -> State:
    polarity, strength, status = HEDGES[effect]
    return state.hedged(polarity, strength, status, cue, effect)


def _negated(state: State, negations: list[int]) -> State:
    """Two denials of one predicate are one ("nobody never came" is rare, "neither … nor" is not)."""
    for number, negation in enumerate(negations):
        state = state.hedged(-1 if number == 0 else None, CERTAIN, "asserted", negation, "negated")
    return state


def _modal(columns: Columns, token: int, state: State, modals: list[tuple[str, int]], *, reported: bool, denied: bool) -> State:
    for effect, cue in modals:
        word = columns.lowers[cue]
        if effect == "planned":
            # "will not attend" is as firm as a statement about tomorrow gets.
            state = state.hedged(None, CERTAIN, "planned", cue, "future")
        elif effect == "would" and (reported or denied):
            # "said it would extend its bid": will, seen from then; "would not say" is a refusal.
            state = state.hedged(None, CERTAIN, "asserted" if denied else "planned", cue, "future-in-past")
        elif effect == "possible" and denied and word in ("can", "could", "ca"):
            state = state.hedged(None, CERTAIN, "asserted", cue, "impossible")
        elif effect == "wanted" and denied:
            state = state.hedged(None, POSSIBLE, "planned", cue, "duty")
        elif effect == "possible" and _perfect(columns, token) and word == "could":
            state = state.hedged(None, UNKNOWN, "conditional", cue, "unreal")
        else:
            state = _hedge(state, effect, cue)
    return state


def _perfect(columns: Columns, token: int) -> bool:
    """Tell "could have met", which mostly did not, from "could meet"."""
    return any(columns.deps[child] == "aux" and columns.lowers[child] in ("have", "'ve", "’ve") for child in columns.children[token])
