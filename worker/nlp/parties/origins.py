"""Names in datelines: the place is a place, however small the town, and what stands in brackets is one agency.

The model is at a loss with "ORDUBAK, June 2 (Delta Dispatch) -": it has no sentence there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.nlp.parties.name import Name

if TYPE_CHECKING:
    from worker.nlp.columns import Columns
    from worker.nlp.parties.entity import Credits


def mend(columns: Columns, names: list[Name], credit: Credits) -> None:
    """Give the names of a dateline their types; names are changed in place and stay in order."""
    if credit.origin is not None:
        start, end = credit.origin
        for name in names:
            if start <= columns.starts[name.first] and columns.ends[name.last - 1] <= end and not name.places:
                name.type, name.why = "GPE", "dateline"
    if credit.agency is None:
        return
    start, end = credit.agency
    inside = [token for token in range(columns.size) if start <= columns.starts[token] < end]
    within = [name for name in names if inside and inside[0] <= name.first <= inside[-1]]
    if not inside or any(name.last - name.first == len(inside) for name in within):
        return
    for name in within:
        names.remove(name)
    names.append(Name(first=inside[0], last=inside[-1] + 1, type="ORG", why="dateline", title=inside[0]))
    names.sort(key=lambda name: name.first)
