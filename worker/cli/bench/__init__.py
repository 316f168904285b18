"""`wiredesk bench`: measurements of speed and accuracy, of this installation on this machine.

articles.py: texts to measure with. parse.py: the accelerated parse against spaCy's own. stages.py: where an article's time
goes, and a profile. length.py: growth with an article's length. system.py: the whole system against `nlp.pipe`, in one run;
scaling.py: with more processes, with a backlog; start.py: from nothing to the first result; workers.py: the server and worker
that these start. accuracy.py: data sets in the evaluation layout. report.py, plot.py, measure.py: tables, medians, memory, the machine.
"""

from __future__ import annotations

import dataclasses
import importlib
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from worker.cli import console


class Part(StrEnum):
    """What `bench speed` measures; each has a function `<name>_section` in a module of this folder."""

    PARSE = "parse"
    STAGES = "stages"
    LENGTH = "length"
    SYSTEM = "system"
    PROCESSES = "processes"
    BACKLOG = "backlog"
    START = "start"


#: Modules that hold more than one part; any other part is its own.
MODULES = {Part.PROCESSES: "scaling", Part.BACKLOG: "scaling"}
#: What runs unless parts are named: some ten minutes.
DEFAULT = (Part.PARSE, Part.STAGES, Part.LENGTH, Part.SYSTEM)


def add_to(app: typer.Typer) -> None:
    """Add the group to the application."""
    group = typer.Typer(name="bench", no_args_is_help=True, help="Measure speed and accuracy.")
    group.command()(speed)
    group.command()(accuracy)
    app.add_typer(group)


def speed(
    parts: Annotated[list[Part] | None, typer.Argument(
        metavar="[PART]…", help=f"{', '.join(Part)}; by default {', '.join(DEFAULT)}.")] = None,
    articles: Annotated[list[str] | None, typer.Option(help="Files with articles; by default made from the seeds.")] = None,
    count: Annotated[int, typer.Option(min=30, help="Articles.")] = 300,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds that the spread is taken over.")] = 5,
    processes: Annotated[int, typer.Option(min=1, help="Worker processes.")] = 2,
    profile: Annotated[Path | None, typer.Option(help="Write a profile of the pipeline to this file and print its top.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the measurements to this file (.png, .svg).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure how fast articles are read."""
    from worker.cli.bench.articles import load_articles
    from worker.cli.bench.measure import machine
    from worker.cli.bench.report import Bench
    from worker.nlp.model import load_model
    from worker.settings import load_settings

    settings = load_settings()
    bench = Bench(settings, load_model(settings.model), load_articles(articles or [], count), rounds, processes)
    found: dict[str, object] = {"machine": machine(), "model": f"{bench.model.name} {bench.model.version}", "articles": len(bench.texts)}
    if not as_json:
        console.say(f"{found['machine']}; {found['model']}; {len(bench.texts):,} articles")
    for part in parts or DEFAULT:
        module = importlib.import_module(f"{__name__}.{MODULES.get(part, part)}")
        section = getattr(module, f"{part}_section")(bench)
        found[part.value] = section.data
        if not as_json:
            console.OUT.print(console.table(section.title, section.headings, section.rows, section.note))
    if profile is not None:
        from worker.cli.bench.stages import profile_stages

        print(profile_stages(bench.reader, bench.texts, profile))
    if plot is not None:
        from worker.cli.bench.plot import draw

        draw(found, plot)
    if as_json:
        console.print_json(found)


def accuracy(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A folder of the evaluation layout.")],
    only: Annotated[str, typer.Option(help="Names of data sets, with commas between them.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure accuracy on annotated data sets; the layout's own score.py decides."""
    from worker.cli.bench.accuracy import measure_accuracy
    from worker.nlp.model import load_model
    from worker.nlp.reading import Reader
    from worker.settings import load_settings

    settings = load_settings()
    reader = Reader(load_model(settings.model), accelerate=settings.reading.accelerate, lexicons=settings.lexicons)
    scores = list(measure_accuracy(reader, folder, [name.strip() for name in only.split(",") if name.strip()]))
    if as_json:
        console.print_json([dataclasses.asdict(score) for score in scores])
        return
    console.OUT.print(console.table("Accuracy", ("data set", "measure", "precision", "recall", "F1", "gold"), [
        (row.data_set, row.measure, f"{row.precision:.3f}", f"{row.recall:.3f}", f"{row.f1:.3f}", f"{row.gold:,}") for row in scores]))
