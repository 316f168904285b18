"""Quotation-mark regions: every style, every mistake, and never more harm than one paragraph."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.nlp.quotation import Quotation

#: Text and its regions as they stand, deeper ones with a ">" for each level.
TABLE = [
    ('"We will win," he said. "We must."', ["We will win,", "We must."]),
    ("“We will win,” he said. “We must.”", ["We will win,", "We must."]),
    ("''The mood is calm,'' she said. ``Even so.''", ["The mood is calm,", "Even so."]),
    ("»So it is«, she said. «Or not», he said.", ["So it is", "Or not"]),
    ("„So it is“, she said.", ["So it is"]),
    ("‘We lost,’ the minister’s aide said. ‘It’s over.’", ["We lost,", "It’s over."]),
    ("“I know,” she said, “that he told us ‘never again’ twice.”", ["I know,", "that he told us ‘never again’ twice.", ">never again"]),
    ("'They said \"no\" to me,' she said.", ['They said "no" to me,', ">no"]),
    ("“text“ and “more“ he said", ["text", "more"]),
    ("”Wrong way,” he said.", ["Wrong way,"]),
    ("He called it “shouldn‘t” and it's over.", ["shouldn‘t"]),
    ('The plan—"a farce," she said—failed.', ["a farce,"]),
    ('("No," he said.)', ["No,"]),
    ("We will win,” he said.", ["We will win,"]),
    ("He left. “No,” she said. That is all,” he added.", ["No,", "That is all,"]),
    ("“We will win. And fight, “ he added.", ["We will win. And fight,"]),
    ("“One.\n\n“Two.\n\n“Three,” he said.", ["One.", "Two.", "Three,"]),
    ("“One.\n\nTwo,” he said.", ["One.", "Two,"]),
    ("“We will win, he said. “And fight,” he added.", ["We will win, he said.", "And fight,"]),
    # Near-misses: no quotation mark at all.
    ("He is 6'2\" tall and ran 12\" in the '90s.", []),
    ("the dogs' bowls and the boss' chair, 'em all", []),
    ("It’s the ministers’ aide who isn’t there.", []),
    ("rock 'n' roll", []),
    ('""', []),
    ("“ ”", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_regions_stand_between_the_marks(text: str, expected: list[str]) -> None:
    """Each region is the text between its marks, without the marks and their inner spaces."""
    assert [">" * r.depth + text[r.start:r.end] for r in Quotation(text).regions] == expected


def test_speech_over_paragraphs_continues() -> None:
    """A paragraph without closing mark goes on in the next, and only there."""
    regions = Quotation("“One.\n\n“Two.\n\n“Three,” he said.\n\n“Four,” she said.").regions
    assert [r.continues for r in regions] == [False, True, True, False]
    assert [r.closed for r in regions] == [False, False, True, True]


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    """A line break within a sentence ends no paragraph."""
    assert len(Quotation("“We went down the long\nroad,” he said.\nThen he left.").paragraphs) == 2


_MARKS = "\"'“”‘’«»„`"
_WORDS = st.lists(st.sampled_from(["we", "won't", "fight", "on", "he said", "3'4", "dogs'", "No."]), min_size=1, max_size=6).map(" ".join)
_LINE = st.lists(st.one_of(_WORDS, st.sampled_from([*_MARKS, " ", ", ", ". "])), max_size=12).map("".join)


@settings(max_examples=150, deadline=None)
@given(st.lists(_LINE, max_size=5).map("\n\n".join))
def test_any_marks_give_sound_regions(text: str) -> None:
    """Regions lie in their paragraph, in order, inside one another or apart, and hold something."""
    quotation = Quotation(text)
    ends: list[int] = []
    for region in quotation.regions:
        assert region.outer_start <= region.start < region.end <= region.outer_end
        assert not text[region.start].isspace()
        assert not text[region.end - 1].isspace()
        start, end = quotation.paragraphs[quotation.paragraph_at(region.start)]
        assert start <= region.outer_start
        assert region.outer_end <= end
        while ends and ends[-1] <= region.outer_start:
            ends.pop()
        assert region.depth == len(ends)
        assert not ends or region.outer_end <= ends[-1]
        ends.append(region.outer_end)


@settings(max_examples=150, deadline=None)
@given(_LINE)
def test_a_broken_paragraph_leaves_the_others_alone(line: str) -> None:
    """Whatever marks one paragraph holds, the paragraphs around it keep their regions."""
    first, last = "“We will win,” he said.", "‘It is over,’ she said. “Yes,” said he."
    text = f"{first}\n\nSo {line or 'on'} it goes.\n\n{last}"
    found = [text[r.start:r.end] for r in Quotation(text).regions]
    assert found[0] == "We will win,"
    assert found[-2:] == ["It is over,", "Yes,"]
