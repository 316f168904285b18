"""Years and what is larger or a part of them: 1996, '96, the 1990s, the 19th century, the 2009-10 season, the third quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.temporal.choice import in_some_year
from worker.nlp.temporal.guards import is_year
from worker.nlp.temporal.moments import Grain, Moment
from worker.nlp.temporal.numbers import count
from worker.nlp.temporal.rule import Rule
from worker.nlp.temporal.rules.written import SHIFTED_YEAR, year_of
from worker.nlp.temporal.timex import Timex, date, maybe_date
from worker.nlp.temporal.vocabulary import listed

if TYPE_CHECKING:
    from worker.nlp.temporal.context import Context, Hit


def _bare_year(hit: Hit, context: Context) -> Timex | None:
    if not is_year(hit.cell("year"), context):
        return None
    return date(Moment("year", hit.number("year")), "year")


def _spoken_year(hit: Hit, context: Context) -> Timex | None:
    """"nineteen ninety-six", as broadcasts spell it."""
    first, rest = hit.number("century"), count(hit.senses("rest"))
    if rest is None or not 10 <= rest <= 99 or first not in (18, 19, 20):
        return None
    return date(Moment("year", first * 100 + int(rest)), "spoken-year")


def _short_year(hit: Hit, context: Context) -> Timex | None:
    if context.is_a(hit.last, "CLOCK_UNITS", "UNITS"):
        return None  # '13 Hours' is a film
    return date(Moment("year", year_of(hit, "year")), "short-year")


def _two_digit_year(hit: Hit, context: Context) -> Timex | None:
    """"in 84 and 88": two digits are a year where the model, too, reads a date, and nothing follows that they could count."""
    cell = hit.cell("year")
    surface = context.surface(cell)
    if context.is_a(hit.first, "IN") and context.surface(hit.first - 1)[-1:].isdigit():
        return None  # "1 in 64"
    following = context.surface(cell + 1)[:1]
    counts = (following.isalpha() and not context.is_a(cell + 1, "AND")) or following in ("-", "‑")  # "and 61-year-old sailors"
    if len(surface) != 2 or context.token(cell).ent_type_ != "DATE" or counts:
        return None
    if not (context.is_a(hit.first, "AND") or context.surface(hit.first).casefold() == "in"):
        return None
    if context.is_a(hit.first, "AND") and not (context.found and context.found[-1].why in ("two-digit-year", "year")):
        return None
    hit.first = cell
    return date(Moment("year", year_of(hit, "year")), "two-digit-year")


def _season_year(hit: Hit, context: Context) -> Timex | None:
    """"the 2009-10 season", fiscal 2009/10: two calendar years in one."""
    first, last = hit.number("x"), int(hit.gift("x"))
    return Timex(type="DATE", value=f"{first}/{last}", why="season-year", interval=(f"{first}-01-01", f"{last + 1}-01-01"))


def _decade(hit: Hit, context: Context) -> Timex | None:
    digits = hit.gift("decade")
    if len(digits) == 2:
        if int(digits) % 10:
            return None
        digits = f"{'20' if digits in ('00', '10') else '19'}{digits}"
        if context.surface(hit.cell("decade"))[0].isdigit() and not hit.has("the"):
            return None
    elif digits.endswith("00") and digits != "2000":
        # "the 1900s" are the century; "the 2000s" were the decade so far.
        return date(Moment("century", int(digits) // 100), "hundreds")
    return date(Moment("decade", int(digits) // 10), "decade")


def _named_decade(hit: Hit, context: Context) -> Timex | None:
    """"the sixties" are the 1960s; a person "in his sixties" is no date."""
    return date(Moment("decade", 190 + int(hit.gift("decade")) // 10), "decade-name")


def _century(hit: Hit, context: Context) -> Timex | None:
    number = hit.number("nth")
    name = context.surface(hit.last - 1)[0].isupper() and context.surface(hit.last)[:1].isupper()  # 21st Century Fox
    if name or hit.gift("unit", 1) != "century" or not 1 <= number <= 30:
        return None
    return date(Moment("century", number - 1), "century")


def _fiscal_year(hit: Hit, context: Context) -> Timex | None:
    """A fiscal year is named, but when it begins depends on who reports: no interval."""
    return Timex(type="DATE", value=f"FY{hit.number('year')}", why="fiscal-year")


def _quarter(hit: Hit, context: Context) -> Timex | None:
    unit = hit.sense("unit")
    grain: Grain = "half" if hit.has("half") or (unit is not None and unit.gift[0] == "0.5") else "quarter"
    if unit is not None and grain == "quarter" and unit.gift[1] != "quarter":
        return None
    boxes = 2 if grain == "half" else 4
    if not (hit.has("year") or hit.has("this") or hit.has("shift")) and _is_played(hit, context):
        return None
    number = boxes if hit.has("final") else hit.number("nth")
    if not 1 <= number <= boxes:
        return None
    if hit.has("fiscal"):
        return _fiscal_quarter(hit, number)
    if hit.has("year"):
        return date(Moment(grain, hit.number("year") * boxes + number - 1), f"{grain}-of-year")
    if hit.has("this"):
        if hit.gift("this", 1) != "year":
            return None
        return date(Moment(grain, context.date.year * boxes + number - 1), f"{grain}-of-the-year", "reference_time")
    if hit.has("shift"):
        year = context.date.year + int(hit.gift("shift"))
        return date(Moment(grain, year * boxes + number - 1), f"{grain}-of-shifted-year", "reference_time")
    if hit.has("final"):
        return None
    direction = context.direction(hit.last - 1, before=hit.first) or "past"
    if hit.has("hyphen") or not hit.has("the"):
        hit.first = hit.cell("nth")  # "its third-quarter loss": the article belongs to the loss
    box = in_some_year(lambda year: Moment(grain, year * boxes + number - 1), context.today, direction, 1)
    return maybe_date(box, grain, "reference_time")


def _is_played(hit: Hit, context: Context) -> bool:
    """Tell a half or quarter of a match from the year's: "of" something that is no time, or words of sport in the sentence."""
    if context.is_a(hit.last, "OF"):
        return not any(context.is_a(cell, "FISCAL", "UNIT") for cell in range(hit.last + 1, hit.last + 4))
    half = hit.has("half") or context.is_a(hit.last - 1, "HALF")
    return half and any(word.lower_ in listed("sport") for word in context.token(hit.last - 1).sent)


