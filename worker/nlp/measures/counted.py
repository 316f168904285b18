"""What is counted: the noun phrase behind a number ("1,500 special forces members", "two of the leaders", "24 per cent of adults")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.measures.units import spelled
from worker.records import frozen

if TYPE_CHECKING:
    from worker.nlp.measures.copy import Copy

#: What may stand between a number and its noun.
_WITHIN = frozenset({"JJ", "JJR", "JJS", "VBN", "VBG", "NN", "NNS", "NNP", "NNPS", "HYPH", "RB", "RBR", "RBS", "CD", "POS", "AFX", "FW"})
_PARTICIPLES = frozenset({"VBG", "VBN"})
_HEADS = frozenset({"NN", "NNS", "NNP", "NNPS", "FW"})
_PLURAL_TAGS = frozenset({"NNS", "NNPS"})
#: Nouns without an -s that are many; the tagger calls some of them singular.
_MANY = frozenset({"people", "police", "troops", "cattle", "aircraft", "personnel", "children", "men", "women",
                   "sheep", "fish", "staff", "offspring"})
#: Plurals that are their own singular; the lemmatiser cuts their -s.
_INVARIABLE = frozenset({"species", "series", "headquarters", "barracks", "crossroads", "means"})
_DETERMINERS = frozenset({"DT", "PRP$", "PDT", "WP$", "WDT"})
#: These say that there are others, not of which kind.
_MORE = frozenset({"more", "other", "further", "additional", "fewer", "less"})
_HYPHENS = ("-", "‑")
_LONGEST = 8


@frozen()
class Counted:
    """A counted phrase: its place in code points, its head token, and whether the head is a plural."""

    start: int
    end: int
    first: int
    head: int
    plural: bool
    #: Tokens of further words that are counted with it, before or behind: the domain of a superlative.
    more: tuple[int, ...] = ()


def noun_after(copy: Copy, at: int) -> Counted | None:
    """Give the noun phrase that begins right behind the place, after one space or hyphen."""
    columns = copy.columns
    token = copy.token_from(at)
    if token >= columns.size or copy.text[at:columns.starts[token]] not in (" ", "-", "", "\u00a0"):
        return None
    if columns.words[token] in ("-", "–") and copy.text[at:at + 1] == columns.words[token]:
        token += 1
        if token < columns.size and columns.words[token] == "strong":  # "a 50,000-strong workforce"
            token += 1
    return _phrase(copy, token)


def compound_after(copy: Copy, at: int) -> Counted | None:
    """Give the one noun that a hyphen joins to the number: "a three-member panel" counts members."""
    if copy.text[at:at + 1] != "-":
        return None
    token = copy.token_at(at + 1)
    if copy.columns.starts[token] != at + 1 or not copy.is_noun(token):
        return None
    return Counted(at + 1, copy.columns.ends[token], token, token, plural=True)


def noun_of(copy: Copy, at: int) -> Counted | None:
    """Give the noun phrase behind "of": "two of the leaders", "12.3m tonnes of jet fuel"."""
    columns = copy.columns
    token = copy.token_from(at)
    if token + 1 >= columns.size or columns.words[token] not in ("of", "Of"):
        return None
    token += 1
    while token < columns.size and (columns.tags[token] in _DETERMINERS or columns.words[token] in ("more", "other", "all")):
        token += 1
    # "280 million of the 1.5 billion shekels": the second number's noun is the first one's too.
    while token < columns.size and columns.tags[token] in ("CD", "$"):
        token += 1
    return _phrase(copy, token)


def noun_beyond(copy: Copy, at: int) -> Counted | None:
    """Give the noun phrase behind the place and its article: "four times the height"."""
    columns = copy.columns
    token = copy.token_from(at)
    while token < columns.size and columns.tags[token] in _DETERMINERS:
        token += 1
    return _phrase(copy, token)


def lemma(copy: Copy, counted: Counted) -> str:
    """Give the phrase's dictionary form: adjectives and head by their lemmas ("smaller tenancies": "small tenancy")."""
    columns = copy.columns
    parts: list[str] = []
    ends = (counted.head, max(counted.more, default=-1))
    for token in sorted((*range(counted.first, counted.head + 1), *counted.more)):
        tag = columns.tags[token]
        if tag in ("RB", "RBR", "RBS") and (parts == [] or token == counted.first):
            continue
        word = columns.words[token]
        if token in ends:
            word = _head_lemma(copy, token)
        elif token > counted.first and columns.tags[token - 1] == "CD" and (unit := spelled(word)):
            word = unit  # "9 liter cases" and "9 litre cases" are the same
        elif tag in ("JJR", "JJS"):
            word = columns.lemmas[token]
        elif tag == "JJ" or word.isupper():
            tag = "NNP"  # "Syrian refugee", "EV model": their capitals stay
        glue = "" if not parts or columns.starts[token] == columns.ends[token - 1] else " "
        parts.append(glue + (word if tag in ("NNP", "NNPS") else word.lower()))
    return "".join(parts).strip()


