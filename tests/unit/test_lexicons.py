"""Lexicons: Wiredesk's own keep to their declared shapes; a user's folder adds to them, takes from them, or is refused by line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from worker.errors import ConfigurationError
from worker.nlp.lexicons import entries, use
from worker.nlp.lexicons.own import examine, read
from worker.nlp.lexicons.shapes import built_in, names, shape

ARTICLE = {
    "id": "harbour", "published_at": "2024-10-22",
    "text": "The Bristol Bruiser visited Clifton on Monday. Harbour Trust Bristol welcomed the plan. \"We are glad,\" the HTB said. "
            "Boris Johnson later met the Gulls at their ground. Turtle Bay said nothing.",
}


@pytest.mark.parametrize("name", names())
def test_every_entry_has_the_shape_that_its_file_declares(name: str) -> None:
    """Fields, allowed values and references to other lexicons."""
    wrong = [reason for entry in built_in(name) if (reason := shape(name).wrong(name, entry, built_in))]
    assert wrong == []


@pytest.mark.parametrize(("file", "line", "sentence"), [
    ("given_names.txt", "Zuri | female", "given_names.txt, line 1: gender 'female' is none of m, f, ?"),
    ("given_names.txt", "# names\n\nZuri", "given_names.txt, line 3: gender is missing: name | gender"),
    ("titles.txt", "Coach | m | office | sport", "line 1: 4 fields are 1 too many: title | gender | kind"),
    ("organisations.txt", "Harbour Trust | ORG | ngo | UK", "line 1: state 'UK' is no ISO 3166 alpha-3 of countries.txt"),
    ("organisations.txt", "Harbour Trust | COMPANY", "line 1: type 'COMPANY' is none of "),
    ("events.txt", "AGREE | v | seal | @handshake | with", "line 1: objects '@handshake' is no class of event_objects.txt"),
    ("cities.txt", "Atlantis | GBR | | deep | 5", "line 1: GeoNames 'deep' is no number"),
    ("holidays.txt", "harbour day | first of May", "line 1: day 'first of May' is none of "),
    ("metonyms.txt", "Harbour Street | Harbour Trust | always", "line 1: organisation 'Harbour Trust' is no name of organisations.txt"),
    ("nicknames.txt", "- Nobody", "line 1: takes nothing away, for there is no such entry; mend or remove the line"),
    ("organisations.txt", "- European Union", "'Brussels | European Union | government' of metonyms.txt is left"),
    ("given_nmes.txt", "Zuri | f", "there is no lexicon of this name; did you mean given_names.txt?"),
])
def test_a_wrong_line_is_named_with_its_file(tmp_path: Path, file: str, line: str, sentence: str) -> None:
    """And the sentence tells what the line should look like."""
    (tmp_path / file).write_text(line + "\n", encoding="utf-8")
    _, wrong = examine(tmp_path)
    assert len(wrong) == 1
    assert sentence in wrong[0]
    assert str(tmp_path) in wrong[0]
    with pytest.raises(ConfigurationError, match="lexicons: "):
        read(tmp_path)


@pytest.mark.parametrize(("file", "data", "sentence"), [
    ("products.txt", b"Gull\nCaf\xe9phone\n", "products.txt, line 2: byte 0xe9 is not UTF-8; save the file as UTF-8"),
    ("products.txt", b"Gull\r\nGulls\rCaf\xe9phone\r", "products.txt, line 3: byte 0xe9 is not UTF-8"),
    ("products.txt", "Gullphone\n".encode("utf-16"), "products.txt: is UTF-16; save it as UTF-8"),
    ("products.txt", "Gullphone\n".encode("utf-16-le"), "products.txt, line 1: holds the control character U+0000; remove it, or save"),
    ("products.txt", bytes(range(9, 128)), "products.txt, line 2: holds the control character U+000B"),
    ("products.txt", b"Gull\n\x1b[31mGullphone\n", "products.txt, line 2: holds the control character U+001B"),
    ("products.txt", "Gull\u2028Gulls\n".encode(), "products.txt, line 1: holds the control character U+2028"),
    ("products.txt", b"Gull\n" + b"a" * 20_001, "products.txt, line 2: has more than 20,000 characters; an entry stands on one line"),
    ("products.txt", b"a\n" * (9 << 20), "products.txt: has 18 MiB, more than the 16 that a lexicon may have; is it the right file?"),
    ("products.txt", None, "products.txt: cannot be read (it is no file); mend that or take it out of the folder"),
    ("Products.TXT", b"Gull\n", "Products.TXT: there is no lexicon of this name; did you mean products.txt?"),
    ("products", b"Gull\n", "products: there is no lexicon of this name; did you mean products.txt?"),
])
def test_what_is_no_text_is_named(tmp_path: Path, file: str, data: bytes | None, sentence: str) -> None:
    """Other encodings, other kinds of files, other names: the line where it shows, and what to do."""
    if data is None:
        os.mkfifo(tmp_path / file)
    else:
        (tmp_path / file).write_bytes(data)
    _, wrong = examine(tmp_path)
    assert len(wrong) == 1
    assert sentence in wrong[0]


@pytest.mark.parametrize("data", [
    b"\xef\xbb\xbfGullphone\nCaf\xc3\xa9phone\n", b"Gullphone\r\nCaf\xc3\xa9phone\r\n", b"\r# ours\rGullphone\rCafe\xcc\x81phone",
])
def test_any_editor_will_do(tmp_path: Path, data: bytes) -> None:
    """A mark of byte order, the line ends of any system, letters composed or not: the entries are the same."""
    (tmp_path / "products.txt").write_bytes(data)
    (tmp_path / "notes.md").write_bytes(b"\xff")
    own = read(tmp_path)
    assert [entry for _, entry in own.added["products"]] == [("Gullphone",), ("Caf\u00e9phone",)]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A misspelt path must not read as no changes."""
    with pytest.raises(ConfigurationError, match="nowhere: cannot be read"):
        read(tmp_path / "nowhere")


