"""A bounded table of rows keeps what comes again and what is kept for good, and gives each key its own row whatever it forgets."""

from __future__ import annotations

import random

import numpy as np
import pytest

from worker.nlp.accelerate.remembered import Remembered


class Squares(Remembered):
    """Rows that hold the square of their key; `computed` are the keys that were asked for, in order."""

    def __init__(self, capacity: int) -> None:
        super().__init__(np.zeros((capacity, 1), dtype=np.int64), self._follow)
        self.computed: list[int] = []
        self.at: dict[int, int] = {}

    def of(self, *keys: int) -> list[int] | None:
        def compute(places: list[int], first: int) -> np.ndarray:
            new = [keys[place] for place in places]
            self.computed += new
            self.at.update({first + number: key for number, key in enumerate(new)})
            return np.array(new).reshape(-1, 1) ** 2

        rows = self.rows(keys, compute)
        if rows is not None:
            assert [self.at[row] for row in rows] == list(keys)
        return None if rows is None else self.table[rows, 0].tolist()

    def _follow(self, to: list[int]) -> None:
        self.at = {to[row]: key for row, key in self.at.items() if to[row] >= 0}


def test_what_came_again_outlives_a_clearing() -> None:
    squares = Squares(8)
    squares.of(1, 2, 3, 1)
    squares.of(2, 4, 5)
    squares.of(2, 6, 7, 8)
    assert len(squares) == 8
    assert squares.of(9) == [81]
    squares.computed.clear()
    assert squares.of(2, 9) == [4, 81]
    assert squares.computed == []
    assert squares.of(1) == [1]
    assert squares.computed == [1], "it came in one document only"


def test_what_is_kept_for_good_stays_in_its_row() -> None:
    squares = Squares(6)
    squares.of(1, 2)
    squares.keep()
    for key in range(10, 60):
        squares.of(key)
        squares.of(key)
    squares.computed.clear()
    assert squares.of(2, 1) == [4, 1]
    assert squares.computed == []
    assert squares.at[0] == 1


def test_a_document_of_more_keys_than_rows_is_refused_and_nothing_breaks() -> None:
    squares = Squares(5)
    squares.of(1, 2, 3)
    assert squares.of(*range(20)) is None
    assert squares.of(1, 2, 3, 4, 5) == [1, 4, 9, 16, 25]


def test_what_cannot_be_computed_is_not_remembered() -> None:
    squares = Squares(5)
    assert squares.rows([7], lambda _places, _first: None) is None
    assert len(squares) == 0
    assert squares.of(7) == [49]


@pytest.mark.parametrize("capacity", [7, 20, 90])
def test_every_key_has_its_own_row_whatever_is_forgotten(capacity: int) -> None:
    chance = random.Random(capacity)
    squares = Squares(capacity)
    squares.of(*range(4))
    squares.keep()
    for _ in range(2_000):
        keys = [min(int(chance.expovariate(0.05)), 400) for _ in range(chance.randint(1, 12))]
        found = squares.of(*keys)
        assert found is None or found == [key * key for key in keys]
        assert len(squares) <= capacity
