"""Numbers in digits and in words, with their values: "two dozen" is 24, "1.2bn" 1,200,000,000, "twenty-first" the 21st.

It reads bare numbers. What a number measures or counts is the business of `worker/nlp/measures/`, which day it is of the
timexes; whether a run of digits is a year, a score or a part of a name is decided by those who know the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import Literal

from worker.nlp.lexicons import alternatives, entries
from worker.records import frozen

#: Numbers are exact until they are read: 4.35 million is no 4349999.999.
Exact = int | Fraction
Kind = Literal["cardinal", "ordinal", "fraction", "indefinite"]

#: Abbreviated scales that mean nothing else behind digits; `m`, `b` and `t` may be metres, bytes or tonnes.
SHORT_SCALES = {"k": 10**3, "mn": 10**6, "mln": 10**6, "bn": 10**9, "bln": 10**9, "tn": 10**12, "trn": 10**12}
_LARGEST_INTEGER = 2**53
#: Longer runs of digits are keys and hashes, no numbers.
_LONGEST = 30
_LONGEST_RUN = 15
_VULGAR = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5", "⅙": "1/6",
           "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8"}
_MARKS = "".join(_VULGAR)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−–", "0123456789---")

_FIRST = re.compile(f"[0-9{_MARKS}]")
#: 1,234.5 and 12,34,567 (India) and 1 234 with a hard space, then 12 or 1.5 or .5; what may follow: 1/2, ½, ×10−8, st, bn.
_ENGLISH = (r"[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}(?![0-9])(?:\.[0-9]+)?|[0-9]{1,3}(?:[\u00a0\u202f][0-9]{3})+(?![0-9])(?:\.[0-9]+)?"
            r"|[0-9]{1,3},[0-9]{1,2}(?= ?(?:million|billion|trillion|bn\b|%|per ?cent))|[0-9]+(?:\.[0-9]+)?|\.[0-9]+")
#: 1.234,5 and 1 234,5 as most of Europe writes.
_EUROPEAN = (r"[0-9]{1,3}(?:[.\u00a0\u202f][0-9]{3})+(?![0-9])(?:,[0-9]+)?|[0-9]+(?:,[0-9]+)?")
_BEHIND = (
    rf"(?:[ -](?P<over>[0-9]{{1,2}}/[0-9]{{1,3}})(?![0-9/])|/(?P<under>[0-9]{{1,3}})(?![0-9/])| ?(?P<vulgar>[{_MARKS}]))?"
    r"(?:(?: ?[×x*] ?10(?:\^|\*\*)?(?P<exponent>[-−–]?[0-9]{1,2}|⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)|e(?P<e>[-+]?[0-9]{1,2}))(?!\w))?"
    r"(?P<suffix>(?:st|nd|rd|th)(?![^\W_])| ?(?:mln|mn|bln|bn|trn|tn)(?![^\W_])|k(?![^\W_]))?")
_DIGITS, _DIGITS_EUROPEAN = (re.compile(rf"(?P<digits>{digits}|(?=[{_MARKS}])){_BEHIND}") for digits in (_ENGLISH, _EUROPEAN))
#: Languages that write a comma before decimals.
_DECIMAL_COMMA = frozenset({"cs", "da", "de", "es", "fi", "fr", "hu", "id", "it", "nb", "nl", "pl", "pt", "ro", "ru", "sv", "tr", "uk"})
_CLAUSE_ENDS = re.compile(r"[.,;:)](?!\d)|$| (?:or more|in|since|this|last|year|from|on)\b")
_BEFORE_SHARE = re.compile(r"\b(?:by|than|about|nearly|almost|over|roughly|around|under|least|up|down) $")
#: What may stand before ".5".
_OPENS = " ($£€-−–~"
#: The longest that may stand between two words of one number (" and one ").
_FARTHEST_JOIN = len(" and one ")
#: Atoms that are numbers by themselves, whatever the words around.
_ALONE: dict[str, Kind] = {"digits": "cardinal", "unit": "cardinal", "teen": "cardinal", "ten": "cardinal", "digit-ordinal": "ordinal"}


@frozen()
class Numeral:
    """One number; `start` and `end` count code points of the text."""

    start: int
    end: int
    #: The number; of an ordinal its rank, of an indefinite one the power it counts ("dozens" 12, "tens of thousands" 10,000).
    value: int | float
    kind: Kind
    #: Whether it is written in digits, as a whole or in part ("4 hundred").
    digits: bool
    #: What the last word or abbreviation multiplies by: 1,000,000 in "1.5 million"; 1 if there is none.
    scale: int = 1


@frozen()
class _Atom:
    """One word or one run of digits, before its neighbours join it."""

    start: int
    end: int
    kind: str
    value: Exact
    #: The abbreviated scale that the value holds already ("bn").
    scale: int = 1


def find_numerals(text: str, language: str = "en") -> tuple[Numeral, ...]:
    """Give all numbers of the text in order; they never overlap. The language (ISO 639-1) tells a decimal comma from one of thousands."""
    lowered = _lowered(text)
    atoms = [*_digit_atoms(lowered, comma=language in _DECIMAL_COMMA), *_word_atoms(lowered)]
    atoms.sort(key=lambda atom: atom.start)
    found: list[Numeral] = []
    at = 0
    while at < len(atoms):
        atom = atoms[at]
        alone = at + 1 == len(atoms) or atoms[at + 1].start - atom.end > _FARTHEST_JOIN
        if alone and (kind := _ALONE.get(atom.kind)) is not None:
            found.append(Numeral(atom.start, atom.end, number(atom.value), kind, atom.kind in ("digits", "digit-ordinal"), atom.scale))
            at += 1
            continue
        taken, numeral = _Phrase(lowered, atoms, at).read()
        if numeral is not None:
            found.append(numeral)
        at += taken
    return tuple(found)


def number(value: Exact) -> int | float:
    """Give an exact number as JSON's: integral ones as integers, as far as every JSON reader holds them exactly."""
    return int(value) if value == int(value) and -_LARGEST_INTEGER < value < _LARGEST_INTEGER else float(value)


