"""Text for terminals: whatever steers one is shown as its code, in prose and in JSON."""

from __future__ import annotations

import json

import pytest

from worker.views.clean import clean, clean_json


@pytest.mark.parametrize("text", ["a\x9b2Jb", "a\u202eb", "a\x7fb", "a\u2066b", "a\U000e0041b", "a\ue000b", "a\x1b[2Jb", "a\u200fb"])
def test_what_steers_a_terminal_is_escaped(text: str) -> None:
    """The reader of the JSON finds the same string, the terminal only what it may print."""
    written = clean_json(json.dumps({"id": text}, ensure_ascii=False).encode())
    assert json.loads(written) == {"id": text}
    assert written.decode().isprintable()
    assert clean(text).isprintable()


@pytest.mark.parametrize("text", ["Zürich", "北京", "क\u094dष", "👩\u200d🚒", "می\u200cخواهم"])
def test_what_scripts_need_stays(text: str) -> None:
    """Letters, joiners and emoji are as they were."""
    written = json.dumps(text, ensure_ascii=False).encode()
    assert clean_json(written) == written
    assert clean(text) == text
