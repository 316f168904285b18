"""A name recognised once is recognised everywhere in the article: occurrences that the model passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.lexicons import words
from worker.nlp.parties.aliases import abbreviates, head_word
from worker.nlp.parties.evidence import endings
from worker.nlp.parties.name import Name
from worker.nlp.parties.spans import after_title, titles

if TYPE_CHECKING:
    from worker.nlp.columns import Columns

#: Before a month; the second, before people as well.
_IN_MONTHS = frozenset({"in", "since", "until", "till", "during", "early", "late", "mid", "last", "next", "this", "each", "every"})
_MAYBE_IN_MONTHS = frozenset({"by", "from", "of", "to", "before", "after", "and", "between"})
_RECURRING = frozenset({"PERSON", "ORG", "GPE", "LOC", "FAC"})


def defined(columns: Columns, names: list[Name]) -> list[Name]:
    """Give the acronyms that stand in brackets after the name they are made of: "National Intelligence Service (NIS)"."""
    taken = {token for name in names for token in range(name.first, name.last)}
    found = []
    for name in names:
        inside = name.last + 1
        if inside + 1 < columns.size and columns.words[inside - 1] in ("(", "[") and columns.words[inside + 1] in (")", "]") \
                and inside not in taken and abbreviates(columns.words[inside], name.text(columns)):
            found.append(Name(first=inside, last=inside + 1, type=name.type, why="defined-acronym", places=name.places, title=inside))
    return found


def speaking(columns: Columns, names: list[Name]) -> list[Name]:
    """Give the names that the model missed although they say something: "Leive said", "according to CBRE" is none."""
    taken = {token for name in names for token in range(name.first, name.last)}
    found = []
    for token, dep in enumerate(columns.deps):
        if dep != "nsubj" or token in taken or columns.tags[token] != "NNP" \
                or columns.lemmas[columns.heads[token]] not in words("speech_verbs"):
            continue
        word, first = columns.words[token], token
        if not word[0].isupper() or len(word) < 3 or word in endings() or word in titles():  # noqa: PLR2004 - "AI" is no name yet
            continue
        while first > 0 and first - 1 not in taken and columns.tags[first - 1] == "NNP" and columns.heads[first - 1] == token:
            first -= 1
        organisation = any(ch.isupper() for ch in word[1:])
        found.append(Name(first=after_title(columns, first, token + 1), last=token + 1, type="ORG" if organisation else "PERSON",
                          why="speaks", title=first))
    return found


def recurring(columns: Columns, names: list[Name]) -> list[Name]:
    """Give further occurrences of the given names, of surnames among them; only where the tagger sees a name."""
    sequences: dict[str, dict[tuple[str, ...], Name]] = {}
    for name in names:
        if name.type in _RECURRING and name.form == "name":
            parts = tuple(columns.words[name.first:name.last])
            sequences.setdefault(parts[0], {}).setdefault(parts, name)
            surname = parts[-2] if parts[-1].rstrip(".") in ("Jr", "Sr", "II", "III") and len(parts) > 2 else parts[-1]  # noqa: PLR2004
            if name.type == "PERSON" and len(parts) > 1 and len(surname) > 2 and surname[0].isupper():  # noqa: PLR2004 - "Li"
                sequences.setdefault(surname, {}).setdefault((surname,), name)
                for cut in range(1, len(parts) - 1):  # "Suu Kyi" of Aung San Suu Kyi
                    sequences.setdefault(parts[cut], {}).setdefault(parts[cut:], name)
            elif name.type == "ORG" and len(parts) > 1 and endings().get(kind := head_word(name.text(columns)), ("",))[0] == "ORG":
                sequences.setdefault(kind, {}).setdefault((kind,), name)
    taken = {token for name in names for token in range(name.first, name.last)}
    spellings = frozenset(columns.words)
    found = []
    for token, word in enumerate(columns.words):
        if word not in sequences or token in taken \
                or not (columns.tags[token] in ("NNP", "NNPS") or _mistagged(word, columns.tags[token], spellings)
                        or (columns.tags[token] == "MD" and columns.deps[token] == "nsubj")):  # "May won": no auxiliary
            continue
        for parts, model in sorted(sequences[word].items(), key=lambda item: -len(item[0])):
            last = token + len(parts)
            if tuple(columns.words[token:last]) == parts and not any(other in taken for other in range(token, last)) \
                    and _free(columns, token, last) and not (len(parts) == 1 and _is_month(columns, token)):
                whole = len(parts) > 1 or parts[0] not in endings()
                if not whole and columns.lowers[token - 1] != "the":
                    continue
                found.append(Name(first=token, last=last, type=model.type, why="recurrence", places=model.places if whole else (),
                                  title=token))
                taken.update(range(token, last))
                break
    return found


def _mistagged(word: str, tag: str, spellings: frozenset[str]) -> bool:
    """A capitalised word that the tagger takes for a common noun ("Starmer met soldiers") is a name if it is never written small."""
    return tag in ("NN", "NNS", "JJ") and word[0].isupper() and not word.isupper() and word.lower() not in spellings


def _is_month(columns: Columns, token: int) -> bool:
    """Tell the month from Theresa May: "in May", "May 2019", "by May" where the model sees a date."""
    if columns.lowers[token] not in words("months"):
        return False
    before = columns.lowers[token - 1] if token else ""
    dated = token + 1 < columns.size and columns.words[token + 1][0].isdigit()
    return dated or before in _IN_MONTHS or before[:1].isdigit() or (before in _MAYBE_IN_MONTHS and columns.ents[token] == "DATE")


def _free(columns: Columns, first: int, last: int) -> bool:
    """Not a part of a longer name: no neighbour that is a name too."""
    before, after = first - 1, last
    if before >= 0 and columns.tags[before] == "NNP" and columns.ends[before] + 1 == columns.starts[first] \
            and columns.heads[before] in range(first, last) and columns.deps[before] == "compound":
        return columns.words[before].endswith(".") or columns.low_lemmas[before] in ("mr", "mrs", "ms", "dr", "president", "minister")
    if last - first == 1 and after < columns.size and columns.words[first] in titles() and columns.tags[after] == "NNP" \
            and columns.starts[after] == columns.ends[first] + 1:
        return False  # the Queen Mother is not the Queen
    return after >= columns.size or columns.tags[after] != "NNP" or columns.heads[last - 1] != after or columns.deps[last - 1] != "compound"
