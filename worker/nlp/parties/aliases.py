"""When two spellings name one party: surnames, initials, acronyms, company endings. Each rule gives its reason or nothing."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator

from worker.nlp.gazetteer import gazetteer
from worker.nlp.lexicons import words
from worker.nlp.parties.evidence import endings

_SMALL = frozenset({"of", "the", "and", "for", "in", "on", "to", "de", "la", "du", "des", "&", "-"})
_SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "v", "vi"})

#: A pair of spellings that are one party, the shorter first, and why.
Alias = tuple[str, str, str]


def fold(text: str) -> str:
    """Write a name without accents and in small letters."""
    if text.isascii():
        return text.lower()
    return "".join(ch for ch in unicodedata.normalize("NFKD", text) if not unicodedata.combining(ch)).lower()


def person_aliases(names: Iterable[str]) -> Iterator[Alias]:
    """Tie shorter forms of persons' names to the one full name that they can stand for; none if there are two."""
    parts = {name: _person_parts(name) for name in names}
    full = [name for name in parts if len(parts[name]) > 1]
    by_last: dict[str, list[str]] = defaultdict(list)
    by_first: dict[str, list[str]] = defaultdict(list)
    for name in full:
        by_last[parts[name][-1]].append(name)
        by_first[parts[name][0]].append(name)
    known = gazetteer().nicknames
    whole = {fold(name): name for name in full}
    middles, regnals = _middles(parts), _regnals(parts)
    for name, words_ in parts.items():
        if name in known:
            if (called := whole.get(fold(known[name]))) is not None:
                yield name, called, "nickname"
            continue
        if len(words_) > 1:
            yield from _longer_forms(name, parts, by_last[words_[-1]]) or _tail(name, parts, by_last[words_[-1]])
        elif words_:
            bearers = _one_person(_of_generation(name, by_last.get(words_[0], [])), parts)
            if bearers:
                yield name, bearers, "surname"
            elif words_[0] not in by_last:
                bearers = _one_person(by_first.get(words_[0], []), parts)
                if bearers:
                    yield name, bearers, "given-name" if name in words("given_names") else "family-name-first"
                elif not _generation(name) and len(regnal := regnals.get(words_[0], [])) == 1:
                    yield name, regnal[0], "regnal-name"
                elif words_[0] not in by_first and len(middles.get(words_[0], ())) == 1:
                    yield name, middles[words_[0]][0], "middle-name"


