"""Who wrote the article, where and when, as its own lines and first sentences tell: byline, dateline, credits, date line.

Only what stands in the text is read here; what was submitted with the article is joined in `worker/nlp/reading.py`. Forms: "By Jane Roe",
"SEOUL, Oct 22 (Reuters) -", "(Reporting by Jane Roe; Editing by John Doe)", "Jane Roe reported on October 22, 2024, that ...".
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

from worker.nlp.gazetteer import fold, gazetteer
from worker.nlp.lexicons import entries, words

if TYPE_CHECKING:
    from worker.nlp.columns import Columns

#: Bylines and datelines stand in the first so many code points, credits in the last.
_HEAD, _TAIL = 1_200, 600
#: A byline in prose stands in the first so many sentences.
_FIRST_SENTENCES = 4
#: What may follow a byline on its line has at most so many words.
_LONGEST_REST = 8
#: No dateline is further ahead of publication (a magazine's date may be).
_AHEAD = dt.timedelta(days=31)
#: A digest's datelines are looked for up to so many borders; each costs the parse of a piece.
_MOST_BORDERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Byline:
    """Who wrote it; `start` and `end` are null when the authors came with the article."""

    start: int | None
    end: int | None
    text: str | None
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dateline:
    """Where and when it was written; `place_start` and `place_end` are the place's code points."""

    start: int
    end: int
    text: str
    place: str | None
    place_start: int
    place_end: int
    #: Where the story begins, behind the dash.
    body: int
    date: dt.date | None
    #: The date as it stands there, with or without a year.
    day: str | None
    #: The agency that sent it ("Reuters"), with its code points.
    agency: tuple[int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """Everything that the article says of its own making."""

    byline: Byline | None = None
    dateline: Dateline | None = None
    #: The date that byline or dateline give, and which of them.
    date: dt.date | None = None
    basis: Literal["dateline", "byline"] | None = None
    #: Stretches that name reporters and outlets: they are no part of the story.
    credits: tuple[tuple[int, int], ...] = ()


_CAPITAL = r"[A-Z\u00c0-\u00de][\w'’\-]*\.?"
_NAME = rf"{_CAPITAL}(?: (?:{_CAPITAL}|(?:de|del|della|van|von|der|den|bin|al|el|la|le|da|di|dos|du|ter)\b)){{1,4}}"
_NAMES = rf"{_NAME}(?:(?:, and |, | and | & |; ){_NAME}){{0,5}}"
_MONTH = (r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|Sept?(?:ember|\.)?"
          r"|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)")
_DATE = rf"(?:{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?|\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}(?:,? \d{{4}})?|\d{{4}}-\d\d-\d\d)"
_DAY = r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Mon|Tue|Wed|Thu|Fri|Sat|Sun)\.?"
_AGENCY = r"\((?P<agency>[A-Za-z][\w&'’. \-]{1,30})\)"
_DASH = r"\s*(?:--|[–—]|-(?=\s))\s*"
_WORD, _UPPER = r"[A-Z][\w'’.\-]+", r"[A-Z][A-Z\u00c0-\u00de'’.\-]+"
_PLACE = rf"(?:{_UPPER}(?: {_UPPER}){{0,3}}|{_WORD}(?: (?:{_WORD}|de|of|el|la)){{0,3}})"

_BYLINE = re.compile(rf"(?:By|BY|Written by|Story by|Words by|Reported by|Report by):? (?P<authors>{_NAMES})(?P<rest>[^\n]*)")
_CREDIT = re.compile(rf"(?:Additional reporting|Reporting|Reported|Writing|Editing|Compiled|Translated)(?: and (?:writing|editing))? by "
                     rf"(?P<authors>{_NAMES})")
_DATELINE = re.compile(rf"(?P<place>{_PLACE})(?P<region>, {_PLACE})?(?:,? (?P<date>{_DATE}))?(?: ?{_AGENCY})?{_DASH}(?=\S)")
_AGENCY_LINE = re.compile(rf"{_AGENCY}{_DASH}(?=\S)")
_DATE_LINE = re.compile(rf"(?:{_DAY},? )?(?P<date>{_DATE})(?:,? \d{{1,2}}[:.]\d\d.{{0,12}})?")
_NUMBERS = re.compile(r"\d+")
_LINE = re.compile(r"(?:\A|\n)\s*")


