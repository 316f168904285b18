"""Judge predicates: from the sentence's root down, each clause or event noun stands in the state that its governor leaves it.

After De Facto's idea (Sauri and Pustejovsky 2012): polarity and modality travel through embedding predicates by their kind.
It knows grammar and cues only; whose quotation a predicate stands in is joined by the claims extractor.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from worker.nlp.factuality.beside import apply_hedges, noun_hedges
from worker.nlp.factuality.lexicon import CERTAIN, KINDS, Effect, Kind, embedding, stems
from worker.nlp.factuality.state import Source, State

if TYPE_CHECKING:
    from worker.nlp.columns import Columns
    from worker.nlp.quotation import Quotation

_LETTER = {"VERB": "v", "AUX": "v", "ADJ": "a", "ADV": "a", "NOUN": "n", "PROPN": "n"}
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "expl"})
#: Copulas hand their complement's kind on: "is likely to", "remains unclear whether".
_COPULAS = frozenset({"be", "seem", "remain", "become", "appear", "look", "feel", "sound", "stay", "make"})
#: "without warning", "instead of talking": what follows did not happen.
_EXCLUDES = frozenset({"without", "instead", "rather"})
_REFUSED = Effect(relative=True, polarity=-1, strength=CERTAIN, status="asserted")
#: Deepest chain of predicates that is followed; a parse that goes deeper is broken.
_DEEPEST = 40


class Judge:
    """The states of one doc's predicates, each found once."""

    def __init__(self, columns: Columns, quotation: Quotation) -> None:
        self._columns = columns
        #: Between quotation marks tenses are the speaker's own: "would" is no future seen from the past.
        spoken = sorted((region.start, region.end) for region in quotation.regions)
        self._spoken_from = [start for start, _ in spoken]
        #: How far the regions that began so far reach: they may stand one within another.
        self._spoken_to = list(accumulate((end for _, end in spoken), max))
        self._frames: dict[int, State] = {}
        self._states: dict[int, State] = {}
        #: States that wait for one another.
        self._depth = 0
        self._questions = {number for number, end in enumerate(columns.sentences[1:]) if _asks(columns, columns.sentences[number], end)}

    def state(self, token: int) -> State:
        """How the statement that the token is the predicate (or event noun) of stands."""
        found = self._states.get(token)
        if found is None:
            self._depth += 1
            frame = self.frame(token) if self._depth < _DEEPEST else State()
            self._depth -= 1
            columns = self._columns
            if columns.pos[token] in ("NOUN", "PROPN") and not self._copula(token):
                found = noun_hedges(columns, token, frame)
            else:
                reported = frame.source is not None and columns.deps[token] in ("ccomp", "conj", "xcomp") and not self._quoted(token)
                shared = self._shared(token, frame) if columns.deps[token] == "conj" else frame
                found = apply_hedges(columns, token, shared, reported=reported)
            self._states[token] = found
        return found

    def frame(self, token: int, depth: int = 0) -> State:
        """How the place stands that the predicate is put into, before its own negation and hedges."""
        found = self._frames.get(token)
        if found is None:
            found = self._place(token, depth) if depth < _DEEPEST else State()
            self._frames[token] = found
        return found

    def _quoted(self, token: int) -> bool:
        place = self._columns.starts[token]
        begun = bisect_right(self._spoken_from, place)
        return begun > 0 and place < self._spoken_to[begun - 1]

    def _place(self, token: int, depth: int) -> State:
        columns = self._columns
        head, dep = columns.heads[token], columns.deps[token]
        if head == token:
            return self._root(token)
        if columns.pos[token] in ("NOUN", "PROPN") and dep not in ("ccomp", "advcl", "relcl", "ROOT"):
            return self._noun_place(head, dep, depth)
        match dep:
            case "conj":
                return self.frame(head, depth + 1)
            case "ccomp" | "xcomp" | "csubj" | "csubjpass" | "oprd":
                return self._complement(token, head, "to" if dep == "xcomp" or self._infinitive(token) else "that")
            case "acl":
                return self._complement(token, head, "to") if self._infinitive(token) or self._marked(token) else self._aside(head, depth)
            case "pcomp":
                return self._after_preposition(head, depth) if columns.tags[token] == "VBG" else self._aside(head, depth)
            case "advcl":
                return self._adverbial(token, head, depth)
            case _:
                return self._aside(head, depth)

    def _root(self, token: int) -> State:
        if self._columns.sents[token] in self._questions:
            return State(polarity=0, strength=0, status="unconfirmed", why="question")
        return State()

    def _aside(self, head: int, depth: int) -> State:
        """A clause that the speaker of the enclosing one vouches for."""
        return self._clause_frame(head, depth).detached

    def _clause_frame(self, token: int, depth: int) -> State:
        """The frame of the clause that holds the token."""
        columns = self._columns
        while columns.pos[token] not in ("VERB", "AUX") and columns.heads[token] != token:
            token = columns.heads[token]
        return self.frame(token, depth + 1)

    def _complement(self, token: int, head: int, form: str) -> State:
        """A clause that is the object of its governor: the governor's kind decides."""
        columns = self._columns
        governor, kind = self._kind(head, form)
        if kind is None and columns.lemmas[head] in _COPULAS:
            for child in columns.children[head]:
                if columns.deps[child] in ("acomp", "attr", "oprd") and child != token and self._kind(child, form)[1]:
                    governor, kind = self._kind(child, form)
                    return self._below(head, governor, kind)
        if form == "to" and (too := self._too(head)) is not None:
            return self.state(self._verb_over(head)).under(_REFUSED, too, "too")
        if kind is None:
            if columns.pos[head] in ("NOUN", "PROPN"):
                if columns.deps[token] == "acl" and not self._infinitive(token):
                    return self._clause_frame(head, 0).detached
                return self.state(head).under(KINDS["purpose"].affirmed, None, "purpose") if self._infinitive(token) else self.state(head)
            if columns.pos[head] in ("ADJ", "ADV"):
                return self.state(self._verb_over(head))
            return self.state(head)
        return self._below(self._verb_over(head) if columns.pos[head] == "ADJ" else head, governor, kind)

    def _below(self, head: int, governor: int, kind: Kind | None) -> State:
        state = self.state(head)
        if kind is None:
            return state
        source = Source(self._speaker(head, governor), governor) if kind.source else None
        negated = state.polarity < 0
        if kind.name == "say" and self._columns.pos[head] in ("VERB", "AUX") and state.status in ("planned", "conditional") and not negated:
            return state.under(kind.affirmed, governor, state.why, source)
        return state.under(kind.negated if negated else kind.affirmed, governor, kind.name, source)

    def _after_preposition(self, preposition: int, depth: int) -> State:
        """"accused of killing", "without warning", "after meeting": the preposition's own governor decides, if it is one that does."""
        columns = self._columns
        word, head = columns.low_lemmas[preposition], columns.heads[preposition]
        beside = (head, *columns.children[preposition])
        if word in _EXCLUDES or any(columns.lowers[near] in ("instead", "rather") for near in beside):
            return self._clause_frame(head, depth).under(_REFUSED, preposition, "excluded")
        _, kind = self._kind(head, word, strict=word not in ("of", "to", "from", "about", "for", "in", "on", "as"))
        if kind is None and columns.deps[head] in ("dobj", "nsubjpass"):
            # "accused the banker of hiding": the parser may hang "of hiding" on the banker
            above = columns.heads[head]
            _, kind = self._kind(above, word)
            if kind is not None and kind.source:
                return self._below(above, above, kind)
            kind = None
        if kind is None:
            if columns.pos[head] in ("VERB", "AUX"):
                return self.state(head)
            if word == "to":
                # "its approach to arming the rebels", "a road to joining": a direction, not a deed
                return self._clause_frame(head, depth).under(KINDS["purpose"].affirmed, None, "purpose")
            return self._aside(head, depth)
        over = self._verb_over(head) if columns.pos[head] == "ADJ" else head
        return self._below(over, head, kind)

    def _adverbial(self, token: int, head: int, depth: int) -> State:
        """Conditions are marked by their own conjunction; an infinitive tells a purpose; all else is vouched for."""
        if self._infinitive(token) and not self._marked(token):
            governor, kind = self._kind(head, "to")
            if kind is not None and kind.name in ("plan", "want", "fail", "allow", "manage"):
                return self._below(head, governor, kind)
            return self._clause_frame(head, depth).under(KINDS["purpose"].affirmed, None, "purpose")
        return self._aside(head, depth)

    def _noun_place(self, head: int, dep: str, depth: int) -> State:
        columns = self._columns
        if dep == "conj":
            return self.frame(head, depth + 1)
        if dep == "pobj":
            preposition, head = head, columns.heads[head]
            word = columns.low_lemmas[preposition]
            if word in _EXCLUDES:
                return self._clause_frame(head, depth).under(_REFUSED, preposition, "excluded")
            if columns.pos[head] in ("NOUN", "PROPN", "ADJ"):
                _, kind = self._kind(head, word)
                if kind is not None and (kind.nominal or kind.name == "fear") and word in ("of", "for", "to", "against", "on"):
                    return self._below(self._verb_over(head) if columns.pos[head] == "ADJ" else head, head, kind)
                return self._aside(head, depth)
            _, kind = self._kind(head, word, strict=word not in ("of", "from", "in", "with", "for"))
            return self._below(head, head, kind) if kind is not None and kind.nominal else self._aside(head, depth)
        if dep in ("dobj", "nsubjpass", "attr", "oprd", "dative"):
            if columns.lemmas[head] == "be" and dep == "attr":
                return self.state(head)
            governor, kind = self._kind(head, "")
            if kind is not None and kind.nominal:
                return self._below(head, governor, kind)
        if dep == "nsubj" and columns.lemmas[head] in ("happen", "occur", "take", "begin", "start", "come", "follow", "break", "continue"):
            return self.state(head)
        if dep in ("compound", "poss", "nmod", "amod") and columns.pos[head] in ("NOUN", "PROPN"):
            return self._aside(head, depth)
        return self._aside(head, depth)

    def _kind(self, token: int, form: str, *, strict: bool = False) -> tuple[int, Kind | None]:
        """The kind of an embedding predicate with its particle or complement; `strict`: only an entry for just this form counts."""
        columns = self._columns
        letter, lemma = _LETTER.get(columns.pos[token]), columns.low_lemmas[token]
        if letter is None or lemma not in stems(letter):
            return token, None
        known = embedding(letter)
        if form and (kind := known.get(f"{lemma}_{form}")):
            return token, kind
        if strict:
            return token, None
        if letter == "v":
            for child in columns.children[token]:
                if columns.deps[child] in ("prt", "prep") and (kind := known.get(f"{lemma}_{columns.low_lemmas[child]}")):
                    return token, kind
        return token, known.get(lemma)

    def _shared(self, token: int, frame: State) -> State:
        """"will not meet or talk", "did not meet or talk": a bare second verb stands under the first one's auxiliaries."""
        columns = self._columns
        head = columns.heads[token]
        if columns.tags[token] != "VB" or columns.tags[head] != "VB":
            return frame
        if any(columns.deps[child] in _SUBJECTS or columns.deps[child] == "aux" for child in columns.children[token]):
            return frame
        shared = self.state(head)
        if any(columns.lowers[child] == "but" for child in columns.children[head] if columns.deps[child] == "cc"):
            return frame
        return shared

    def _speaker(self, head: int, governor: int) -> int | None:
        """The head of the phrase that names whose word it is: subject, agent of a passive, "Moscow's claim"."""
        columns = self._columns
        for place in (governor, head):
            passive = any(columns.deps[child] in ("auxpass", "nsubjpass") for child in columns.children[place])
            for child in columns.children[place]:
                dep = columns.deps[child]
                if dep == "agent":
                    for named in columns.children[child]:
                        return named
                    return None
                if (dep == "nsubj" and not passive) or dep == "poss":
                    return child
            if passive:
                return None
        if columns.deps[head] in ("conj", "xcomp", "advcl", "acl", "relcl"):
            return self._inherited_subject(head)
        return None

    def _inherited_subject(self, token: int) -> int | None:
        """"came and said", "spoke, adding that …": the subject stands further up."""
        columns = self._columns
        for _ in range(3):
            if columns.deps[token] in ("acl", "relcl"):
                return int(columns.heads[token])
            if columns.deps[token] not in ("conj", "xcomp", "advcl"):
                return None
            token = columns.heads[token]
            for child in columns.children[token]:
                if columns.deps[child] in ("nsubj", "nsubjpass"):
                    return child
        return None

    def _verb_over(self, token: int) -> int:
        columns = self._columns
        return columns.heads[token] if columns.pos[columns.heads[token]] in ("VERB", "AUX") else token

    def _infinitive(self, token: int) -> bool:
        columns = self._columns
        return columns.tags[token] == "VB" and any(
            columns.deps[child] == "aux" and columns.lowers[child] == "to" for child in columns.children[token])

    def _too(self, head: int) -> int | None:
        """"is too early to say", where the parser hangs the infinitive on the adjective or on the verb."""
        columns = self._columns
        places = [head] if columns.pos[head] == "ADJ" else [c for c in columns.children[head] if columns.deps[c] == "acomp"]
        return next((c for place in places for c in columns.children[place] if columns.lowers[c] == "too"), None)

    def _marked(self, token: int) -> bool:
        return any(self._columns.deps[child] == "mark" for child in self._columns.children[token])

    def _copula(self, token: int) -> bool:
        return any(self._columns.deps[child] == "cop" for child in self._columns.children[token])


def _asks(columns: Columns, first: int, end: int) -> bool:
    """Tell whether the sentence ends with a question mark, closing quotation marks and spaces aside."""
    for token in range(end - 1, max(first, end - 4) - 1, -1):
        word = columns.words[token]
        if word == "?":
            return True
        if word.strip(" \n\t\"'”’»)"):
            return False
    return False
