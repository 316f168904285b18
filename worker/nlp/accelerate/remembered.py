"""Rows of a table by key, bounded: when it is full, what came in one document only is forgotten and what came again stays.

Half of the words of news are met once and never again; a table that forgets all when it is full computes the other half anew each time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

#: So much of the table at most survives a clearing: a fuller one would soon be full again.
SURVIVORS = 3 / 4


#: Computes rows for the keys at these places; they will be the table's from this row on. None if they cannot be computed.
Compute = Callable[[list[int], int], "np.ndarray[Any, Any] | None"]


class Remembered:
    """Which row of `table` holds what belongs to a key."""

    def __init__(self, table: np.ndarray[Any, Any], moved: Callable[[list[int]], None] | None = None) -> None:
        """Begin empty; `moved` is told after a clearing where each old row went, -1 for those that are gone."""
        self.table = table
        self._moved = moved
        self._rows: dict[int, int] = {}
        self._again = np.zeros(len(table), dtype=bool)
        #: So many of the first rows stay for good.
        self._kept = 0

    def __len__(self) -> int:
        return len(self._rows)

    def keep(self) -> None:
        """Keep what is here now for good: processes that are forked from this one share these rows."""
        self._kept = len(self._rows)

    def rows(self, keys: Sequence[int], compute: Compute) -> list[int] | None:
        """Give the row of each key, of one document; they hold until the next call. Rows that are missing are computed first.

        None if the document has more keys than there are rows, or if `compute` gives none.
        """
        rows: Any = list(map(self._rows.get, keys))
        if None not in rows:
            self._again[rows] = True
            return rows  # type: ignore[no-any-return] # no row is missing
        self._again[[row for row in rows if row is not None]] = True
        new = self._missing(keys)
        if len(self._rows) + len(new) > len(self.table):
            self._clear(len(self.table) - len(new))
            new = self._missing(keys)
            if len(self._rows) + len(new) > len(self.table):
                return None
        first = len(self._rows)
        computed = compute(list(new.values()), first)
        if computed is None:
            return None
        self.table[first:first + len(new)] = computed
        self._rows.update(zip(new, range(first, first + len(new)), strict=True))
        return [self._rows[key] for key in keys]

    def _missing(self, keys: Sequence[int]) -> dict[int, int]:
        """Give the last place of each key that has no row."""
        return {key: place for place, key in enumerate(keys) if key not in self._rows}

    def _clear(self, most: int) -> None:
        used, kept = len(self._rows), self._kept
        stays = np.zeros(used, dtype=bool)
        stays[:kept] = True
        stays |= self._again[:used]
        if stays.sum() > min(most, SURVIVORS * len(self.table)):
            stays[kept:] = False
        to = np.where(stays, np.cumsum(stays) - 1, -1)
        alive = int(stays.sum())
        # The rows kept for good are shared between processes: they are not written, not even with what they hold.
        self.table[kept:alive] = self.table[kept:used][stays[kept:]]
        places = to.tolist()
        self._rows = {key: places[row] for key, row in self._rows.items() if places[row] >= 0}
        self._again[:] = False
        if self._moved is not None:
            self._moved(places)