def read_imprint(text: str, columns: Columns, received: dt.date, published: dt.date | None = None) -> Imprint:
    """Find byline, dateline, credits and date in an article's text.

    A dateline's day without a year ("SEOUL, Oct 22") is the one nearest to the day of publication, as given or as a line of its own
    says; where nothing tells, the last one up to the day of receipt.
    """
    byline, after = _find_byline(text)
    dateline = _find_dateline(text, after)
    if dateline and dateline.day:
        dateline = replace(dateline, date=_day_of(dateline.day, published or _date_line(text), received))
    stretches = [(byline.start, byline.end)] if byline and byline.start is not None and byline.end is not None else []
    stretches += [match.span() for match in _CREDIT.finditer(text, max(0, len(text) - _TAIL))]
    if dateline and dateline.agency:
        stretches.append(dateline.agency)
    date = dateline.date if dateline and dateline.date else _date_line(text)
    basis: Literal["dateline", "byline"] = "dateline"
    if byline is None:
        byline, told, stretch = _in_prose(text, columns)
        if stretch:
            stretches.append(stretch)
        if date is None and told is not None:
            date, basis = told, "byline"
    return Imprint(byline=byline, dateline=dateline, date=date, basis=basis if date else None, credits=tuple(sorted(stretches)))


def _find_byline(text: str) -> tuple[Byline | None, int]:
    """Give the byline and where it ends; a byline begins a line, or stands before a dateline or date."""
    for match in _BYLINE.finditer(text[:_HEAD]):
        begins_line = match.start() == 0 or text[match.start() - 1] == "\n"
        names, end = _authors(match)
        rest = match.string[end:match.end()]
        if not names:
            continue
        if _DATE_LINE.match(rest.strip(" ,|")) or (begins_line and _short(rest)) \
                or _dateline_at(text, end + len(rest) - len(rest.lstrip())):
            return Byline(start=match.start(), end=end, text=text[match.start():end], authors=names), end
    return None, 0


def _authors(match: re.Match[str]) -> tuple[tuple[str, ...], int]:
    """Give the names of a byline and their end: names in small letters end where capitals ("NEW YORK") or a month begin."""
    start, text = match.start("authors"), match["authors"]
    stops = [found.start() for found in re.finditer(rf" (?:[A-Z]{{3,}}\b|{_MONTH}\b \d|{_MONTH}\b$)", text)]
    if stops and not text[:stops[0]].isupper():
        text = text[:stops[0]]
    names = tuple(name.strip() for name in re.split(r", and |, | and | & |; ", text))
    if any(len(name.split(" ")) < 2 or name.split(" ")[0] in _not_names() for name in names):  # noqa: PLR2004 - given name and surname
        return (), 0
    return tuple(name.title() if name.isupper() else name for name in names), start + len(text)


@cache
def _not_names() -> frozenset[str]:
    """Capitalised words after "By" that begin no name: days and months, states, articles."""
    days = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "The", "This", "That", "His", "Her", "Our"}
    return frozenset(days | {entry[0].title() for entry in entries("months")})


def _short(rest: str) -> bool:
    """What follows a byline on its line is a place or an outlet, not a sentence ("By John Smith, who led the party, ...")."""
    rest = rest.strip()
    return not rest or ((len(rest.split()) <= _LONGEST_REST and not rest.endswith((".", "?", "!")) and rest[0] in ",|/(-–—•@") or
                        bool(re.fullmatch(rf"(?:in|for|at) (?:the )?{_PLACE}(?:,? {_PLACE})?", rest)))


def dateline_borders(text: str) -> list[int]:
    """Give the code points where datelines begin and where their stories do: no sentence goes over either."""
    found: set[int] = set()
    _, after = _find_byline(text)
    for line in ([after] if after else []) + [match.end() for match in _LINE.finditer(text)]:
        if dateline := _dateline_at(text, _begin(text, line)):
            found |= {dateline.start, dateline.body}
            if len(found) >= _MOST_BORDERS:
                break
    return sorted(found - {0})


def _find_dateline(text: str, after: int) -> Dateline | None:
    """Look where a dateline can stand: right after the byline, or at the start of one of the first lines."""
    starts = [after] if after else []
    starts += [match.end() for match in _LINE.finditer(text[:_HEAD])]
    return next((found for start in starts if (found := _dateline_at(text, _begin(text, start)))), None)


def _begin(text: str, start: int) -> int:
    while start < len(text) and text[start] in " \t\n|·":
        start += 1
    return start


def _dateline_at(text: str, start: int) -> Dateline | None:
    match = _DATELINE.match(text, start)
    if match is None:
        agency = _AGENCY_LINE.match(text, start)
        if agency is None or not _is_outlet(agency["agency"]):
            return None
        return Dateline(start=start, end=agency.end("agency") + 1, text=text[start:agency.end("agency") + 1], place=None, place_start=start,
                        place_end=start, body=agency.end(), date=None, day=None, agency=agency.span("agency"))
    place, agency_name = match["place"], match["agency"]
    known = _is_place(place)
    dated = match["date"] and (known or place.isupper() or (agency_name and place.split()[0] not in _not_names()))
    if not (dated or (place.isupper() and known) or (agency_name and (known or _is_outlet(agency_name)) and (place.isupper() or known))
            or (known and match["region"] and _is_place(match["region"][2:]))):
        return None
    end = max(match.end(group) for group in ("place", "region", "date")) if not agency_name else match.end("agency") + 1
    return Dateline(start=start, end=end, text=text[start:end], place=_plain(place), place_start=start, place_end=match.end("place"),
                    body=match.end(), date=None, day=match["date"], agency=match.span("agency") if agency_name else None)


