"""Find what happened in one doc: each sentence's events with type, actors and recipients.

What is wished, asked or feared is no event of its own: "demanded that the rebels disarm" is one request. What an intention is, `resolve`
tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import TYPE_CHECKING

from worker.nlp.actors import conjuncts
from worker.nlp.eventing.arguments import Arguments, apart
from worker.nlp.eventing.bystanders import only_where, without_bystanders
from worker.nlp.eventing.frames import Frame, classes, frames_of
from worker.nlp.eventing.matching import Matcher, able
from worker.nlp.eventing.nominal import Nominal
from worker.nlp.eventing.occurrence import Occurrence
from worker.nlp.eventing.resolve import HOSTILE, resolved
from worker.nlp.eventing.senses import Senses
from worker.nlp.eventing.undergoers import is_money
from worker.nlp.factuality.lexicon import CERTAIN, UNKNOWN

if TYPE_CHECKING:
    from worker.nlp.actors import Actor, Actors
    from worker.nlp.columns import Columns
    from worker.nlp.factuality.judge import Judge
    from worker.nlp.factuality.state import State

#: States of deeds that nobody reports as done or as resolved upon.
_UNREAL = frozenset({"want", "purpose", "seek", "question", "ask", "doubt", "subjunctive", "open", "unreal", "fear", "dread",
                    "duty", "wanted", "allow", "too"})
#: Nothing is known of it, and that is the news: "has not confirmed that it sent troops".
_DISPUTED = frozenset({"confirm", "say", "allege", "deny", "reveal", "condition"})
_MAIN = frozenset({"ROOT", "conj", "ccomp", "advcl", "relcl", "acl", "xcomp", "pcomp", "parataxis", "dep", "csubj"})
#: Where an event without a type must stand.
_FINITE = frozenset({"ROOT", "conj", "ccomp", "relcl", "advcl", "parataxis"})
#: There only with a party as its actor: "Fiat plans to buy", "companies facing losses".
_REDUCED = frozenset({"xcomp", "acl", "pcomp"})
_REPORTING = _FINITE | _REDUCED
_SELVES = frozenset({"himself", "herself", "themselves", "itself"})
_SEEMING = frozenset({"seem", "appear", "let"})
#: A noun's places, which no verb has.
_NOMINAL = frozenset({"nsubj", "nsubjpass", "dobj", "pobj"})
#: Clauses within clauses that are gone into.
_DEEPEST = 4
_CLAUSAL = frozenset({"ccomp", "xcomp", "pcomp", "acl"})
_TRIGGER = attrgetter("token")


class Finder:
    """The events of one doc."""

    def __init__(self, columns: Columns, actors: Actors, judge: Judge) -> None:
        self._columns, self._actors, self._judge = columns, actors, judge
        self._arguments = Arguments(columns, actors)
        self._matcher = Matcher(self._arguments)
        self._senses = Senses(columns)
        self._nominal = Nominal(self._arguments)
        #: Tokens that belong to an event already found.
        self._taken: set[int] = set()
        #: While the other party of a deed is looked for: how deep, and below which verbs there is none, for each is asked twice.
        self._depth = 0
        self._barren: set[int] = set()

    def find(self) -> list[Occurrence]:
        """Give the events in order of the text."""
        columns, taken = self._columns, self._taken
        deps, lemmas = columns.deps, columns.low_lemmas
        found: list[Occurrence] = []
        verbs: list[int] = []
        nouns: list[int] = []
        known = frames_of("n")
        for token, pos in enumerate(columns.pos):
            if pos == "VERB":
                verbs.append(token)
                if deps[token] in _MAIN and token not in taken:
                    stance = self._stance(token) if deps[token] == "acl" else None
                    found.extend(stance or self._verb(token))
                elif deps[token] in _NOMINAL and lemmas[token] in known:
                    nouns.append(token)  # "Saudi airstrikes left": the tagger's verb
            elif pos == "NOUN":
                if lemmas[token] in known:
                    nouns.append(token)
            elif pos == "ADJ" and deps[token] in ("acomp", "attr", "oprd") and token not in taken:
                found.extend(self._adjective(token))
        for token in nouns:
            if token not in taken:
                found.extend(self._noun(token))
        found.extend(self._untyped(verbs, {occurrence.token for occurrence in found}))
        return sorted(found, key=_TRIGGER)

    def _stance(self, token: int) -> list[Occurrence]:
        """"a Houthi threat to attack ships", "Belgrade's refusal to meet": the noun tells the event, what follows is its content."""
        columns, noun = self._columns, self._columns.heads[token]
        if columns.tags[token] != "VB" or noun in self._taken or columns.pos[noun] != "NOUN":
            return []
        return list(self._noun(noun)) if columns.low_lemmas[noun] in classes()["stance"] else []

    def _verb(self, token: int) -> Iterator[Occurrence]:
        state = self._judge.state(token)
        demanded = self._demanded(token, state)
        if demanded is not None:
            yield demanded
            return
        if self._matcher.known(token) is None or (state.why in _UNREAL and not self._senses.attempted(token)):
            return
        subject = self._arguments.subject(token)
        actors = self._doers(token, subject)
        match = self._matcher.verb(token, actors) if actors is not None else None
        if match is None or actors is None:
            return
        frame, noun = match
        if not self._happens(token, noun, frame, state, actors):
            return
        if frame.type == "ASSAULT" and not actors:
            actors = self._nominal.attackers(token)
        recipients = self._recipients(token, noun, frame, actors)
        if frame.type == "MOBILIZE" and actors:
            recipients = [actor for actor in recipients if actor.token != noun]
        if frame.type == "CONSULT" and noun is None and len(actors) == 1 and subject is not None and self._columns.deps[subject] == "conj":
            # "Kim and Putin, who met in 2019": the relative clause hangs on the second
            actors = self._actors.all_of(self._columns.heads[subject])
        if not recipients and noun is not None and self._matcher.suffers(frame, noun) and not is_money(self._columns, noun):
            recipients = self._actors.unnamed(noun)
        meant = self._senses.meant(token, frame.type, actors, recipients)
        kind, why = resolved(self._columns, token, meant, state) if meant is not None else (None, "")
        if kind == "REQUEST" and not actors and noun is not None and not self._arguments.parties(noun):
            return  # "callers will be asked to give their names"
        if kind is None or not self._senses.public(frame.type, actors, recipients):
            return
        if kind == "COOPERATE" and not recipients and len(actors) == 1 and noun is not None and not self._senses.joint(noun):
            kind, why = "MOBILIZE", "manoeuvres-alone"
        self._take(token, noun)
        yield self._occurrence(token, kind=kind, actors=actors, recipients=recipients, frame=frame, noun=noun, state=state, why=why)

    def _doers(self, token: int, subject: int | None) -> list[Actor] | None:
        """The actors of a verb; None where its subject is named and is nobody that acts."""
        if subject is None:
            return []
        actors = self._arguments.named(subject)
        if actors:
            return actors
        if not self._senses.may_act(subject):
            return None
        return self._arguments.author(subject) if self._columns.deps[token] == "acl" else []

    def _happens(self, token: int, noun: int | None, frame: Frame, state: State, actors: list[Actor]) -> bool:
        """Whether somebody reports the deed as done or resolved upon, and as a deed."""
        if (state.why in _UNREAL or (state.strength == UNKNOWN and state.why not in _DISPUTED)) and not (
                frame.type == "ASSAULT" and self._senses.attempted(token)):
            return False
        if frame.type == "AGREE" and self._columns.lemmas[token] == "agree" and any(
                self._columns.deps[child] == "ccomp" for child in self._columns.children[token]):
            return False  # "both agree that it was a crime": an opinion
        if self._senses.bare(token, frame.type, actors):
            return False
        if state.why == "negated" and state.status == "planned" and state.strength < CERTAIN:
            return False  # "urged him not to back down"
        if frame.type == "ASSAULT" and noun is not None and self._columns.lowers[noun] in _SELVES and "himself" not in frame.nouns:
            return False  # "shot himself"
        if self._senses.able(token, state) or (
                frame.type in ("AID", "SUPPORT") and not actors and self._by_thing(token)):
            return False
        return not self._senses.silent(token, frame) and (bool(actors) or frame.type != "ASSAULT" or self._senses.violent(token))

    def _adjective(self, token: int) -> Iterator[Occurrence]:
        frame = self._matcher.word(token, "a")
        verb = self._columns.heads[token]
        if frame is None or self._columns.pos[verb] not in ("VERB", "AUX"):
            return
        state = self._judge.state(verb)
        actors = self._arguments.doers(verb)
        if not actors or state.why in _UNREAL:
            return
        recipients = self._recipients(token, None, frame, actors) or self._below(token, actors)
        kind, why = frame.type, "adjective"
        inner = self._complement_type(token)
        if kind == "AGREE" and inner is None and not any(
                self._columns.low_lemmas[child] in classes()["friendly"] for child in self._columns.children[token]):
            return
        if kind == "AGREE" and inner in HOSTILE:
            kind, why = "THREATEN", f"ready-{inner.lower()}"
        if kind == "AGREE" and state.polarity < 0:
            kind = "REJECT"
        if self._senses.public(kind, actors, recipients):
            self._take(token, None)
            yield self._occurrence(token, kind=kind, actors=actors, recipients=recipients, frame=frame, noun=None, state=state, why=why)

    def _noun(self, token: int) -> Iterator[Occurrence]:
        frame = self._matcher.word(token, "n")
        if frame is None:
            return
        columns = self._columns
        state = self._judge.state(token)
        if state.why in _UNREAL:
            return
        actors, recipients = self._nominal.parties(token, frame)
        if not self._nominal.tells(token, frame, actors, recipients, sure=state.status != "planned"):
            return
        if actors and not able(frame, actors):
            return
        recipients = self._nominal.struck(actors, recipients)
        kind = self._senses.meant(token, frame.type, actors, recipients)
        if kind is None or not (self._senses.public(kind, actors, recipients) or not (actors or recipients)):
            return
        if columns.low_lemmas[token] in classes()["stance"]:
            recipients = recipients or self._below(token, actors)
            self._take(token, None)
        yield self._occurrence(token, kind=kind, actors=actors, recipients=apart(recipients, actors), frame=frame, noun=None,
                               state=state, why="noun")

    def _untyped(self, verbs: list[int], typed: set[int]) -> Iterator[Occurrence]:
        """What else is reported: the predicate of a clause with a subject, for which PLOVER has no type."""
        columns, arguments = self._columns, self._arguments
        deps, lemmas = columns.deps, columns.lemmas
        for token in verbs:
            if token in typed or deps[token] not in _REPORTING or lemmas[token] in _SEEMING:
                continue
            subject, noun = arguments.subject(token), arguments.undergoer(token)
            actors = arguments.named(subject) if subject is not None else []
            if subject is not None and not actors and deps[token] in _FINITE:
                actors = self._actors.unnamed(subject)
            recipients = self._actors.all_of(noun) if noun is not None else []
            if not actors:
                if noun is not None and arguments.passive(token):
                    recipients = recipients or self._actors.unnamed(noun)
                elif not arguments.costs(token, noun):
                    continue
            recipients = apart(recipients, actors) if recipients else recipients
            if not actors and not recipients and not arguments.costs(token, noun):
                continue
            yield Occurrence(token, arguments.last(token), None, tuple(actors), tuple(recipients), columns.low_lemmas[token], noun,
                             self._judge.state(token), "predicate")

    def _demanded(self, token: int, state: State) -> Occurrence | None:
        """"Russia said Sudan must return the helicopter": what somebody says another must do is a request."""
        columns = self._columns
        if state.source is None or state.source.token is None:
            return None
        if "must" not in [columns.lowers[child] for child in columns.children[token] if columns.deps[child] == "aux"]:
            return None
        subject = next((child for child in columns.children[token] if columns.deps[child] in ("nsubj", "nsubjpass")), None)
        if subject is None:
            return None
        actors, recipients = self._arguments.parties(state.source.token), self._arguments.parties(subject)
        recipients = apart(recipients, actors)
        if not actors or not recipients or columns.lowers[subject] in ("i", "we"):
            return None
        self._take(token, None)
        return Occurrence(token=token, last=token + 1, type="REQUEST", actors=tuple(actors), recipients=tuple(recipients),
                          family="REQUEST must", object=None, state=state, why="said-must")

    def _complement_type(self, token: int) -> str | None:
        """The type of the first deed below a verb or adjective: "threatened to boycott"."""
        columns = self._columns
        for child in columns.children[token]:
            if columns.deps[child] in ("xcomp", "ccomp", "advcl"):
                match = self._matcher.verb(child)
                if match:
                    return match[0].type
        return None

    def _recipients(self, token: int, noun: int | None, frame: Frame, actors: list[Actor]) -> list[Actor]:
        return without_bystanders(self._columns, self._actors, token, frame, self._named_parties(token, noun, frame, actors))

    def _named_parties(self, token: int, noun: int | None, frame: Frame, actors: list[Actor]) -> list[Actor]:
        columns, arguments = self._columns, self._arguments
        found: list[Actor] = []
        #: "inspectors of the IAEA": who is only described stands back behind who is named.
        nameless: list[Actor] = []
        for place in frame.recipients:
            match place:
                case "obj" | "subj":
                    found = self._actors.all_of(noun) if noun is not None else []
                case "inobj":
                    found = [actor for member in (conjuncts(columns, noun) if noun is not None else ())
                             for actor in self._actors.within(member)]
                case "dative" | "obj2":
                    found = [actor for child in columns.children[token] if columns.deps[child] == "dative" or (
                                 columns.deps[child] == "dobj" and noun is not None and child < noun)
                             for noun_ in ([child] if columns.pos[child] != "ADP" else columns.children[child])
                             for actor in arguments.parties(noun_)]
                case _:
                    found = [actor for after in arguments.after(token, place) for actor in arguments.parties(after)]
            found = [actor for actor in apart(found, actors) if not (nameless and only_where(columns, actor))]
            if any(actor.code or actor.entity is not None for actor in found):
                return found
            nameless = nameless or found
        if nameless:
            return nameless
        found = self._below(token, actors) or self._beside(token, noun, actors, frame)
        if not found and not actors and frame.type == "MOBILIZE" and noun is not None:
            found = self._actors.all_of(noun)
        return found

    def _beside(self, token: int, noun: int | None, actors: list[Actor], frame: Frame) -> list[Actor]:
        """A party in the object's own words, or behind one of the prepositions that name the other side."""
        if noun is not None and not self._actors.all_of(noun):
            found = apart(self._actors.within(noun), actors)
            if found:
                return found
        for place in ("against", "on", "at") if frame.type == "ASSAULT" else ("against", "to", "with", "on", "from", "at"):
            for after in self._arguments.after(token, place):
                if found := apart(self._arguments.parties(after), actors):
                    return found
        return []

    def _below(self, token: int, actors: list[Actor]) -> list[Actor]:
        """The other party of the deed that is promised, threatened, demanded or refused."""
        if not self._depth:
            self._barren.clear()
        if token in self._barren or self._depth == _DEEPEST:
            return []
        self._depth += 1
        found = self._party_below(token, actors)
        self._depth -= 1
        if not found:
            self._barren.add(token)
        return found

    def _party_below(self, token: int, actors: list[Actor]) -> list[Actor]:
        columns, arguments = self._columns, self._arguments
        pending = [child for child in columns.children[token] if columns.deps[child] in ("xcomp", "ccomp", "pcomp")
                   or (columns.deps[child] == "acl" and columns.tags[child] == "VB")]
        pending += [inner for child in columns.children[token] if columns.deps[child] in ("prep", "dobj", "acomp")
                    for inner in columns.children[child] if columns.deps[inner] in ("pcomp", "acl", "xcomp")]
        for verb in pending:
            subject = next((child for child in columns.children[verb] if columns.deps[child] in ("nsubj", "nsubjpass")), None)
            if subject is not None and (found := apart(arguments.parties(subject), actors)):
                return found
            noun = arguments.object(verb)
            match = self._matcher.verb(verb)
            if match is not None and match[0].recipients and (found := self._recipients(verb, noun, match[0], actors)):
                return found
            found = apart(arguments.parties(noun), actors) if noun is not None else []
            if found:
                return found
            for place in ("to", "with", "against", "from", "on", "for", "in"):
                found = apart([actor for after in arguments.after(verb, place) for actor in arguments.parties(after)], actors)
                if found:
                    return found
            if found := self._below(verb, actors):
                return found
        return []

    def _by_thing(self, token: int) -> bool:  # "helicopters that support the business": what is no party helps nobody
        subject = None if self._arguments.passive(token) else self._arguments.subject(token)
        return subject is not None and (self._columns.pos[subject] != "PRON" or self._columns.lowers[subject] == "it")

    def _take(self, token: int, noun: int | None) -> None:
        """What a trigger's object and complements tell belongs to its event."""
        columns = self._columns
        pending = [child for child in columns.children[token] if columns.deps[child] in _CLAUSAL
                   or (columns.deps[child] == "advcl" and columns.tags[child] == "VB")]
        if noun is not None and noun != token:
            pending.append(noun)
        for child in columns.children[token]:
            if columns.deps[child] in ("prep", "dative", "agent", "prt"):
                pending.extend(columns.children[child])
        while pending:
            member = pending.pop()
            if member == token or columns.deps[member] == "relcl":
                continue
            self._taken.add(member)
            pending.extend(columns.children[member])

    def _occurrence(self, token: int, *, kind: str, actors: list[Actor], recipients: list[Actor], frame: Frame, noun: int | None,
                    state: State, why: str) -> Occurrence:
        if not recipients and kind in ("THREATEN", "AGREE", "REJECT", "REQUEST", "CONCEDE") and self._columns.pos[token] == "VERB":
            recipients = self._below(token, actors)
        if frame.type == "AGREE" and kind == "AGREE" and self._complement_type(token) in HOSTILE and self._columns.lemmas[token] == "vow":
            kind = "THREATEN"
        return Occurrence(token, self._arguments.last(token), kind, tuple(actors), tuple(recipients), frame.family, noun, state, why)