def test_entries_are_added_and_taken_away(tmp_path: Path) -> None:
    """Whole entries, and single words of entries that hold several."""
    (tmp_path / "particles.txt").write_text("van't\n- de\n", encoding="utf-8")
    (tmp_path / "cues.txt").write_text("- write | verb | * | blog tweet\n", encoding="utf-8")
    own = read(tmp_path)
    assert ("van't",) in own.entries("particles")
    assert ("de",) not in own.entries("particles")
    before = [entry for entry in built_in("cues") if entry[:2] == ("write", "verb")]
    after = [entry for entry in own.entries("cues") if entry[:2] == ("write", "verb")]
    assert [(*entry[:3], entry[3].replace(" tweet ", " ").replace(" blog ", " ")) for entry in before] == after != before


def test_an_event_of_the_users_own_decides_before_the_others(tmp_path: Path) -> None:
    """The first line whose object fits decides, so what the user adds stands first."""
    (tmp_path / "events.txt").write_text("AGREE | v | visit | @pact | with\n", encoding="utf-8")
    assert read(tmp_path).entries("events")[0][0] == "AGREE"


def test_the_hash_tells_changes_and_not_remarks(tmp_path: Path) -> None:
    """Two newsrooms with the same entries read alike."""
    (tmp_path / "products.txt").write_text("Gullphone\n", encoding="utf-8")
    first = read(tmp_path).digest
    (tmp_path / "products.txt").write_text("# ours\n\nGullphone\n", encoding="utf-8")
    assert read(tmp_path).digest == first
    (tmp_path / "products.txt").write_text("Gullphones\n", encoding="utf-8")
    assert read(tmp_path).digest != first


def test_lexicons_cannot_change_once_they_were_read(tmp_path: Path) -> None:
    """Tables made of entries are kept: a later change would reach only some of them."""
    assert entries("products")
    (tmp_path / "products.txt").write_text("Gullphone\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match="were read before"):
        use(tmp_path)


def test_a_newsroom_adds_a_nickname_and_a_local_organisation(tmp_path: Path) -> None:
    """The command reads by the folder that the setting names, and the result says so."""
    folder = tmp_path / "lexicons"
    folder.mkdir()
    (folder / "nicknames.txt").write_text("the Bristol Bruiser | Boris Johnson\n", encoding="utf-8")
    (folder / "organisations.txt").write_text(
        "Harbour Trust Bristol | ORG | ngo | GBR | | NGO | HTB; the Harbour Trust\nHarbour City FC | ORG | sport | GBR | | | Gulls\n",
        encoding="utf-8")
    (folder / "metonyms.txt").write_text("- Turtle Bay\n", encoding="utf-8")
    plain, own = _extract(tmp_path, None), _extract(tmp_path, folder)
    assert plain["provenance"]["lexicons"] is None
    assert own["provenance"]["lexicons"] == read(folder).digest
    named = {entity["name"]: entity for entity in own["entities"]}
    assert {mention["text"] for mention in named["Harbour Trust Bristol"]["mentions"]} >= {"Harbour Trust Bristol", "HTB"}
    assert named["Harbour Trust Bristol"]["ids"]["plover"] == "NGO"
    assert "Gulls" in {mention["text"] for mention in named["Harbour City FC"]["mentions"]}
    assert {mention["text"]: mention["why"] for mention in named["Boris Johnson"]["mentions"]}["Bristol Bruiser"] == "nickname"
    assert "United Nations" not in named
    assert own["quotes"][0]["speaker"]["name"] == "Harbour Trust Bristol"


def _extract(tmp_path: Path, folder: Path | None) -> dict:
    """Run the command in a process of its own: lexicons are chosen once for each."""
    (tmp_path / "article.json").write_text(json.dumps(ARTICLE), encoding="utf-8")
    run = _command(tmp_path, folder, "article.json")
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_the_command_refuses_a_wrong_line(tmp_path: Path) -> None:
    """One sentence, exit status 2."""
    folder = tmp_path / "lexicons"
    folder.mkdir()
    (folder / "titles.txt").write_text("Coach\n", encoding="utf-8")
    (tmp_path / "article.txt").write_text("A text.\n", encoding="utf-8")
    run = _command(tmp_path, folder, "article.txt")
    assert run.returncode == 2
    assert "titles.txt, line 1: kind is missing: title | gender | kind" in run.stderr
    assert "Traceback" not in run.stderr


def _command(tmp_path: Path, folder: Path | None, path: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "WIREDESK_LEXICONS": str(folder or ""), "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run([sys.executable, "-m", "worker", "extract", path], cwd=tmp_path,
                          capture_output=True, text=True, check=False, env=env)