class _Phrase:
    """Joins the atoms from one place on into the longest number: "two", "hundred", "and", "fifty", "thousand"."""

    def __init__(self, text: str, atoms: list[_Atom], at: int) -> None:
        self.text, self.atoms, self.first, self.at = text, atoms, at, at
        self.start = atoms[at].start
        self.digits = False

    def read(self) -> tuple[int, Numeral | None]:
        """Give how many atoms are used up and the number, if they are one."""
        atom = self.atoms[self.at]
        match atom.kind:
            case "ordinal" | "digit-ordinal":
                return self._fraction_with_article() or self._done(atom.value, "ordinal", digits=atom.kind == "digit-ordinal")
            case "plural":
                return self._plural()
            case "half":
                return self._part(Fraction(1, 2))
            case "quarter":
                return self._fraction_with_article() or (1, None)
            case "part":
                return (1, None)
        value = self._cardinal()
        return self._ending(value)

    def _done(self, value: Exact, kind: Kind, *, digits: bool | None = None) -> tuple[int, Numeral]:
        self.at += 1
        return self._result(value, kind, digits=digits)

    def _result(self, value: Exact, kind: Kind, *, digits: bool | None = None) -> tuple[int, Numeral]:
        taken = self.at - self.first
        last = self.atoms[self.at - 1]
        scale = int(last.value) if last.kind in ("scale", "hundred", "group", "plural") else last.scale
        return taken, Numeral(self.start, last.end, number(value), kind, self.digits if digits is None else digits, scale)

    def _next(self, *gaps: str) -> _Atom | None:
        """Give the atom after the current ones if only one of the gaps stands between."""
        if self.at >= len(self.atoms):
            return None
        atom = self.atoms[self.at]
        gap = self.text[self.atoms[self.at - 1].end:atom.start]
        return atom if gap in gaps else None

    def _cardinal(self) -> Exact:
        """Read units, tens, hundreds and scales ("4 hundred million", "one thousand and one"); the first atom is one of them."""
        total: Exact = 0
        group, last = self._opening(), None
        while (atom := self._joining(group, last)) is not None:
            self.at += 1
            if atom.kind == "hundred":
                group *= atom.value
            elif atom.kind in ("scale", "group", "plural"):
                total, group = self._scaled(total, group, atom.value, last)
                last = atom
                continue
            else:
                group += atom.value
            last = atom
        return total + group

    def _opening(self) -> Exact:
        atom = self.atoms[self.at]
        self.digits = atom.kind == "digits"
        if atom.kind in ("hundred", "scale", "group"):
            # "a million": the article is the numeral's first word; without it the word stands alone ("million-dollar").
            for article in ("a ", "an ", "one "):
                begin = self.start - len(article)
                if self.text.startswith(article, begin) and begin >= 0 and not self.text[begin - 1:begin].isalnum():
                    self.start = begin
                    break
            return 1
        self.at += 1
        return atom.value

    @staticmethod
    def _scaled(total: Exact, group: Exact, scale: Exact, last: _Atom | None) -> tuple[Exact, Exact]:
        if last is not None and last.kind == "scale" and group == 0:
            return total * scale, 0  # "a thousand billion", "two lakh crore"
        if total and scale > total:
            return (total + group) * scale, 0
        return total + (group or 1) * scale, 0

    def _joining(self, group: Exact, last: _Atom | None) -> _Atom | None:
        """Give the next atom if grammar lets it join what was read."""
        if self.at == self.first:
            return self.atoms[self.at]
        before = self.atoms[self.at - 1]
        atom = self._next(" ", "\u00a0", "-", "‑", "\n", *(("",) if before.kind == "digits" else ()))
        if atom is None:
            # "two hundred and fifty": only after hundreds and scales, and only a smaller number.
            atom = self._next(" and ")
            if atom is None or before.kind not in ("hundred", "scale") or atom.kind not in ("unit", "teen", "ten"):
                return None
            return None if before.kind == "scale" and self._counts_again(atom, before) else atom
        match atom.kind:
            case "unit":
                fits = (before.kind == "ten" or before.kind in ("hundred", "scale")) and atom.value > 0
            case "teen" | "ten":
                fits = before.kind in ("hundred", "scale")
            case "hundred":
                fits = before.kind in ("unit", "teen", "digits") or (before.kind == "ten" and group < atom.value)
            case "scale":
                fits = before.kind != "group"
            case "plural":
                fits = before.kind == "digits" and atom.value >= 10**5
            case "group":
                fits = last is None
            case _:
                fits = False
        return atom if fits else None

    def _counts_again(self, atom: _Atom, before: _Atom) -> bool:
        """Tell one number from two that "and" joins: "a thousand and ten thousand" has a scale behind the second."""
        if self.at + 1 >= len(self.atoms):
            return False
        after = self.atoms[self.at + 1]
        return self.text[atom.end:after.start] in (" ", "-") and after.kind == "scale" and after.value >= before.value

    def _ending(self, value: Exact) -> tuple[int, Numeral]:
        """Read what may follow a cardinal: "twenty-first", "two thirds", "one and a half million"."""
        before = self.atoms[self.at - 1]
        atom = self._next(" ", "-", "‑")
        if atom is not None and atom.kind == "ordinal":
            if value == 1 and before.kind == "unit" and (2 < atom.value < 100 or self.text.startswith(" of", atom.end)):  # noqa: PLR2004
                # "one-third" and "one hundredth of", but neither "one second" nor "the one hundredth".
                return self._share(Fraction(value, atom.value))
            if before.kind in ("ten", "hundred", "scale") and atom.value < before.value:
                return self._done(value + atom.value, "ordinal")
            if atom.value >= 100 and before.kind in ("unit", "teen", "ten"):  # noqa: PLR2004 - "two hundredth"
                return self._done(value * atom.value, "ordinal")
        if atom is not None and atom.kind in ("part", "half", "quarter") and before.kind in ("unit", "teen", "digits"):
            if value < atom.value and (atom.kind == "part" or value == 1) and self._is_share(atom, value):
                return self._share(Fraction(value, atom.value))
            return self._result(value, "cardinal")
        if before.kind in ("hundred", "scale"):
            rank = self._next(" and ")
            if rank is not None and rank.kind == "ordinal" and rank.value < before.value:
                return self._done(value + rank.value, "ordinal")  # "one hundred and first"
        joined = self._next(" and a ", " and one ", "-and-a-")
        if joined is not None and joined.kind in ("half", "quarter"):
            self.at += 1
            # "a million and a half" is 1,500,000: the half is the scale's.
            whole = before.value if before.kind in ("scale", "group") else 1
            return self._scaled_part(value + Fraction(whole, joined.value), "cardinal")
        return self._result(value, "cardinal")

    def _is_share(self, atom: _Atom, value: Exact) -> bool:
        """Tell shares from quarters of a year ("three quarters of voters", not "the last two quarters")."""
        if atom.kind == "quarter" or atom.value == 4:  # noqa: PLR2004
            return self.text[atom.start - 1] in "-‑" or (value == 3 and self.text.startswith(" of", atom.end)) \
                or (value == 1 and self.text.startswith(" of", atom.end))  # noqa: PLR2004
        return True

    def _share(self, value: Exact) -> tuple[int, Numeral]:
        self.at += 1
        return self._result(value, "fraction")

    def _fraction_with_article(self) -> tuple[int, Numeral] | None:
        """Read "a third of", "a quarter of a million"; None if it is a rank ("a third attempt") or a part of the year."""
        atom = self.atoms[self.at]
        if atom.value <= 2 and atom.kind == "ordinal":  # noqa: PLR2004
            return None
        begin = self.start - 2
        if begin < 0 or self.text[begin:self.start] != "a " or self.text[begin - 1:begin].isalnum():
            return None
        follows = self.text[atom.end:atom.end + 4]
        if _CLAUSE_ENDS.match(self.text, atom.end) and _BEFORE_SHARE.search(self.text, max(0, begin - 12), begin):
            self.start = begin
            self.at += 1
            return self._result(Fraction(1, atom.value), "fraction")  # "cut by a third."
        if not follows.startswith(" of ") and not (atom.kind == "quarter" and follows.startswith((" mi", " bi", "-poi", "-mil", " poi"))):
            return None
        self.start = begin
        return self._part(Fraction(1, atom.value))

    def _part(self, value: Exact) -> tuple[int, Numeral]:
        self.at += 1
        return self._scaled_part(value, "fraction")

    def _scaled_part(self, value: Exact, kind: Kind) -> tuple[int, Numeral]:
        """Read the scale behind a part: "half a million", "a quarter of a million", "two and a half billion"."""
        atom = self._next(" ", " a ", "-a-", " of a ", "-")
        if atom is not None and atom.kind in ("scale", "group", "hundred"):
            self.at += 1
            return self._result(value * atom.value, "cardinal")
        return self._result(value, kind)

    def _plural(self) -> tuple[int, Numeral]:
        """Read "dozens", "hundreds of thousands"."""
        value = self.atoms[self.at].value
        self.at += 1
        while (atom := self._next(" of ", " and ")) is not None and atom.kind == "plural":
            value = value * atom.value if self.text[self.atoms[self.at - 1].end + 1] == "o" else max(value, atom.value)
            self.at += 1
        return self._result(value, "indefinite")