def head_lemma(copy: Copy, counted: Counted) -> str:
    """Give the head noun's lemma."""
    word = _head_lemma(copy, counted.head)
    return word if copy.columns.tags[counted.head] in ("NNP", "NNPS") else word.lower()


def _head_lemma(copy: Copy, head: int) -> str:
    word = copy.columns.words[head]
    if word.lower() in _INVARIABLE:
        return word
    if copy.columns.tags[head] == "NNPS" or word[-2:-1].isdigit():  # "Americans", "F-35s"
        return _singular(word)
    return copy.columns.lemmas[head]


def _singular(name: str) -> str:
    """Give the singular of a name in the plural, which the lemmatiser leaves as it is: "Americans", "Grammys", "World Cups"."""
    if name.endswith(("sses", "shes", "ches", "xes")):
        return name[:-2]
    if name.endswith("ies") and len(name) > 4:  # noqa: PLR2004 - "Tories", not "ties"
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _phrase(copy: Copy, token: int) -> Counted | None:
    """Read adjectives and nouns up to the last noun of the phrase."""
    columns = copy.columns
    if token >= columns.size:
        return None
    first, head = token, -1
    sentence = columns.sents[token - 1] if token else columns.sents[token]
    while token < columns.size and token - first < _LONGEST and columns.sents[token] == sentence:
        tag = columns.tags[token]
        glued = token > first and columns.starts[token] == columns.ends[token - 1]
        if tag not in _WITHIN and _is_linked(copy, token, opens=token == first):
            token += 1
            continue
        if tag not in _WITHIN or (tag == "CD" and head >= 0 and not _numbered(copy, head, token)) or (tag == "HYPH" and not glued):
            break
        if tag in _PARTICIPLES and columns.heads[token] <= token:
            break  # "16 involving business"
        if tag in _HEADS:
            if head >= 0 and not glued and not _goes_on(copy, head, token):
                break
            head = token
        elif tag == "POS":
            first, head = token + 1, -1  # "one of Airbnb's investments": the owner is not counted
        elif head >= 0 and tag not in ("HYPH", "AFX", "CD") and not glued and not _noun_follows(copy, token):
            break
        token += 1
    if head < 0:
        return None
    while first < head and not _measures(copy, first, head) and (
            columns.tags[first] in ("CD", "HYPH") or columns.words[first][0].isdigit() or columns.lowers[first] in _MORE):
        first += 1
    plural = columns.tags[head] in _PLURAL_TAGS or columns.lowers[head] in _MANY
    return Counted(columns.starts[first], columns.ends[head], first, head, plural)


def _measures(copy: Copy, first: int, head: int) -> bool:
    """Tell the number inside a kind of thing: "2.9 million 9 liter cases", "two 500-pound bombs"."""
    columns = copy.columns
    noun = first + 1 + (columns.words[first + 1] in _HYPHENS)
    return columns.tags[first] == "CD" and noun < head and columns.tags[noun] == "NN" and columns.words[first][0].isdigit()


def _is_linked(copy: Copy, token: int, *, opens: bool) -> bool:
    """Tell the small word of a compound: "two side-by-side columns", "three up-to-date maps"."""
    columns, following = copy.columns, token + 1
    if following >= columns.size or columns.words[following] not in _HYPHENS or columns.starts[following] != columns.ends[token]:
        return False
    if opens:
        return columns.words[token].isalpha()
    return columns.words[token - 1] in _HYPHENS and columns.starts[token] == columns.ends[token - 1]


def _goes_on(copy: Copy, head: int, token: int) -> bool:
    """Tell "forces members" from "people Friday": the noun before hangs on the one behind."""
    columns = copy.columns
    if columns.tags[head] in _PLURAL_TAGS and columns.tags[token] in ("NNP", "NNPS"):
        return False
    at = head
    for _ in range(4):
        if at == token:
            return True
        at = columns.heads[at]
        if at > token:
            return bool(at - token < _LONGEST)  # both belong to a noun behind them
    return False


def _numbered(copy: Copy, head: int, token: int) -> bool:
    """Read on over the number of a name: "58 Fortune 500 companies"."""
    tags = copy.columns.tags
    return tags[head] == "NNP" and token + 1 < copy.columns.size and tags[token + 1] in _HEADS


def _noun_follows(copy: Copy, token: int) -> bool:
    columns = copy.columns
    following = token + 1
    return following < columns.size and columns.tags[following] in _HEADS and bool(columns.heads[token] > token)