def _regnals(parts: dict[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """King Charles is Charles III where there is one."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, words_ in parts.items():
        if len(words_) == 1 and _generation(name):
            found[words_[0]].append(name)
    return found


def _middles(parts: dict[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """Give the names whose inner words are each word: people are called by these in Spanish and Portuguese (Lula, Sánchez)."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, words_ in parts.items():
        for word in words_[1:-1]:
            found[word].append(name)
    return found


def _generation(name: str) -> str:
    """Give "jr", "iii" and the like behind a name, or nothing."""
    last = name.rsplit(" ", 1)[-1].rstrip(".").lower()
    return last if last in _SUFFIXES else ""


def _of_generation(name: str, bearers: list[str]) -> list[str]:
    """"Trump Jr." is not his father; "Trump" may be either."""
    generation = _generation(name)
    return [bearer for bearer in bearers if _generation(bearer) == generation] if generation else bearers


def _tail(name: str, parts: dict[str, tuple[str, ...]], bearers: list[str]) -> Iterator[Alias]:
    """Tie "Suu Kyi" to "Aung San Suu Kyi", "López Obrador" to "Andrés Manuel López Obrador"."""
    words_ = parts[name]
    longer = [other for other in bearers if len(parts[other]) > len(words_) and parts[other][-len(words_):] == words_]
    bearer = _one_person(longer, parts)
    if bearer:
        yield name, bearer, "surnames"


def _person_parts(name: str) -> tuple[str, ...]:
    parts = [fold(part) for part in name.replace(",", "").split(" ")]
    parts = [part for part in parts if part and part not in _SUFFIXES]
    # al-Sisi is called Sisi as well
    parts = [part[3:] if part.startswith(("al-", "el-")) and len(part) > 5 else part for part in parts]  # noqa: PLR2004 - "al-Li"
    while len(parts) > 1 and parts[0] in words("particles"):
        parts = parts[1:]  # "de Vos" is the surname of Pierre de Vos
    return tuple(parts)


def _one_person(bearers: list[str], parts: dict[str, tuple[str, ...]]) -> str | None:
    """Give the fullest of the bearers' names if all of them can be one person."""
    if not bearers or len({_generation(name) for name in bearers}) > 1:
        return None
    fullest = max(bearers, key=lambda name: (len(parts[name]), name))
    return fullest if all(name == fullest or _same(parts[name], parts[fullest]) for name in bearers) else None


def _longer_forms(name: str, parts: dict[str, tuple[str, ...]], bearers: list[str]) -> list[Alias]:
    longer = [other for other in bearers if other != name and _same(parts[name], parts[other]) and _generation(name) == _generation(other)
              and (len(parts[other]), len(other), other) > (len(parts[name]), len(name), name)]
    return [(name, max(longer, key=lambda other: (len(parts[other]), len(other), other)), "fuller-name")] if longer else []


def _same(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Tell whether two full names with one surname can be one person: the first names agree, an initial is enough."""
    one, other = left[0].rstrip("."), right[0].rstrip(".")
    if left[-1] != right[-1]:
        return False
    if one == other:
        return len(left) == 2 or len(right) == 2 or left[1][0] == right[1][0]  # noqa: PLR2004 - no middle name to disagree
    return (len(one) == 1 or len(other) == 1) and one[0] == other[0]


def organisation_aliases(names: Iterable[str]) -> Iterator[Alias]:
    """Tie acronyms, names without their legal ending and first words to the one organisation that they can stand for."""
    names = list(names)
    cores: dict[str, str] = {}
    acronyms: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names, key=lambda name: (-len(name), name)):
        core = core_of(name)
        if core in cores:
            yield name, cores[core], "company-ending"
        else:
            cores[core] = name
            for initials in initials_of(name):
                acronyms[initials].append(name)
    by_opening: dict[str, list[str]] = defaultdict(list)
    for core in cores:
        by_opening[core.partition(" ")[0]].append(core)
    for name in names:
        plain = name.replace(".", "")
        if plain.isupper() and plain.isalpha() and len(plain) > 1:
            known = acronyms.get(plain, [])
            if len(known) == 1 and known[0] != name:
                yield name, known[0], "acronym"
        yield from _openings(name, {core: cores[core] for core in by_opening[core_of(name).partition(" ")[0]]})
        yield from _kinds(name, names)


def head_word(name: str) -> str:
    """Give the word that says what a named body is: "Church" of "Church of Scientology", "Commission" of "European Commission"."""
    before, of, _ = name.partition(" of ")
    return (before if of else name).rsplit(" ", 1)[-1]


def _kinds(name: str, names: list[str]) -> Iterator[Alias]:
    """Tie "the Commission" to the one name of that kind in the article."""
    if name in endings() and endings()[name][0] == "ORG":
        longer = [other for other in names if other != name and " " in other and head_word(other) == name]
        if len(longer) == 1:
            yield name, longer[0], "kind-name"


def core_of(name: str) -> str:
    """Give an organisation's name folded and without articles and legal endings; never nothing."""
    parts = fold(name).split(" ")
    if parts[0] == "the" and len(parts) > 1:
        parts = parts[1:]
    while len(parts) > 1 and (parts[-1] in words("legal_endings") or parts[-1].rstrip(",") in words("legal_endings")):
        parts.pop()
    return " ".join(parts).rstrip(",").rstrip(" &")


def initials_of(name: str) -> tuple[str, ...]:
    """Give the acronyms that a name of several words can have, with and without its small words."""
    parts = [part for part in name.replace("-", " ").split(" ") if part]
    big = [part for part in parts if part.lower() not in _SMALL and part[0].isalpha()]
    if len(big) < 2:  # noqa: PLR2004 - one word has no acronym
        return ()
    short = "".join(part[0] for part in big).upper()
    every = "".join(part[0] for part in parts if part[0].isalpha()).upper()
    return (short,) if short == every else (short, every)


def abbreviates(short: str, name: str) -> bool:
    """Tell whether capitals in brackets after a name can stand for it: its initials, or letters of it in order ("IRENA")."""
    plain = short.replace(".", "")
    if plain in initials_of(name):
        return True
    if len(plain) < 3 or not plain.isupper() or " " not in name or plain[0] != name[0].upper():  # noqa: PLR2004 - two letters prove nothing
        return False
    letters = iter(name.upper())
    return all(letter in letters for letter in plain)


def _openings(name: str, cores: dict[str, str]) -> Iterator[Alias]:
    """Tie "Atlas" to "Atlas Iron" when that is the only organisation that begins so and goes on in words of organisations."""
    core = core_of(name)
    longer = [full for other, full in cores.items() if other.startswith(core + " ")]
    if len(longer) == 1 and len(core) > 2:  # noqa: PLR2004 - "US" begins too much
        rest = longer[0].split(" ")[len(name.split(" ")):]
        known = endings()
        if rest and all(word.lower() in _SMALL or word.rstrip(",").lower() in words("legal_endings")
                        or (known.get(word, ("", 0))[0] == "ORG" and word not in words("public_bodies")) for word in rest):
            yield name, longer[0], "opening"
