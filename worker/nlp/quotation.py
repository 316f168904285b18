"""Find the stretches of a text that stand between quotation marks, whatever the marks and however they are mistaken.

It knows marks and paragraphs only: whether a region is speech, a title or a scare quote, and whose, is told by `worker/nlp/quoting/`.

A paragraph is read on its own, so a mark that is missing or doubled spoils at most its own paragraph. Double marks are
paired first, single marks inside or outside of them after: an apostrophe ("the dogs' bowls", "'90s", "shouldn‘t") is no mark.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from worker.records import frozen

#: Double marks of all alphabets, also typed as two single ones (''so'', ``so'').
_DOUBLE = re.compile(r"``|''|‘‘|’’|,,(?=\w)|[\"“”„‟«»″＂]")
_SINGLE = re.compile(r"(?<!['‘’])['‘’‚‹›`](?!['‘’])")
_ANY = re.compile(r"[\"“”„‟«»″＂'‘’‚‹›`]")
_BREAK = re.compile(r"\n\s*")
_SENTENCE_END = re.compile(r"[.?!…](?=\s)")
#: Words that begin with an apostrophe: ’em, ’til, the ’90s.
_ELISION = re.compile(r"(?:em|til|till|cause|n|tis|twas|round|bout|cuz|cept|ere|kay|\d\ds?)\b", re.IGNORECASE)
_APOSTROPHES = frozenset("'‘’‚‹›`")
_OPENS = frozenset("“„‟«``,,‘‘‹‚")
_CLOSES = frozenset("”»’’›")
#: What may stand before an opening mark or after a closing one without a space between.
_BEFORE = frozenset("([{—–―-/…“‘„«\"'>")
_AFTER = frozenset(")]}—–―-/….,;:!?”’»\"'<")
#: A single-quoted stretch longer than this is a forgotten mark, not a quote in a quote.
_LONGEST_SINGLE = 1_000


@frozen(kw_only=True)
class Region:
    """A stretch between quotation marks, in code points; its marks stand outside of `start` and `end`."""

    start: int
    end: int
    #: The stretch with its marks; equal to start or end where the mark is missing.
    outer_start: int
    outer_end: int
    #: 0 for an outer region, 1 for a quote in a quote.
    depth: int = 0
    single: bool = False
    #: False where the opening mark was forgotten.
    opened: bool = True
    #: False where the closing mark was forgotten, or left out because the speech goes on in the next paragraph.
    closed: bool = True
    #: The speech goes on from the region before, which is the paragraph before.
    continues: bool = False


class Quotation:
    """The quotation-mark regions of one text and its paragraphs, in order of appearance."""

    def __init__(self, text: str) -> None:
        self.text = text
        #: Start and end of each paragraph.
        self.paragraphs = tuple(_paragraphs(text))
        self.regions = tuple(_regions(text, self.paragraphs))

    @cached_property
    def outer(self) -> tuple[Region, ...]:
        """The regions that lie in no other."""
        return tuple(region for region in self.regions if region.depth == 0)

    @cached_property
    def _paragraph_starts(self) -> list[int]:
        return [start for start, _ in self.paragraphs]

    def paragraph_at(self, offset: int) -> int:
        """Give the number of the paragraph that holds the code point, or that it follows."""
        return max(0, bisect_right(self._paragraph_starts, offset) - 1)


def _paragraphs(text: str) -> list[tuple[int, int]]:
    r"""Split at line breaks; a hard-wrapped line ("… the long\nroad") is no end of a paragraph."""
    found = []
    start = len(text) - len(text.lstrip())
    for gap in _BREAK.finditer(text, start):
        end = gap.start()
        while end > start and text[end - 1].isspace():
            end -= 1
        before, after = text[end - 1:end], text[gap.end():gap.end() + 1]
        if gap.group().count("\n") == 1 and (before.isalnum() or before in ",;-") and after.islower():
            continue
        if end > start:
            found.append((start, end))
        start = gap.end()
    if start < len(text):
        found.append((start, len(text)))
    return found


def _regions(text: str, paragraphs: tuple[tuple[int, int], ...]) -> list[Region]:
    found: list[Region] = []
    marks = [mark.start() for mark in _ANY.finditer(text) if not _is_within_word(text, mark.start())]
    if ",," in text:
        marks = sorted(marks + [mark.start() for mark in re.finditer(",,", text)])
    at = 0
    left_open = False
    for start, end in paragraphs:
        while at < len(marks) and marks[at] < start:
            at += 1
        if at == len(marks) or marks[at] >= end:
            left_open = False
            continue
        doubles = _pair_doubles(text, start, end)
        if left_open and doubles and doubles[0].outer_start == start:
            doubles[0] = replace(doubles[0], continues=True)
        left_open = bool(doubles) and not doubles[-1].closed and doubles[-1].end == end
        found += sorted(doubles + _pair_singles(text, start, end, doubles), key=lambda region: (region.outer_start, -region.outer_end))
    return _with_depth(found)


def _with_depth(regions: list[Region]) -> list[Region]:
    deep: list[Region] = []
    ends: list[int] = []
    for region in regions:
        while ends and ends[-1] <= region.outer_start:
            ends.pop()
        deep.append(replace(region, depth=len(ends)) if ends else region)
        ends.append(region.outer_end)
    return deep


def _pair_doubles(text: str, start: int, end: int) -> list[Region]:
    found: list[Region] = []
    opening: re.Match[str] | None = None
    for mark in _DOUBLE.finditer(text, start, end):
        role = _role(text, mark, start, end, is_open=opening is not None)
        if role == "open":
            if opening is not None:  # the one before was never closed: it held at most its first sentence
                found.append(_unclosed(text, opening, mark.start()))
            opening = mark
        elif role == "close":
            if opening is not None:
                found.append(_region(text, opening.start(), opening.end(), mark.start(), mark.end()))
            else:
                found.append(_unopened(text, found[-1].outer_end if found else start, mark, is_first=not found))
            opening = None
    if opening is not None:
        found.append(_region(text, opening.start(), opening.end(), end, end, closed=False))
    return [region for region in found if region.start < region.end]


def _role(text: str, mark: re.Match[str], start: int, end: int, *, is_open: bool) -> str:
    """Tell whether a double mark opens, closes or is none (6'2", 12")."""
    before = text[mark.start() - 1] if mark.start() > start else " "
    after = text[mark.end()] if mark.end() < end else " "
    can_open = (before.isspace() or before in _BEFORE) and not after.isspace()
    can_close = not before.isspace() and (after.isspace() or after in _AFTER)
    directed = mark.group()
    if can_open != can_close:
        if can_close and before.isdigit() and directed in '"″' and not is_open:
            return "none"
        # A mark that points the wrong way (“so“) is read by its place, unless that would leave it without a partner.
        if can_open and directed in _CLOSES and is_open:
            return "close"
        return "open" if can_open else "close"
    if before.isspace():  # a mark alone between spaces takes what role is left
        return "close" if is_open else "open"
    if directed in _OPENS:
        return "open"
    if directed in _CLOSES:
        return "close"
    return "close" if is_open else "open"


def _pair_singles(text: str, start: int, end: int, doubles: list[Region]) -> list[Region]:
    found: list[Region] = []
    marks = [mark for mark in _SINGLE.finditer(text, start, end) if not _is_apostrophe(text, mark.start())]
    begins = [region.outer_start for region in doubles]
    position = start
    for index, mark in enumerate(marks):
        if mark.start() < position or not _single_opens(text, mark.start(), start):
            continue
        closing = _closing_single(text, marks, index, _Doubles(begins, doubles))
        if closing is not None:
            found.append(_region(text, mark.start(), mark.end(), closing.start(), closing.end(), single=True))
            position = closing.end()
    return [region for region in found if region.start < region.end]


def _is_within_word(text: str, at: int) -> bool:
    return text[at] in _APOSTROPHES and text[at - 1:at].isalnum() and text[at + 1:at + 2].isalnum()


def _is_apostrophe(text: str, at: int) -> bool:
    if _is_within_word(text, at):
        return True
    return not text[at - 1:at].isalnum() and _ELISION.match(text, at + 1) is not None


def _single_opens(text: str, at: int, start: int) -> bool:
    before, after = text[at - 1] if at > start else " ", text[at + 1:at + 2]
    return (before.isspace() or before in _BEFORE) and bool(after) and not after.isspace() and after not in ".,;:!?"


def _closing_single(text: str, marks: list[re.Match[str]], index: int, doubles: _Doubles) -> re.Match[str] | None:
    """Find the partner: one after punctuation is surer than one after a word, which may be a possessive ("the dogs' bowls")."""
    possible: list[re.Match[str]] = []
    opening = marks[index]
    for number in range(index + 1, len(marks)):
        mark = marks[number]
        if mark.start() - opening.end() > _LONGEST_SINGLE or doubles.cross(opening.start(), mark.end()):
            break
        if _single_opens(text, mark.start(), 0):
            break
        if not text[mark.start() - 1].isspace():
            possible.append(mark)
            if text[mark.start() - 1] in ".,?!…":
                return mark
    sure = [mark for mark in possible if text[mark.start() - 1] not in "sn"]
    return (sure or possible or [None])[0]  # type: ignore[list-item]  # None ends a list of matches on purpose


class _Doubles(NamedTuple):
    """A paragraph's regions between double marks, of which none overlaps another, and where each begins."""

    begins: list[int]
    regions: list[Region]

    def cross(self, start: int, end: int) -> bool:
        """Tell whether a stretch ends inside a region that it does not hold, or begins inside one."""
        ending, beginning = bisect_left(self.begins, end) - 1, bisect_left(self.begins, start) - 1
        return (ending >= 0 and start < self.begins[ending] and end < self.regions[ending].outer_end) or (
            beginning >= 0 and start < self.regions[beginning].outer_end < end)


def _region(text: str, outer_start: int, start: int, end: int, outer_end: int, *, single: bool = False, closed: bool = True,
            opened: bool = True) -> Region:
    """Make a region without the white space inside of its marks."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Region(start=start, end=end, outer_start=outer_start, outer_end=outer_end if closed else end, single=single, closed=closed,
                  opened=opened)


def _unclosed(text: str, opening: re.Match[str], limit: int) -> Region:
    sentence = _SENTENCE_END.search(text, opening.end(), limit)
    return _region(text, opening.start(), opening.end(), sentence.end() if sentence else limit, limit, closed=False)


def _unopened(text: str, after: int, mark: re.Match[str], *, is_first: bool) -> Region:
    """The opening mark was forgotten: the speech began with the paragraph or, after another region, with its sentence."""
    start = after
    if not is_first:
        for sentence in _SENTENCE_END.finditer(text, after, mark.start() - 1):
            start = sentence.end()
    while start < mark.start() and text[start].isspace():
        start += 1
    return _region(text, start, start, mark.start(), mark.end(), opened=False)
