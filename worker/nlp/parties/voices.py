"""Whose words a stretch is, where that is certain: for "I" between quotation marks and in interviews, and for who is not "he" inside.

It is no quote attribution, which `worker/nlp/quoting/` does: only the one subject of a verb of saying beside the marks counts.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from worker.nlp.lexicons import words
from worker.nlp.parties.name import head_of

if TYPE_CHECKING:
    from worker.nlp.columns import Columns
    from worker.nlp.parties.merging import Party
    from worker.nlp.parties.name import Name
    from worker.nlp.quotation import Quotation, Region


#: With fewer "I"s outside quotation marks an article is no interview printed as questions and answers.
_FEW_FIRST_PERSONS = 5
_HEADLINE_REACH = 8
_ASKING = frozenset({"reporter", "writer", "journalist", "editor", "correspondent", "columnist", "host", "anchor", "presenter",
                     "interviewer"})
#: Who speaks for others says "we" of them.
_SPEAKING_FOR = frozenset({"spokesman", "spokeswoman", "spokesperson", "leader", "commander"})
_OWNING = frozenset({"poss", "compound", "nmod", "pobj"})
_FRAMES = frozenset({"interview", "answer", "q&a", "speak", "talk"})


class Voices:
    """The speakers of an article's quotation-mark regions."""

    def __init__(self, columns: Columns, quotation: Quotation, names: dict[int, tuple[Party, Name]]) -> None:
        self.columns = columns
        self.names = names
        self.regions: list[Region | None] = [None] * columns.size
        #: Relative pronouns ("who") with the party that they stand for.
        self.relatives: dict[int, Party] = {}
        self._speakers: dict[Region, Party | None] = {}
        #: Who says something in a stretch of tokens: many regions may stand in one sentence or paragraph.
        self._saying: dict[tuple[int, int], list[tuple[Party, int]]] = {}
        self._quotation = quotation
        end = 0
        for region in quotation.outer:
            first = bisect_left(columns.starts, region.start, end)
            end = bisect_left(columns.starts, region.end, first)
            self.regions[first:end] = [region] * (end - first)

    def quoted(self, token: int) -> bool:
        """Tell whether a token stands between quotation marks."""
        return self.regions[token] is not None

    def speaker_at(self, token: int) -> Party | None:
        """Give the certain speaker of the region that holds the token."""
        region = self.regions[token]
        if region is None:
            return None
        if region not in self._speakers:
            self._speakers[region] = self._speaker(region, token)
        return self._speakers[region]

    def settle(self, parties: list[Party]) -> None:
        """Look again for speakers now that pronouns are tied: "..." he said."""
        for party in parties:
            for name in party.names:
                if name.form in ("pronoun", "nominal"):
                    self.names[head_of(self.columns, name.first, name.last)] = (party, name)
        self._speakers.clear()
        self._saying.clear()

    def interviewee(self) -> Party | None:
        """Give the one person whom the article says it interviews, if it is in the first person outside quotation marks."""
        columns = self.columns
        if columns.words.count("I") < _FEW_FIRST_PERSONS:
            return None
        spoken = [token for token in range(columns.size) if columns.words[token] == "I" and self.regions[token] is None]
        if len(spoken) < _FEW_FIRST_PERSONS:
            return None
        found: list[Party] = []
        for token in range(spoken[0]):
            party = self._interviewed(token) if columns.low_lemmas[token] in _FRAMES else None
            if party is not None and party not in found:
                found.append(party)
        return found[0] if len(found) == 1 else None

    def _interviewed(self, token: int) -> Party | None:
        """"Wikinews interviewed X", "an interview with X", "Q&A with X", "X answered five questions"; who asks is not meant."""
        columns = self.columns
        lemma = columns.low_lemmas[token]
        people = [self.names[child][0] for child in columns.children[token]
                  if child in self.names and columns.deps[child] == ("nsubj" if lemma == "answer" else "dobj")]
        if lemma == "answer" and not any(columns.lemmas[child] == "question" for child in columns.children[token]):
            return None
        asking = [self.names[child][0].type for child in columns.children[token] if columns.deps[child] == "nsubj" and child in self.names]
        if lemma in ("speak", "talk") and "ORG" not in asking:
            return None
        if lemma != "answer":
            people += [self.names[inner][0] for child in columns.children[token] if columns.lowers[child] in ("with", "to")
                       for inner in columns.children[child] if inner in self.names]
        if lemma in ("interview", "q&a") and not people:
            # In a headline ("Wikinews interviews Jane Roe, ...") the parse is no help: the next name it is.
            ahead = range(token + 1, min(token + _HEADLINE_REACH, columns.size))
            people = [self.names[other][0] for other in ahead if other in self.names and self.names[other][0].type == "PERSON"][:1]
        persons = [party for party in people if party.type == "PERSON" and not party.reporter and not party.nouns & _ASKING]
        return persons[0] if len(persons) == 1 else None

    def is_question(self, token: int) -> bool:
        """Tell whether the paragraph that holds the token ends in a question mark."""
        text = self._quotation.text
        start, end = self._quotation.paragraphs[self._quotation.paragraph_at(self.columns.starts[token])]
        return text[start:end].rstrip().endswith("?")

    def _speaker(self, region: Region, token: int) -> Party | None:
        """The subject of a verb of saying that stands outside the marks in a sentence which the region touches, else in its paragraph."""
        found = [party for party, _ in self._subjects(*self._around(region, token)) if party.type == "PERSON"]
        if not found:
            start, end = self._quotation.paragraphs[self._quotation.paragraph_at(region.start)]
            around = self._subjects(bisect_left(self.columns.starts, start, 0, token), bisect_left(self.columns.starts, end, token))
            found = [party for party, _ in around if party.type == "PERSON"]
        return found[0] if len(found) == 1 else None

    def own_sides(self, token: int) -> list[Party]:
        """Give who certainly speaks in the region that holds the token, and for whom as a spokesman: "their spokesman said"."""
        region = self.regions[token]
        said = self._subjects(*self._around(region, token)) if region is not None else []
        if len(said) != 1:
            return []
        party, head = said[0]
        columns, sides = self.columns, [party]
        for noun in [head, columns.heads[head], *columns.children[head]]:
            if columns.low_lemmas[noun] not in _SPEAKING_FOR:
                continue
            owners = [*columns.children[noun], *(columns.children[columns.heads[noun]] if columns.deps[noun] == "compound" else ())]
            owners += [inner for child in owners if columns.lowers[child] in ("of", "for") for inner in columns.children[child]]
            sides += [self.names[owner][0] for owner in owners if owner in self.names and columns.deps[owner] in _OWNING]
        return sides

    def _around(self, region: Region, token: int) -> tuple[int, int]:
        columns = self.columns
        first = last = token
        while first > 0 and self.regions[first - 1] is region:
            first -= 1
        while last + 1 < columns.size and self.regions[last + 1] is region:
            last += 1
        begin = columns.sentences[columns.sents[max(0, first - 2)]]
        return begin, columns.sentences[columns.sents[min(columns.size - 1, last + 2)] + 1]

    def _subjects(self, begin: int, end: int) -> list[tuple[Party, int]]:
        """The parties that are subjects of verbs of saying outside of quotation marks, each with the first such token."""
        if (begin, end) in self._saying:
            return self._saying[begin, end]
        columns, regions = self.columns, self.regions
        found = self._saying[begin, end] = []
        for verb, pos in enumerate(columns.pos[begin:end], begin):
            if pos == "VERB" and regions[verb] is None and columns.lemmas[verb] in words("speech_verbs"):
                for child in columns.children[verb]:
                    if columns.deps[child] == "nsubj" and child in self.names and self.regions[child] is None:
                        party = self.names[child][0]
                        if all(party is not other for other, _ in found):
                            found.append((party, child))
        return found