def _plain(place: str) -> str:
    return place.title() if place.isupper() and len(place) > 3 else place  # noqa: PLR2004 - "UAE"


def _is_place(text: str) -> bool:
    found = gazetteer().look_up(fold(_plain(text)))
    return found is not None and found[1] == "name" and found[0] in ("state", "region", "city")


def _is_outlet(text: str) -> bool:
    found = gazetteer().look_up(fold(text)) or gazetteer().look_up("The " + fold(text))
    return found is not None and found[0] == "organisation" and found[2][0].sort == "outlet"


def _day_of(text: str, published: dt.date | None, received: dt.date) -> dt.date | None:
    """Give the day in its own year, else in the year that brings it next to publication, else the last one up to receipt."""
    if (date := read_date(text)) is not None:
        return date
    anchor = published or received
    years = [date for year in (anchor.year - 1, anchor.year, anchor.year + 1) if (date := read_date(f"{text} {year}")) is not None]
    if published is None:
        return max((date for date in years if date <= received), default=None)
    return min((date for date in years if date - published <= _AHEAD), default=None, key=lambda date: abs(date - published))


def read_date(text: str) -> dt.date | None:
    """Read "October 22, 2024", "22 Oct 2024" or "2024-10-22"; None without a year or for a day that does not exist."""
    numbers = [int(number) for number in _NUMBERS.findall(text)]
    month = re.search(_MONTH, text)
    try:
        if month is None:
            return dt.date(*numbers[:3]) if len(numbers) == 3 else None  # noqa: PLR2004 - year, month, day
        years = [number for number in numbers if number > 31]  # noqa: PLR2004 - no day of a month
        days = [number for number in numbers if number <= 31]  # noqa: PLR2004
        return dt.date(years[0], _months()[month.group()[:3]], days[0]) if years and days else None
    except ValueError:
        return None


@cache
def _months() -> dict[str, int]:
    return {entry[0].title()[:3]: int(entry[1]) for entry in entries("months")}


def _date_line(text: str) -> dt.date | None:
    """Read a date that has one of the first lines to itself."""
    for line in text[:_HEAD].split("\n")[:6]:
        match = _DATE_LINE.fullmatch(line.strip().removeprefix("Published ").removeprefix("Updated ").removeprefix("on "))
        if match:
            return read_date(match["date"])
    return None


def _in_prose(text: str, columns: Columns) -> tuple[Byline | None, dt.date | None, tuple[int, int] | None]:
    """Read "Jane Roe reported on October 22, 2024, that ...": a person without a role who reports on a full date, near the start."""
    for verb in range(columns.sentences[min(_FIRST_SENTENCES, len(columns.sentences) - 1)]):
        if columns.lemmas[verb] not in ("report", "write") or columns.pos[verb] != "VERB":
            continue
        subjects = [child for child in columns.children[verb] if columns.deps[child] == "nsubj" and columns.ents[child] == "PERSON"]
        if not subjects or _has_role(columns, subjects[0]):
            continue
        first = last = subjects[0]
        while first > 0 and columns.ents[first - 1] == "PERSON":
            first -= 1
        start, end = columns.starts[first], columns.ends[last]
        date = _date_after(text, columns.ends[verb])
        if first < last and (date or _outlet_after(text, columns.ends[verb])):
            author = text[start:end]
            return Byline(start=start, end=end, text=author, authors=(author,)), date, (start, end)
    return None, None, None


def _has_role(columns: Columns, subject: int) -> bool:
    """Someone with a role or an apposition acts in the story: "Doctor Jane Roe reported on May 3, 2019, that ..."."""
    return any(columns.deps[child] in ("appos", "relcl", "amod", "poss", "det") or columns.pos[child] == "NOUN" or
               columns.words[child] in words("titles") for child in columns.children[subject])


def _date_after(text: str, offset: int) -> dt.date | None:
    match = re.compile(rf",? on (?:{_DAY},? )?(?P<date>{_DATE})").match(text, offset)
    return read_date(match["date"]) if match else None


def _outlet_after(text: str, offset: int) -> bool:
    match = re.compile(r" (?:for|in) (?P<outlet>(?:the |The )?[A-Z]\w+(?: [A-Z]\w+){0,3})").match(text, offset)
    return match is not None and _is_outlet(match["outlet"])