def _fiscal_quarter(hit: Hit, number: int) -> Timex | None:
    """The quarter of a fiscal year has no place in the calendar that the text tells."""
    value = f"FY{hit.number('year')}-Q{number}" if hit.has("year") else None
    return Timex(type="DATE", value=value, why="fiscal-quarter")


_NTH_QUARTER = ("(?:(?P<the>THE)|ITS)? (?P<fiscal>FISCAL)? HYPHEN? (?:(?P<nth>ORDINAL)|(?P<final>LAST|FINAL)) (?P<hyphen>HYPHEN)? "
                "(?P<unit>UNIT|HALF)")
_OF_YEAR = f"(?:(?:OF|IN|COMMA)? (?:THE? FISCAL? UNIT?) (?P<year>YEAR)|(?:OF|IN)? {SHIFTED_YEAR}|OF THE (?P<this>UNIT))"
_CODE = "(?P<nth>QUARTER_CODE|(?P<half>HALF_CODE))"

RULES = (
    Rule("quarter-of-year", f"{_NTH_QUARTER} {_OF_YEAR}", _quarter),
    Rule("year-quarter", "THE? (?P<year>YEAR) (?P<nth>ORDINAL) HYPHEN? (?P<unit>UNIT|HALF)", _quarter),
    Rule("shifted-year-quarter", f"{SHIFTED_YEAR} POSSESSIVE (?P<nth>ORDINAL) HYPHEN? (?P<unit>UNIT|HALF)", _quarter),
    Rule("quarter-code-of-year", f"{_CODE} {_OF_YEAR}", _quarter),
    Rule("year-quarter-code", f"(?P<year>YEAR) HYPHEN? {_CODE}", _quarter),
    Rule("quarter", _NTH_QUARTER, _quarter),
    Rule("quarter-code", _CODE, _quarter),
    Rule("fiscal-year", "THE? FISCAL UNIT? (?P<year>YEAR)", _fiscal_year),
    Rule("fiscal-code", "(?P<year>FISCAL_CODE)", _fiscal_year),
    Rule("century", "THE? (?P<nth>ORDINAL) HYPHEN? (?P<unit>UNIT)", _century),
    Rule("season-year", "(?P<x>SEASON_YEAR)", _season_year),
    Rule("decade", "(?P<the>THE)? (?P<decade>DECADE)", _decade),
    Rule("decade-name", "THE (?P<decade>DECADE_WORD)", _named_decade),
    Rule("spoken-year", "(?P<century>SPOKEN_CENTURY) (?P<rest>ANY_NUMBER (?:HYPHEN ANY_NUMBER)?)", _spoken_year),
    Rule("short-year", "(?P<year>SHORT_YEAR)", _short_year),
    Rule("year-of-two-digits", "(?:IN|AND) (?P<year>[HOUR TWO_DIGITS])", _two_digit_year),
    Rule("year", "(?:THE UNIT)? (?P<year>YEAR)", _bare_year),
)
