"""Attribute ruler and lemmatizer as a table: what both make of a word depends on the word, its tag and little else.

The table is filled by spaCy's own two components, run on a doc of the words that are new; the ruler only on those that a rule may ask
for by name, and on one word of each other kind. Of the ruler's patterns, those of one word go into the table; those of two ("gon|na",
"there|is") are looked for by what each word could be in them, and where one fits, spaCy's components read the two words with a
neighbour on each side.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from spacy.attrs import DEP, IDS, LEMMA, LOWER, MORPH, ORTH, POS, TAG
from spacy.lookups import Lookups, Table
from spacy.matcher import Matcher
from spacy.tokens import Doc

from worker.nlp.accelerate.layers import Unfit, Words, mixed, read, write
from worker.nlp.accelerate.remembered import Remembered

if TYPE_CHECKING:
    from worker.nlp.accelerate.layers import Pipe

#: What may differ between two tokens of one word before the rules run, and what the rules may write.
READ = [ORTH, TAG, POS, MORPH, LEMMA, DEP]
WRITTEN = [TAG, POS, MORPH, LEMMA, DEP]
#: Columns of the table: the written values, then patterns of two words that the word could begin, and end.
_TAG, _POS, _MORPH, _LEMMA, _DEP, BEGINS, ENDS = range(7)
#: Keys of a pattern's word that read the lexeme, and those that read what `READ` holds.
PATTERN_KEYS = frozenset({"ORTH", "TEXT", "LOWER", "SHAPE", "PREFIX", "SUFFIX", "LENGTH", "IS_SPACE", "IS_PUNCT", "IS_ALPHA", "IS_DIGIT",
                          "IS_UPPER", "IS_LOWER", "IS_TITLE", "LIKE_NUM", "TAG", "POS", "MORPH", "LEMMA", "DEP"})
#: Keys that name words, and those that ask what `READ` holds.
OF_WORD, OF_STATE = ("ORTH", "TEXT", "LOWER"), frozenset({"TAG", "POS", "MORPH", "LEMMA", "DEP"})
#: The lemmatizer's table of words that are lemmas, by part of speech.
_KNOWN_WORDS = "lemma_index"
#: Rows held. 20,480 rows are 1.2 MB.
CAPACITY = 20_480
#: Patterns of two words must fit into the bits of one number.
PAIRS = 64
#: Kinds of words held that the rules treat alike; 150 news articles have some 70.
KINDS = 4_096


class Rules:
    """The twin of an attribute ruler and the lemmatizer right behind it."""

    def __init__(self, ruler: Pipe, lemmatizer: Pipe) -> None:
        if not type(lemmatizer).__module__.startswith("spacy."):
            raise Unfit("a lemmatizer that is not spaCy's")
        self._ruler, self._lemmatizer = ruler, lemmatizer
        self._lookups = _with_sets(lemmatizer.lookups)
        self._vocab = ruler.vocab
        self._begins, self._ends = Matcher(self._vocab), Matcher(self._vocab)
        #: Dependencies that a rule names for any word; all others are alike to the rules, but for words of a tag or a form that rules name
        #: more for ("do" as the root is a verb, "that" as a determiner is no pronoun).
        self._named: dict[int, int] = {0: 0}
        self._named_by_tag: dict[int, set[int]] = {}
        self._named_by_lower: dict[int, set[int]] = {}
        #: Words that rules ask for by name, by their numbers or by expressions for their lower form. All others the rules tell apart only
        #: by their state and these attributes, so that one word stands for all of its kind: the ruler tries 180 patterns on each word.
        self._asked: set[int] = set()
        self._expressions: list[re.Pattern[str]] = []
        self._further: list[int] = []
        self._read_patterns()
        self._asked_numbers = np.fromiter(self._asked, np.uint64, len(self._asked))
        #: What the rules make of a kind of words: a row of the table, but for the lemma.
        self._kinds: dict[int, Words] = {}
        self._unnamed = self._vocab.strings.add("unnamed by any rule")
        self._remembered = Remembered(np.zeros((CAPACITY, 7), dtype=np.uint64), self._move_lemmas)
        #: Lemmas that are neither the word nor its lower form: a memory zone forgets them, so each doc adds them anew.
        self._lemmas: dict[int, str] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Set tags, parts of speech, features and lemmas."""
        state = read(doc, READ)
        deps = state[:, 5].copy()
        state[:, 5] = self._told_apart(deps.tolist(), state[:, 1], read(doc, [LOWER])[:, 0])
        rows = self._remembered.rows(mixed(state), partial(self._learn, state))
        if rows is None:
            return self._stock(doc)
        values = self._remembered.table[rows]
        if not values[:, _MORPH].all():
            return self._stock(doc)
        state[:, 5] = deps
        self._pairs(values, state)
        if self._lemmas:
            for row in self._lemmas.keys() & set(rows):
                self._vocab.strings.add(self._lemmas[row])
        values[:, _DEP] = np.where(values[:, _DEP] == 0, deps, values[:, _DEP])
        return write(doc, WRITTEN, values[:, :5])

    def _stock(self, doc: Doc) -> Doc:
        return self._lemmatized(self._ruler(doc))

    def _lemmatized(self, doc: Doc) -> Doc:
        lemmatizer = self._lemmatizer
        own = lemmatizer.lookups
        lemmatizer.lookups = self._lookups
        try:
            return lemmatizer(doc)  # type: ignore[no-any-return] # a doc
        finally:
            lemmatizer.lookups = own
            # It remembers every form of every word for ever; the table here is what remembers.
            lemmatizer.cache.clear()

    def _told_apart(self, deps: list[int], tags: Words, lowers: Words) -> list[int]:
        """Give each token's dependency where a rule might ask for it of such a word, else one that stands for all the others."""
        named, unnamed = self._named, self._unnamed
        found = [named.get(label, unnamed) for label in deps]
        for more, column in ((self._named_by_tag, tags), (self._named_by_lower, lowers)):
            for token in np.flatnonzero(np.isin(column, np.fromiter(more, np.uint64, len(more)))).tolist():
                if deps[token] in more[int(column[token])]:
                    found[token] = deps[token]
        return found

    def _learn(self, state: Words, places: list[int], first: int) -> Words | None:
        """Compute the rows of the words at these places."""
        before = state[places]
        sample = self._sample(before)
        if sample is None:
            return None
        rows = self._ruled(before, sample)
        if rows[:, _MORPH].all():
            write(sample, WRITTEN, np.ascontiguousarray(rows[:, :5]))
        else:
            self._try(sample)
        rows[:, :5] = read(self._lemmatized(sample), WRITTEN)
        # A dependency stays the token's own unless a rule changed it.
        rows[:, _DEP][rows[:, _DEP] == before[:, 5]] = 0
        lower = read(sample, [LOWER])[:, 0]
        for row in np.flatnonzero((rows[:, _LEMMA] != before[:, 0]) & (rows[:, _LEMMA] != lower)).tolist():
            self._lemmas[first + row] = self._vocab.strings[int(rows[row, _LEMMA])]
        return rows

    def _ruled(self, before: Words, sample: Doc) -> Words:
        """Give what the ruler makes of each word of the sample, and which patterns of two words it could begin and end."""
        kinds = mixed(np.concatenate((before[:, 1:], read(sample, self._further)), axis=1) if self._further else before[:, 1:])
        asked = self._is_asked(before[:, 0], read(sample, [LOWER])[:, 0])
        rows = np.zeros((len(before), 7), dtype=np.uint64)
        untried = []
        for place, kind in enumerate(kinds):
            if asked[place] or kind not in self._kinds:
                untried.append(place)
            else:
                rows[place] = self._kinds[kind]
        part = self._sample(before[untried]) if untried else None
        if part is None:
            return rows
        rows[untried, BEGINS], rows[untried, ENDS] = self._bits(self._begins, part), self._bits(self._ends, part)
        self._try(part)
        rows[untried, :5] = read(part, WRITTEN)
        if len(self._kinds) > KINDS:
            self._kinds.clear()
        # A lemma that a rule writes is a string that a memory zone may forget.
        self._kinds.update({kinds[place]: rows[place].copy() for place in untried if not asked[place] and not rows[place, _LEMMA]})
        return rows

    def _is_asked(self, numbers: Words, lowers: Words) -> list[bool]:
        """Tell which words a rule may ask for by name."""
        asked: list[bool] = (np.isin(numbers, self._asked_numbers) | np.isin(lowers, self._asked_numbers)).tolist()
        strings = self._vocab.strings
        for place in [place for place, is_asked in enumerate(asked) if not is_asked] if self._expressions else ():
            lower = strings[int(lowers[place])]
            asked[place] = any(expression.search(lower) for expression in self._expressions)
        return asked

    def _try(self, sample: Doc) -> None:
        """Apply the patterns of one word."""
        self._ruler.set_annotations(sample, [match for match in self._ruler.match(sample) if match[3] - match[2] == 1])

    def _move_lemmas(self, to: list[int]) -> None:
        self._lemmas = {to[row]: lemma for row, lemma in self._lemmas.items() if to[row] >= 0}

    def _sample(self, state: Words) -> Doc | None:
        """Make a doc of words in the state before the rules; none if it cannot be made."""
        doc = Doc(self._vocab, words=state[:, 0].tolist())
        used = [column for column in range(1, len(READ)) if state[:, column].any()]
        features = state[:, READ.index(MORPH)]
        if features.any() and not features.all():
            return None
        if used:
            write(doc, [READ[column] for column in used], np.ascontiguousarray(state[:, used]))
        return doc

    def _bits(self, matcher: Matcher, sample: Doc) -> Words:
        bits = np.zeros(len(sample), dtype=np.uint64)
        if not len(matcher):
            return bits
        for match, start, _ in matcher(sample, allow_missing=True):
            bits[start] |= np.uint64(1) << np.uint64(int(self._vocab.strings[match]))
        return bits

    def _pairs(self, values: Words, state: Words) -> None:
        """Correct the rows of words that stand in a pattern of two."""
        for word in np.flatnonzero(values[:-1, BEGINS] & values[1:, ENDS]).tolist():
            first, behind = max(0, word - 1), min(len(values), word + 3)
            sample = self._sample(state[first:behind])
            if sample is not None:
                written = read(self._stock(sample), WRITTEN)
                values[word:word + 2, :5] = written[word - first:word - first + 2]

    def _read_patterns(self) -> None:
        pairs = 0
        for rule in self._ruler.patterns:
            if written := set(rule["attrs"]) - OF_STATE:
                raise Unfit(f"an attribute ruler that writes {', '.join(sorted(map(str, written)))}")
            for pattern in rule["patterns"]:
                for word in pattern:
                    self._read_word(word)
                if len(pattern) > 2 or pairs == PAIRS:  # noqa: PLR2004 - see the module's docstring
                    raise Unfit("an attribute ruler with patterns of more than two words")
                if len(pattern) == 2:  # noqa: PLR2004 - likewise
                    self._begins.add(str(pairs), [pattern[:1]])
                    self._ends.add(str(pairs), [pattern[1:]])
                    pairs += 1

    def _read_word(self, word: dict[str, Any]) -> None:
        if unknown := word.keys() - PATTERN_KEYS:
            raise Unfit(f"an attribute ruler that reads {', '.join(sorted(unknown))}")
        self._read_name(word)
        condition = word.get("DEP")
        if isinstance(condition, dict) and not condition.keys() <= {"IN", "NOT_IN"}:
            raise Unfit("an attribute ruler that matches parts of dependency labels")
        labels = {self._vocab.strings.add(label) for label in (*_listed(condition), *_excluded(condition))}
        if not labels:
            return
        # The rule asks only words of these tags, or of these forms; where it names neither, any word.
        for key, more in (("TAG", self._named_by_tag), ("LOWER", self._named_by_lower)):
            if asked := _listed(word.get(key)):
                for value in asked:
                    more.setdefault(self._vocab.strings.add(value), set()).update(labels)
                return
        self._named.update(zip(labels, labels, strict=True))

    def _read_name(self, word: dict[str, Any]) -> None:
        """Learn which words this one of a pattern may be, or what it asks of any."""
        named = False
        for key in OF_WORD:
            condition = word.get(key)
            self._asked.update(self._vocab.strings.add(value) for value in _listed(condition))
            if isinstance(condition, dict) and condition.keys() == {"REGEX"}:
                if key != "LOWER":
                    raise Unfit("an attribute ruler with expressions for other than lower forms")
                self._expressions.append(re.compile(condition["REGEX"]))
            elif condition is not None and not _listed(condition):
                raise Unfit("an attribute ruler that names words otherwise than by lists and expressions")
            named = named or condition is not None
        if not named:
            self._further += [IDS[key] for key in word.keys() - OF_STATE if IDS[key] not in self._further]


def _listed(condition: Any) -> list[str]:  # noqa: ANN401 - as a pattern has it
    """Give the values that a condition of a pattern allows, if it lists them."""
    if isinstance(condition, str):
        return [condition]
    return list(condition.get("IN", ())) if isinstance(condition, dict) else []


def _excluded(condition: Any) -> list[str]:  # noqa: ANN401 - as a pattern has it
    return list(condition.get("NOT_IN", ())) if isinstance(condition, dict) else []


def _with_sets(lookups: Lookups) -> Lookups:
    """Give a lemmatizer's tables with the words that are lemmas as sets: spaCy looks for each guess in a list of up to 57,000."""
    tables = {name: lookups.get_table(name) for name in lookups.tables}
    if (known := tables.get(_KNOWN_WORDS)) is not None:
        tables[_KNOWN_WORDS] = Table(_KNOWN_WORDS)
        for key, words in known.items():
            tables[_KNOWN_WORDS][key] = frozenset(words) if isinstance(words, list) else words
    found = Lookups()
    # Not `add_table`, which would copy them: some hold half a million words.
    found._tables.update(tables)  # noqa: SLF001 - likewise
    return found