def _word_atoms(text: str) -> Iterator[_Atom]:
    classes = _classes()
    for match in _words().finditer(text):
        begin = match.start()
        before = text[begin - 1] if begin else ""
        if before.isalnum() and not before.isdecimal():
            continue  # the "one" of "phone": asked here, for an expression that looks behind is tried at every letter of the text
        kind, value = classes[match[0]]
        yield _Atom(begin, match.end(), kind, value)


@cache
def _classes() -> dict[str, tuple[str, int]]:
    return {word: (kind, int(value)) for word, kind, value in entries("number_words")}


@cache
def _words() -> re.Pattern[str]:
    return re.compile(rf"{alternatives(_classes())}\b")


def _digit_atoms(text: str, *, comma: bool) -> Iterator[_Atom]:
    at = 0
    pattern = _DIGITS_EUROPEAN if comma else _DIGITS
    while (first := _FIRST.search(text, at)) is not None:
        begin = first.start()
        if not comma and begin > at and text[begin - 1] == "." and first[0] not in _MARKS and not text[begin - 2:begin - 1].strip(_OPENS):
            begin -= 1  # ".5": the point is no full stop
        match = pattern.match(text, begin)
        assert match is not None, "every digit begins a numeral"
        at = max(match.end(), first.end())
        if match.end() - begin > _LONGEST or (match["digits"].isdigit() and len(match["digits"]) > _LONGEST_RUN):
            continue
        value = _digit_value(match, comma=comma)
        suffix = (match["suffix"] or "").strip()
        if suffix in ("st", "nd", "rd", "th"):
            yield _Atom(begin, at, "digit-ordinal", value)
        else:
            scale = SHORT_SCALES.get(suffix, 1)
            yield _Atom(begin, at, "digits", value * scale, scale)


def _digit_value(match: re.Match[str], *, comma: bool) -> Exact:
    digits = match["digits"]
    if match.end() == match.end("digits") and digits.isdigit():
        return int(digits)  # most numerals are plain
    digits = digits.replace("\u00a0", "").replace("\u202f", "")
    if comma:
        digits = digits.replace(".", "").replace(",", ".")
    elif "," in digits and digits[-4:-3] != "," and "." not in digits:
        digits = digits.replace(",", ".")  # "1,5 million" in English copy
    else:
        digits = digits.replace(",", "")
    value: Exact = (int(digits) if digits.isdigit() else Fraction(digits)) if digits else 0
    if part := match["over"] or _VULGAR.get(match["vulgar"] or ""):
        top, bottom = part.split("/")
        value += Fraction(int(top), int(bottom) or 1)
    elif match["under"]:
        value = Fraction(value, int(match["under"]) or 1)
    exponent = match["exponent"] or match["e"]
    if exponent:
        value *= Fraction(10) ** int(exponent.translate(_SUPERSCRIPTS))
    return value


def _lowered(text: str) -> str:
    """Lower the text without moving offsets: a capital such as İ has a longer small form and stays."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := character.lower()) == 1 else character for character in text)
