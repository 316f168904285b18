"""`wiredesk dead`: look at dead letters, put them back on the queue, keep them elsewhere, remove them."""

from __future__ import annotations

import datetime as dt
import sys
import textwrap
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli import console
from worker.errors import InputError
from worker.records import parse_published

if TYPE_CHECKING:
    from worker.ledger import Ledger
    from worker.ledger.dead_letters import DeadLetter, Filter

_Reason = Annotated[str, typer.Option(help="Only this class of reason, such as LanguageError or not_json.")]
_Source = Annotated[str, typer.Option(help="Only what came in this way, such as http, cli or wiredesk.normal.")]
_Error = Annotated[str, typer.Option(help="Only letters whose error holds these words.")]
_Before = Annotated[str, typer.Option(help="Only what died before this date or date-time.")]
_After = Annotated[str, typer.Option(help="Only what died at or after this date or date-time.")]
_Id = Annotated[str, typer.Option("--id", help="Only this article.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON lines instead of a table.")]
_Letters = Annotated[list[str] | None, typer.Argument(metavar="[LETTER…]", help="Letters' numbers or their articles' ids.")]
_All = Annotated[bool, typer.Option("--all", help="All letters: needed when nothing narrows them down.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]

_SHOWN_ERROR = 90
#: A terminal of so many columns has room for everything.
_WIDE = 120


def add_to(app: typer.Typer) -> None:
    """Add the group of commands to the application."""
    group = typer.Typer(no_args_is_help=True, help="What could never succeed and what was never an article, with its bytes and its reason.")
    for command in (list_letters, show, replay, purge, export):
        group.command(command.__name__.removesuffix("_letters"))(command)
    app.add_typer(group, name="dead")


def list_letters(
    *, reason: _Reason = "", source: _Source = "", error: _Error = "", before: _Before = "", after: _After = "", article_id: _Id = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many, oldest first.")] = 100, as_json: _Json = False,
) -> None:
    """List dead letters, oldest first."""
    ledger = _ledger()
    letters = list(ledger.dead.list(_filter(reason, source, error, (before, after), article_id), limit=limit))
    if as_json:
        for letter in letters:
            console.print_json(letter.summary(), lines=True)
        return
    reasons = Counter(letter.reason for letter in letters)
    summary = ", ".join(f"{count:,} {name}" for name, count in reasons.most_common()) or "none"
    wide = console.OUT.width >= _WIDE
    headings = ("letter", "article", "source", "reason", "attempts", "died", "error") if wide else ("letter", "article", "reason", "error")
    caption = f"{len(letters):,} shown of {ledger.dead.count():,} kept: {summary}"
    table = console.table("Dead letters", headings, [_row(letter, wide=wide) for letter in letters], caption)
    # To be copied whole.
    table.columns[0].no_wrap = True
    console.OUT.print(table)


def _row(letter: DeadLetter, *, wide: bool) -> tuple[object, ...]:
    name, error = letter.id or "–", textwrap.shorten(letter.error, _SHOWN_ERROR, placeholder=" …")
    if not wide:
        return letter.letter, name, letter.reason, error
    return letter.letter, name, letter.source, letter.reason, letter.attempts or "–", f"{letter.died:%Y-%m-%d %H:%M:%S}", error


def show(letter: Annotated[str, typer.Argument(help="The letter's number or its article's id.")]) -> None:
    """Print one dead letter as JSON, with its article or its bytes."""
    console.print_json(_named(_ledger(), letter).to_json())


def replay(
    letters: _Letters = None,
    *, reason: _Reason = "", source: _Source = "", error: _Error = "", before: _Before = "", after: _After = "", article_id: _Id = "",
    rate: Annotated[float | None, typer.Option(min=0.01, help="At most so many a second.")] = None, dry_run: _DryRun = False,
    everything: _All = False,
) -> None:
    """Put articles back on their queues, oldest first; broken off, it is simply called again."""
    from worker.ledger.dead_letters import REPLAY_ANSWERS

    ledger = _ledger()
    chosen = _chosen(ledger, letters, _filter(reason, source, error, (before, after), article_id), everything=everything)
    answers: Counter[str] = Counter()
    with console.progress("letters") as bar:
        task = bar.add_task("replaying", total=len(chosen.letters) or ledger.dead.count())
        for letter, answer in ledger.dead.replay(chosen, per_second=rate, dry_run=dry_run):
            answers[answer] += 1
            if answer != "queued":
                console.complain(letter.id or letter.letter, REPLAY_ANSWERS[answer])
            bar.advance(task)
    console.say(f"{answers['queued']:,} {'would be' if dry_run else 'are'} queued again, {answers.total() - answers['queued']:,} not")
    if answers.total() > answers["queued"]:
        raise typer.Exit(1)


def purge(
    letters: _Letters = None,
    *, reason: _Reason = "", source: _Source = "", error: _Error = "", before: _Before = "", after: _After = "", article_id: _Id = "",
    dry_run: _DryRun = False, everything: _All = False,
) -> None:
    """Remove dead letters and their bytes for good."""
    ledger = _ledger()
    chosen = _chosen(ledger, letters, _filter(reason, source, error, (before, after), article_id), everything=everything)
    removed = ledger.dead.purge(chosen, dry_run=dry_run)
    console.say(f"{removed:,} {'would be' if dry_run else 'are'} removed")


def export(
    file: Annotated[str, typer.Argument(help="A file for JSON lines, or - for standard output.")] = "-",
    *, reason: _Reason = "", source: _Source = "", error: _Error = "", before: _Before = "", after: _After = "", article_id: _Id = "",
) -> None:
    """Write dead letters with their articles or bytes as JSON lines; they stay where they are."""
    lines = _ledger().dead.export(_filter(reason, source, error, (before, after), article_id))
    if file == "-":
        sys.stdout.buffer.writelines(lines)
        sys.stdout.buffer.flush()
        return
    try:
        with open(file, "wb") as stream:  # noqa: PTH123 - the name is the user's own
            written = 0
            for line in lines:
                stream.write(line)
                written += 1
    except OSError as failure:
        raise InputError(f"{file}: cannot be written ({failure.strerror}); name a file in a folder that can") from None
    console.say(f"{written:,} letters written to {file}")


def _ledger() -> Ledger:
    from worker.ledger import connect
    from worker.settings import load_settings

    return connect(load_settings(), name="wiredesk-dead")


def _filter(reason: str, source: str, error: str, died: tuple[str, str], article_id: str) -> Filter:
    from worker.ledger.dead_letters import Filter

    before, after = _date(died[0], "--before"), _date(died[1], "--after")
    return Filter(reason=reason, source=source, error=error, before=before, after=after, article_id=article_id)


def _chosen(ledger: Ledger, letters: list[str] | None, conditions: Filter, *, everything: bool) -> Filter:
    """A slip of the hand must not touch every letter."""
    chosen = replace(conditions, letters=frozenset(_named(ledger, name).letter for name in letters or ()))
    if not everything and not chosen.narrows:
        raise typer.BadParameter("name letters, or which are meant by --reason, --source, --error, --before, --after or --id; or say --all")
    return chosen


def _named(ledger: Ledger, name: str) -> DeadLetter:
    """Give the letter that a person names by its number or its article's id."""
    found = ledger.dead.show(name)
    if found is None:
        raise InputError(f"{name}: is no dead letter's number and no dead article's id; `wiredesk dead list` shows them")
    return found


def _date(value: str, option: str) -> dt.datetime | None:
    if not value:
        return None
    try:
        parsed = parse_published(value)
    except ValueError as error:
        raise typer.BadParameter(f"{value!r} {error}", param_hint=option) from None
    return parsed if isinstance(parsed, dt.datetime) else dt.datetime(parsed.year, parsed.month, parsed.day, tzinfo=dt.UTC)
