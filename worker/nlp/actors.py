"""Who acts: a phrase's party with its PLOVER country code and sector ("Ugandan rebels" UGA REB, "riot police" COP).

Names and places come from who is who; nouns without a name from two lexicons. A country is read from the party's own words, never
guessed from elsewhere in the article; what has none keeps code null.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from worker.nlp.actor_words import OFFICES, country_in, leader_named, modifiers, nouns, of_firm, organisation_sort, sector_of
from worker.records import frozen

if TYPE_CHECKING:
    from worker.nlp.columns import Columns
    from worker.nlp.parties import Entity, Parties

#: Kinds of organisations in the gazetteer, as sectors.
_SORTS = {"armed": "REB", "party": "PTY", "agency": "GOV", "legislature": "LEG", "court": "JUD", "outlet": "JRN", "company": "BUS"}
#: These act for their state: the state is the party.
_ORGANS = frozenset({"GOV", "MIL", "LEG", "JUD", "SPY"})
_NAMED = frozenset({"GPE", "ORG", "NORP", "PERSON"})
_NAMES = frozenset({"name", "acronym", "demonym", "metonym"})
_NOMINAL = frozenset({"NOUN", "PROPN"})
_ALPHA_3 = 3
#: Prepositions that tell where a party belongs: "police in Monrovia", "president of Armenia".
_HOME = ("of", "in", "from", "at", "throughout", "across")
#: What follows these is no part of the phrase's own parties.
_ASIDE = frozenset({"during", "before", "after", "since", "until", "regarding", "about", "concerning", "over", "despite"})
#: "military officers" are soldiers; "military government", "police minister" are governments.
_RULES = frozenset({"MIL", "BUS", "CVL", "COP"})
_DEEPEST = 3
#: Numbers that stand for people.
_MANY = frozenset({"ten", "dozen", "hundred", "thousand", "million"})
#: Officers that are general and no generals.
_OFFICERS = frozenset({"attorney", "secretary", "solicitor", "director", "consul", "inspector", "auditor", "surgeon", "comptroller"})


@frozen()
class Actor:
    """A party in an event; `token` is its head, `first` and `last` (exclusive) the tokens of its phrase."""

    token: int
    first: int
    last: int
    entity: int | None
    code: str | None
    sector: str | None
    #: The entity's type, where the party is a named entity.
    type: str | None = None

    @property
    def identity(self) -> tuple[object, ...]:
        """What two phrases for one party share."""
        return ("entity", self.entity, self.sector) if self.entity is not None else ("phrase", self.code, self.sector)


class Actors:
    """The parties of one doc, each looked up once."""

    def __init__(self, columns: Columns, parties: Parties) -> None:
        self._columns, self._parties = columns, parties
        self._known: dict[int, tuple[Actor, ...]] = {}
        self._joined: dict[int, list[Actor]] = {}
        #: By entity: the country and sector that its names and descriptions tell.
        self._told: dict[int, tuple[str | None, str | None]] = {}

    def at(self, token: int) -> tuple[Actor, ...]:
        """Give the party or parties that the noun or pronoun names; none if it names no party ("French and Egyptian ships": two)."""
        found = self._known.get(token)
        if found is None:
            found = self._known[token] = self._find(token)
        return found

    def is_state(self, actor: Actor) -> bool:
        """Tell whether the party is a state itself, no town or part of one."""
        ids = None if actor.entity is None else self._parties.entities[actor.entity].ids
        return ids is not None and len(ids.iso3166 or "") == _ALPHA_3

    def all_of(self, token: int) -> list[Actor]:
        """Give the parties of a noun and of those joined to it by "and"."""
        found = self._joined.get(token)
        if found is None:
            members = conjuncts(self._columns, token)
            found = list(self.at(token)) if len(members) == 1 else [actor for member in members for actor in self.at(member)]
            self._joined[token] = found
        return found

    def unnamed(self, token: int) -> list[Actor]:
        """Give a subject that is no party as the actor that it is in grammar: "The bridge collapsed"; pronouns without a referent: none."""
        if self._columns.pos[token] not in _NOMINAL:
            return []
        entity = self._parties.entity_of(token)
        if entity is not None and entity.reporter:
            return []
        described = self._described(token, None)
        return [Actor(token, described.first, described.last, entity.number if entity else None, None, None)]

    def described(self, token: int) -> list[Actor]:
        """Give a phrase that is no party by its head but has a country in front as one: "a Ukrainian communication centre"."""
        columns = self._columns
        if columns.pos[token] != "NOUN" or not any(
                columns.deps[child] in ("amod", "compound") and self._state_of(child) for child in columns.children[token]):
            return []
        return [self._described(token, None)]

    def within(self, token: int, depth: int = 0) -> list[Actor]:
        """Give the parties named inside a phrase that is none itself: "Palestinian homes", "the offices of the ministry"."""
        columns = self._columns
        found = [actor for child in columns.children[token] if columns.deps[child] in ("poss", "amod", "compound", "nmod")
                 for actor in self.all_of(child)]
        if found or depth >= _DEEPEST:
            return found
        for child in columns.children[token]:
            if columns.deps[child] == "prep" and columns.low_lemmas[child] not in _ASIDE:
                for noun in columns.children[child]:
                    if columns.deps[noun] == "pobj":
                        found = self.all_of(noun) or self.within(noun, depth + 1)
                        if found:
                            return found
        return found

    def _find(self, token: int) -> tuple[Actor, ...]:
        columns = self._columns
        entity = self._parties.entity_of(token)
        if entity is not None and entity.reporter:
            return ()  # who tells the news does not act in it
        pos, lemma = columns.pos[token], columns.low_lemmas[token]
        if nouns().get(lemma) == "NONE" or (entity is not None and entity.name and "Flight" in entity.name
                                            and "Flight" in entity.name.split(" ")):
            return ()
        if pos == "PRON":
            return (self._meant(token, entity),) if entity is not None and entity.type in _NAMED else ()
        if entity is not None and entity.type not in _NAMED:
            entity = None
        sector = self._sector(token, lemma) if pos in _NOMINAL or pos == "ADJ" else None
        mention = self._parties.mention_of(token)
        if entity is not None and mention is not None and (mention.head == token or mention.form in _NAMES):
            if sector and mention.form == "name" and entity.type == "ORG" and not entity.ids.plover:
                return (self._described(token, sector, entity),)
            return (self._named(token, entity, sector),)
        if sector is not None and pos in _NOMINAL:
            machine = sector == "MACHINE"
            return tuple(actor for actor in self._split(token, "MIL" if machine else sector) if actor.code or not machine)
        return ()

    def _meant(self, token: int, entity: Entity) -> Actor:
        """A pronoun's party: its country and sector stand where the party was named or described before."""
        pronoun = self._named(token, entity, None)
        if pronoun.code and pronoun.sector:
            return pronoun
        # Once for each entity: a long story says "he" thousands of times of one man.
        if entity.number not in self._told:
            self._told[entity.number] = self._first_told(token, entity)
        code, sector = self._told[entity.number]
        return Actor(token, pronoun.first, pronoun.last, entity.number, pronoun.code or code, pronoun.sector or sector, entity.type)

    def _first_told(self, token: int, entity: Entity) -> tuple[str | None, str | None]:
        """The first country and the first sector that the entity's names and descriptions tell."""
        code = sector = None
        for mention in entity.mentions:
            # A description with a pronoun for its head ("those of the north") would ask for the same again, without end.
            if mention.form != "pronoun" and mention.head != token and self._columns.pos[mention.head] != "PRON":
                for known in self.at(mention.head):
                    code, sector = code or known.code, sector or known.sector
                if code and sector:
                    break
        return code, sector

    def _named(self, token: int, entity: Entity, sector: str | None) -> Actor:
        mention = self._parties.mention_of(token)
        first, last = (mention.first, mention.last) if mention else (token, token + 1)
        code = entity.ids.plover
        known = organisation_sort(entity.name) if entity.type == "ORG" and entity.name else None
        if entity.type == "PERSON":
            # Julie Bishop is none, nor is Megan Cook
            code, sector = self._person(token, entity, None if mention is not None and mention.form == "name" else sector)
        elif entity.type == "ORG":
            code = code or self._country(token) or country_in(entity.name or "")
            sector = _SORTS.get(known) if known else sector or self._kind(token)
        elif entity.type == "NORP":
            sector = "CVL" if code and self._plural(token) else sector
        elif mention and mention.form == "metonym":
            sector = "GOV"
        return Actor(token, first, last, entity.number, code, sector, entity.type)

    def _kind(self, token: int) -> str | None:
        """What stands before a name: "the rebel Patriotic Front", "the rights group Clean Hands"."""
        columns = self._columns
        for child in columns.children[token]:
            if columns.deps[child] in ("amod", "compound", "nmod") and columns.pos[child] in ("NOUN", "ADJ"):
                found = modifiers().get(columns.lowers[child])
                if found:
                    return found
        return None

    def _plural(self, token: int) -> bool:
        return self._columns.tags[token] in ("NNS", "NNPS")

    def _person(self, token: int, entity: Entity, sector: str | None) -> tuple[str | None, str | None]:
        """A person's country stands before the name ("Iraqi President"), after it, in a role, or is known of a head of state."""
        code = self._country(token)
        for role in entity.roles:
            if not code and role.organisation is not None:
                code = self._parties.entities[role.organisation].ids.plover
            found = sector_of(role.text)
            if found != "GOV" or (self._governs(role.organisation) and not (role.organisation is None and of_firm(role.text))):
                sector = sector or found
        if not sector and not any(role.organisation is None and of_firm(role.text) for role in entity.roles):
            sector = self._title(token)
        leader = leader_named(entity.name or "")
        if leader and (not code or code == leader[0]):
            return leader[0], sector or leader[1]
        return code, sector

    def _governs(self, organisation: int | None) -> bool:
        """The president of a state or an assembly governs; that of a club does not."""
        if organisation is None:
            return True
        entity = self._parties.entities[organisation]
        return entity.type != "ORG" or bool(entity.ids.plover) or bool(entity.name and country_in(entity.name))

    def _title(self, token: int) -> str | None:
        columns = self._columns
        for child in columns.children[token]:
            if columns.deps[child] in ("compound", "amod", "nmod", "appos", "poss"):
                found = nouns().get(columns.low_lemmas[child]) or nouns().get(columns.lowers[child])
                if found:
                    return self._sector(child, columns.low_lemmas[child]) or found
        return None

    def _described(self, token: int, sector: str | None, entity: Entity | None = None, code: str | None = None,
                   state: int | None = None) -> Actor:
        columns = self._columns
        if code is None:
            code, state = self._country_and_state(token)
        first = last = token
        for child in columns.children[token]:
            if columns.deps[child] in ("compound", "amod", "poss", "nmod", "nummod") and "\n" not in "".join(columns.words[child:token]):
                first = min(first, _leftmost(columns, child))
            elif columns.deps[child] == "prep" and columns.low_lemmas[child] in _HOME and child == last + 1:
                last = max(last, _rightmost(columns, child))
        number = entity.number if entity else (state if sector in _ORGANS else None)
        return Actor(token, first, last + 1, number, code, sector)

    def _split(self, token: int, sector: str) -> Iterator[Actor]:
        """"French and Egyptian warships", "U.S. and Russian negotiators": two states' parties in one noun."""
        columns = self._columns
        for child in columns.children[token]:
            if columns.deps[child] in ("amod", "compound", "nmod"):
                members = [(member, self._state_of(member)) for member in conjuncts(columns, child)]
                states = [(member, state) for member, state in members if state is not None]
                if len(states) > 1 and len({state.number for _, state in states}) > 1:
                    for _, state in states:
                        actor = self._described(token, sector, None, state.ids.plover, state.number)
                        yield replace(actor, entity=state.number if sector in _ORGANS else None)
                    return
        yield self._described(token, sector)

    def _sector(self, token: int, lemma: str) -> str | None:
        columns, before = self._columns, modifiers()
        found = nouns().get(lemma) or nouns().get(columns.lowers[token])
        if found is None and lemma in _MANY and columns.tags[token] == "NNS" and not any(
                columns.deps[child] == "prep" for child in columns.children[token]):
            return "CVL"  # "thousands marched"
        if found is None or (found == "GOV" and self._private(token)) or columns.words[token] == "house":
            return None
        if lemma == "general" and token and columns.lowers[token - 1].rstrip("-") in _OFFICERS:
            return "GOV"
        for child in columns.children[token]:
            if columns.deps[child] in ("compound", "amod", "nmod", "poss"):
                word = columns.lowers[child]
                changed = before.get(word) or before.get(columns.low_lemmas[child])
                if changed and (changed != "GOV" or found == "SOC") and not (found == "GOV" and changed in _RULES):
                    return changed
        return found

    def _private(self, token: int) -> bool:
        """"the president of the chess club", "a Google spokesman": an officer of what is no state's."""
        for child in self._columns.children[token]:
            if self._columns.deps[child] in ("compound", "poss", "nmod") and self._columns.low_lemmas[token] in OFFICES:
                entity = self._parties.entity_of(child)
                if entity is not None and entity.type == "ORG" and entity.ids.plover != "IGO":
                    return not self._governs(entity.number) or _SORTS.get(organisation_sort(entity.name or "") or "") == "BUS"
            if self._columns.deps[child] == "prep" and self._columns.lowers[child] in ("of", "at", "for"):
                for noun in self._columns.children[child]:
                    entity = self._parties.entity_of(noun)
                    if entity is not None and entity.type == "ORG":
                        return not self._governs(entity.number)
        return False

    def _state_of(self, token: int) -> Entity | None:
        entity = self._parties.entity_of(token)
        return entity if entity is not None and entity.ids.plover and entity.type in ("GPE", "NORP", "LOC", "ORG") else None

    def _country(self, token: int) -> str | None:
        return self._country_and_state(token)[0]

    def _country_and_state(self, token: int, depth: int = 0) -> tuple[str | None, int | None]:
        """The state that a party's words name: before it, after it ("of", "in", "from"), or in its apposition."""
        columns = self._columns
        if depth > _DEEPEST:
            return None, None
        later: list[int] = []
        for child in columns.children[token]:
            dep = columns.deps[child]
            if dep in ("compound", "amod", "poss", "nmod", "npadvmod", "nummod"):
                state = self._state_of(child)
                if state is not None:
                    return state.ids.plover, state.number
                found = self._country_and_state(child, depth + 1)
                if found[0]:
                    return found
            elif dep == "appos" or (dep == "prep" and columns.low_lemmas[child] in _HOME):
                later.extend([child] if dep == "appos" else [noun for noun in columns.children[child] if columns.deps[noun] == "pobj"])
        for noun in later:
            state = self._state_of(noun)
            if state is not None:
                return state.ids.plover, state.number
            found = self._country_and_state(noun, depth + 1)
            if found[0]:
                return found
        return None, None


def conjuncts(columns: Columns, token: int) -> list[int]:
    """Give the token and all that is joined to it by "and" or "or", in order."""
    found = [token]
    deps = columns.deps
    for member in found:
        for child in columns.children[member]:
            if deps[child] == "conj":
                found.append(child)  # noqa: PERF401 - most tokens have no such child: a generator costs more than it saves
    return found


def _leftmost(columns: Columns, token: int) -> int:
    while columns.children[token] and columns.children[token][0] < token:
        token = columns.children[token][0]
    return token


def _rightmost(columns: Columns, token: int) -> int:
    while columns.children[token] and columns.children[token][-1] > token:
        token = columns.children[token][-1]
    return token
