"""The measurements as one picture; matplotlib comes with the extra `plot`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from worker.errors import ConfigurationError

#: Bars of the product, and of what it is compared with.
_OWN, _OTHER = "#1b6ca8", "#b8b8b8"


def draw(found: Mapping[str, Any], path: Path) -> None:
    """Draw what was measured of parse, stages, length and the whole system; the file's ending chooses PNG, SVG or PDF.

    Raises:
        ConfigurationError: matplotlib is not installed, or nothing was measured that has a panel.
    """
    try:
        import matplotlib as mpl
    except ImportError:
        raise ConfigurationError("a plot needs matplotlib: pip install 'wiredesk[plot]'") from None
    mpl.use("agg")
    from matplotlib import pyplot as plt

    parts = [(name, panel) for name, panel in PANELS.items() if name in found]
    if not parts:
        raise ConfigurationError(f"--plot: measure at least one of {', '.join(PANELS)}")
    figure, axes = plt.subplots(1, len(parts), figsize=(5.5 * len(parts), 4.2), squeeze=False, layout="constrained")
    for (name, panel), axis in zip(parts, axes[0], strict=True):
        panel(axis, found[name])
    figure.suptitle(f"{found['machine']}; {found['model']}; {found['articles']:,} articles", fontsize=9)
    figure.savefig(path)
    plt.close(figure)


def _parse(axis: Any, rows: list[dict[str, Any]]) -> None:  # noqa: ANN401 - matplotlib is untyped
    names = [row["name"] for row in rows]
    bars = axis.bar(names, [row["milliseconds"]["median"] for row in rows], color=[_OTHER, *[_OWN] * (len(rows) - 1)])
    axis.bar_label(bars, [f"{row['over_stock']['median']:.1f} x" for row in rows])
    axis.set(title="Parse alone, one core", ylabel="ms an article")


def _stages(axis: Any, rows: list[dict[str, Any]]) -> None:  # noqa: ANN401 - likewise
    shown = [row for row in rows if row["name"] not in ("stock parse", "whole pipeline", "all extractors")][::-1]
    axis.barh([row["name"] for row in shown], [row["of_stock"] * 100 for row in shown], color=_OWN)
    axis.set(title="Stages of one article", xlabel="% of spaCy's own parse")


def _length(axis: Any, rows: list[dict[str, Any]]) -> None:  # noqa: ANN401 - likewise
    axis.loglog([row["tokens"] for row in rows], [row["seconds"] for row in rows], "o-", color=_OWN)
    axis.set(title="Length of one article", xlabel="tokens", ylabel="seconds")


def _system(axis: Any, row: dict[str, Any]) -> None:  # noqa: ANN401 - likewise
    both = [row["stock"], row["system"]]
    spread = [[side["median"] - side["least"] for side in both], [side["most"] - side["median"] for side in both]]
    axis.bar(["nlp.pipe", "Wiredesk"], [side["median"] for side in both], yerr=spread, color=[_OTHER, _OWN], capsize=4)
    axis.set(title=f"The whole system: {row['ratio']['median']:.1f} x", ylabel="articles a second")


#: One panel a part that has one.
PANELS: dict[str, Callable[[Any, Any], None]] = {"parse": _parse, "stages": _stages, "length": _length, "system": _system}
