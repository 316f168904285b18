"""Who does it and to whom: subjects and objects through passives, conjunctions, infinitives, relative clauses, "by" and possessives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.actors import conjuncts
from worker.nlp.eventing.frames import classes
from worker.nlp.eventing.undergoers import is_money, some_members, undergoer
from worker.nlp.relatives import means_clause

if TYPE_CHECKING:
    from worker.nlp.actors import Actor, Actors
    from worker.nlp.columns import Columns

_RELATIVES = frozenset({"who", "which", "that", "whom", "whose"})
_VERBS = frozenset({"VERB", "AUX"})
#: After these the object does what the infinitive says ("urged Iraq to disarm"); after others the subject does ("promised Iraq to leave").
_SUBJECT_CONTROL = frozenset({"promise", "threaten", "vow", "pledge", "offer", "agree", "plan", "want"})
#: What a preposition may hang on instead of the verb itself.
_CARRIERS = frozenset({"prt", "advmod", "prep", "dative", "dobj", "nsubjpass", "attr", "acomp", "agent"})
#: "it seems that": nobody.
_EXPLETIVE = frozenset({"seem", "appear", "happen", "turn", "help"})
_PASSIVE = frozenset({"auxpass", "nsubjpass", "agent"})
_OWN = frozenset({"it", "he", "she", "they"})
_CLIMB = 4


class Arguments:
    """Subjects, objects and parties of one doc's predicates."""

    def __init__(self, columns: Columns, actors: Actors) -> None:
        self.columns, self.actors = columns, actors
        # A verb is looked at for its type, and again when it has none: what was found is kept.
        self._subjects: dict[int, int | None] = {}
        self._objects: dict[int, int | None] = {}
        self._parties: dict[int, list[Actor]] = {}

    def subject(self, token: int) -> int | None:
        """Give the head of the phrase that does what the verb says, the "by" of a passive; none if nobody is named."""
        if token not in self._subjects:
            self._subjects[token] = self._subject(token)
        return self._subjects[token]

    def _subject(self, token: int) -> int | None:
        columns = self.columns
        for _ in range(_CLIMB):
            found, passive = self._own_subject(token)
            if found is not None or passive:
                return found
            above = self._governor(token)
            if above is None:
                return None
            if columns.pos[above] not in _VERBS:
                return above
            lent = self._lent(token, above)
            if lent is not None:
                return lent
            token = above
        return None

    def _own_subject(self, token: int) -> tuple[int | None, bool]:
        """The verb's own subject or agent, and whether it is a passive, which borrows none."""
        columns, deps = self.columns, self.columns.deps
        passive = columns.tags[token] == "VBN" and self.passive(token)
        for child in columns.children[token]:
            dep = deps[child]
            if dep == "agent" or (passive and dep == "prep" and columns.lowers[child] == "by"):
                return next((noun for noun in columns.children[child] if columns.deps[noun] == "pobj"), None), True
            if dep == "nsubj" and not passive:
                return self._antecedent(child, token), False
        return None, passive

    def _lent(self, token: int, above: int) -> int | None:
        """The subject that a governing verb lends: its object ("urged Iraq to disarm") or the subject of its passive."""
        control = self._controller(token, above)
        if control is not None:
            return control
        # "was attacked by militiamen, killing ten": who attacked has killed
        if self.passive(above) and self.columns.deps[token] != "advcl":
            # "was expected to attend", "was arrested and confessed"
            return self._passive_subject(above)
        return None

    def object(self, token: int) -> int | None:
        """Give the head of the phrase that it is done to: direct object, or the subject of a passive."""
        if token not in self._objects:
            self._objects[token] = self._object(token)
        return self._objects[token]

    def _object(self, token: int) -> int | None:
        columns, deps = self.columns, self.columns.deps
        objects = [child for child in columns.children[token] if deps[child] in ("dobj", "nsubjpass")]
        if objects:
            # "gave the junta an ultimatum": the parser may take the receiver for a first object
            return self.counted(self._antecedent(objects[-1] if columns.deps[objects[-1]] == "dobj" else objects[0], token))
        if columns.deps[token] == "acl" and columns.tags[token] == "VBN":
            return int(columns.heads[token])
        if self.passive(token):
            return self._passive_subject(token)
        return None

    def undergoer(self, token: int) -> int | None:
        """Give the head of the phrase that it is done to, which money never is."""
        noun = self.object(token)
        found = undergoer(self.columns, token, noun)
        if found is None and noun is not None and self.passive(token):
            subject = self._passive_subject(token)  # "was ordered to leave and was fined $5 million"
            found = subject if subject is not None and not is_money(self.columns, subject) else None
        return found

    def costs(self, token: int, noun: int | None) -> bool:
        """Tell "a million euros was stolen": it happened, and money is all that it was done to."""
        return noun is None and self.passive(token) and self.object(token) is not None

    def counted(self, noun: int) -> int:
        """Give what a measure counts: the refugees of "scores of refugees", the party of "52 members of the party"."""
        columns = self.columns
        if columns.low_lemmas[noun] in classes()["measure"] or columns.pos[noun] == "NUM":
            for child in columns.children[noun]:
                if columns.deps[child] == "prep" and columns.lowers[child] == "of":
                    for inner in columns.children[child]:
                        if columns.deps[inner] == "pobj":
                            return self.counted(inner)
        return noun

    def passive(self, token: int) -> bool:
        """Tell a passive: "was attacked", "attacked by rebels", "to be attacked"."""
        columns = self.columns
        while columns.tags[token] == "VBN":
            labels = {columns.deps[child] for child in columns.children[token]}
            if not labels.isdisjoint(_PASSIVE):
                return True
            if "aux" in labels or "nsubj" in labels or columns.deps[token] != "conj":
                return columns.deps[token] == "acl" and "aux" not in labels and "nsubj" not in labels
            token = columns.heads[token]
        return False

    def last(self, token: int) -> int:
        """Give the end (exclusive) of a verb's trigger: the particle beside it belongs to it."""
        columns, following = self.columns, token + 1
        if following < columns.size and columns.heads[following] == token and columns.deps[following] == "prt":
            return following + 1
        return following

    def after(self, token: int, preposition: str) -> list[int]:
        """Give the nouns after a preposition that hangs on the verb, its particle or its object ("held talks with")."""
        columns = self.columns
        found: list[int] = []
        places = [token, *(child for child in columns.children[token] if columns.deps[child] in _CARRIERS)]
        for place in places:
            for child in columns.children[place]:
                if columns.lowers[child] == preposition and columns.deps[child] in ("prep", "dative", "agent"):
                    found.extend(noun for noun in columns.children[child] if columns.deps[noun] == "pobj")
                elif columns.deps[child] in ("pobj", "conj") and place != token and columns.deps[place] in ("prep", "dobj"):
                    # "talks on trade with": the parser hangs the preposition one noun lower.
                    found.extend(noun for deeper in columns.children[child] if columns.lowers[deeper] == preposition
                                 and columns.deps[deeper] == "prep" for noun in columns.children[deeper] if columns.deps[noun] == "pobj")
        return found

    def parties(self, noun: int) -> list[Actor]:
        """Give the parties that a noun names, or else those named within its phrase."""
        return self.actors.all_of(noun) or some_members(self.columns, self.actors, noun) or [
            actor for member in conjuncts(self.columns, noun) for actor in self.actors.within(member)]

    def doers(self, token: int) -> list[Actor]:
        """Give the actors of a verb."""
        subject = self.subject(token)
        return self.named(subject) if subject is not None else []

    def named(self, subject: int) -> list[Actor]:
        """Give the parties of a subject; a pronoun that nobody tied to a party is the speaker's own ("Uganda said it had paid")."""
        if subject not in self._parties:
            self._parties[subject] = self._named(subject)
        return self._parties[subject]

    def _named(self, subject: int) -> list[Actor]:
        columns = self.columns
        found = self.actors.all_of(subject) or self.actors.described(subject) or self.parties(subject)
        if columns.pos[subject] != "PRON" or any(actor.code for actor in found) or columns.lowers[subject] not in _OWN:
            return found
        clause = columns.heads[subject]
        if columns.lowers[subject] == "it" and columns.lemmas[clause] in _EXPLETIVE:
            return found
        speech = columns.heads[clause]
        if columns.deps[clause] == "ccomp" and columns.pos[speech] == "VERB" and speech < subject:
            speaker = next((child for child in columns.children[speech] if columns.deps[child] == "nsubj"), None)
            if speaker is not None and columns.pos[speaker] != "PRON":
                return self.parties(speaker) or found
        return found

    def author(self, noun: int) -> list[Actor]:
        """Give the parties behind a thing that speaks: "issued a statement demanding …"."""
        over = self._verb_above(noun)
        return self.doers(over) if over is not None else []

    def _antecedent(self, child: int, token: int) -> int:
        columns = self.columns
        if columns.lowers[child] in _RELATIVES and not means_clause(columns, child, token):
            place = token
            while columns.deps[place] in ("conj", "xcomp", "ccomp"):
                place = columns.heads[place]
            if columns.deps[place] in ("relcl", "acl"):
                return int(columns.heads[place])
        return child

    def _governor(self, token: int) -> int | None:
        """The predicate or noun that lends a subject: of "to disarm", "and left", "killing ten", "for killing ten"."""
        columns = self.columns
        dep, head = columns.deps[token], columns.heads[token]
        if dep in ("xcomp", "conj", "advcl", "acl", "ccomp", "oprd", "relcl", "dep"):
            if dep == "acl" and columns.tags[token] == "VB":
                # "agreed to a plan to leave", "Israel's plan to leave"
                owner = next((child for child in columns.children[head] if columns.deps[child] == "poss"), None)
                return owner if owner is not None else self._verb_above(head)
            if dep in ("ccomp", "relcl") and columns.tags[token] not in ("VB", "VBG"):
                return None
            if dep == "xcomp" and columns.pos[head] == "ADJ" and columns.pos[columns.heads[head]] in _VERBS:
                return int(columns.heads[head])
            return int(head)
        if dep == "pcomp":
            above = columns.heads[head]
            if columns.pos[above] in _VERBS:
                return int(above)
            if columns.pos[above] == "ADJ":
                return int(columns.heads[above])
            owner = next((child for child in columns.children[above] if columns.deps[child] == "poss"), None)
            return owner if owner is not None else self._verb_above(above)
        return None

    def _controller(self, token: int, above: int) -> int | None:
        columns = self.columns
        if columns.deps[token] in ("xcomp", "ccomp") and columns.lemmas[above] not in _SUBJECT_CONTROL:
            return next((child for child in columns.children[above] if columns.deps[child] in ("dobj", "dative") and child < token), None)
        if columns.deps[token] == "pcomp" and columns.lowers[columns.heads[token]] in ("of", "for", "from"):
            # "accused Israel of killing", "banned them from leaving"
            return next((child for child in columns.children[above] if columns.deps[child] in ("dobj", "nsubjpass")), None)
        return None

    def _passive_subject(self, token: int) -> int | None:
        columns = self.columns
        for _ in range(_CLIMB):
            for child in columns.children[token]:
                if columns.deps[child] == "nsubjpass":
                    return self._antecedent(child, token)
            if columns.deps[token] not in ("conj", "xcomp"):
                return None
            token = columns.heads[token]
            for child in columns.children[token]:
                if columns.deps[child] == "nsubj":
                    return self._antecedent(child, token)
        return None

    def _verb_above(self, token: int) -> int | None:
        columns = self.columns
        for _ in range(_CLIMB):
            if columns.pos[token] in _VERBS:
                return token
            if columns.heads[token] == token:
                return None
            token = columns.heads[token]
        return None


def apart(parties: list[Actor], others: list[Actor]) -> list[Actor]:
    """Give the parties that are not among the others, each once."""
    known = {actor.identity for actor in others if actor.entity is not None or actor.code}
    found: list[Actor] = []
    for actor in parties:
        if actor.identity not in known and all(actor.token != other.token for other in others):
            known.add(actor.identity)
            found.append(actor)
    return found
