
"""The arc-eager transition loop, compiled by numba; imported only once numba's cache folder is set.

It follows spaCy's `arc_eager.pyx` and `_state.pxd` move by move. A word that is taken off the stack without a head goes back
to the buffer and may not be shifted again; an arc that replaces another removes the older one from its head's children only
where that is the last of them, as spaCy's code does.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
from numba import njit

#: Moves, in the order of `parser.KINDS`.
SHIFT, REDUCE, LEFT, RIGHT, BREAK = range(5)
#: Places in `counts`: words on the stack, words given back to the buffer, the buffer's next word, arcs.
STACK, BACK, NEXT, ARCS = range(4)
#: Columns of `flags`: given back once, so not to be shifted; a sentence starts here.
STUCK, START = range(2)
PLACES = 8

_SIGNATURE = "b1(f4[:,:,::1], f4[::1], f4[:,::1], f4[::1], i4[::1], i4[::1], i4[::1])"
_Ints = npt.NDArray[np.int32]
_Floats = npt.NDArray[np.float32]
_Bools = npt.NDArray[np.bool_]


class Loop(Protocol):
    """What `run` is to its callers."""

    def __call__(self, table: _Floats, bias: _Floats, weights: _Floats, output_bias: _Floats,
                 kinds: _Ints, heads: _Ints, moves: _Ints) -> bool:
        """Fill `heads` (-1: none) and `moves` (the move that attached each word); false if the parse does not come to an end."""
        ...


@njit(cache=True)
def _buffered(back: _Ints, counts: _Ints, size: int, place: int) -> int:
    """Give the buffer's word at a place, -1 behind its end."""
    if place < counts[BACK]:
        return int(back[counts[BACK] - 1 - place])
    word = int(counts[NEXT] + place - counts[BACK])
    return word if word < size else -1


@njit(cache=True)
def _last_child(word: int, side: int, last: _Ints, arcs: _Ints) -> int:
    arc = last[word, side] if word >= 0 else -1
    return int(arcs[arc, 0]) if arc >= 0 else -1


@njit(cache=True)
def _look(words: _Ints, stack: _Ints, back: _Ints, counts: _Ints, last: _Ints, arcs: _Ints) -> None:
    """Fill in the eight words that a state is scored by; -1 for none."""
    size, depth = len(last), counts[STACK]
    words[0], words[1] = _buffered(back, counts, size, 0), _buffered(back, counts, size, 1)
    for place in range(3):
        words[2 + place] = stack[depth - 1 - place] if depth > place else -1
    words[5] = _last_child(words[0], 0, last, arcs)
    words[6] = _last_child(words[2], 0, last, arcs)
    words[7] = _last_child(words[2], 1, last, arcs)


@njit(cache=True)
def _score(words: _Ints, table: _Floats, bias: _Floats, weights: _Floats, output_bias: _Floats, summed: _Floats, scores: _Floats) -> None:
    """Score all moves; sums run in spaCy's order, so that they round alike."""
    width = len(weights)
    summed[:] = 0
    for place in range(PLACES):
        part = table[words[place] + 1, place]
        for i in range(2 * width):
            summed[i] += part[i]
    for i in range(2 * width):
        summed[i] += bias[i]
    scores[:] = 0
    for i in range(width):
        hidden = max(summed[i], summed[i + width])
        for move in range(len(scores)):
            scores[move] += hidden * weights[i, move]
    for move in range(len(scores)):
        scores[move] += output_bias[move]


@njit(cache=True)
def _check(valid: _Bools, words: _Ints, counts: _Ints, flags: _Bools, size: int) -> None:
    """Say which kinds of move the state allows."""
    first, second = words[0], words[1]
    waiting = size - counts[NEXT] + counts[BACK]
    starts = first >= 0 and flags[first, START]
    empty = counts[STACK] == 0
    valid[SHIFT] = empty or (waiting > 1 and not starts and not flags[first, STUCK])
    valid[REDUCE] = not empty
    valid[LEFT] = valid[RIGHT] = not empty and waiting > 0 and not starts
    valid[BREAK] = waiting > 1 and second == first + 1 and not flags[second, START]


@njit(cache=True)
def _attach(child: int, head: int, heads: _Ints, last: _Ints, arcs: _Ints, counts: _Ints) -> None:
    old = heads[child]
    if old >= 0:
        side = 0 if old > child else 1
        arc = last[old, side]
        if arc >= 0 and arcs[arc, 0] == child:
            last[old, side] = arcs[arc, 1]
    side = 0 if head > child else 1
    arc = counts[ARCS]
    arcs[arc, 0], arcs[arc, 1] = child, last[head, side]
    last[head, side] = arc
    counts[ARCS] += 1
    heads[child] = head


@njit(cache=True)
def _push(stack: _Ints, back: _Ints, counts: _Ints) -> None:
    if counts[BACK] > 0:
        counts[BACK] -= 1
        stack[counts[STACK]] = back[counts[BACK]]
    else:
        stack[counts[STACK]] = counts[NEXT]
        counts[NEXT] += 1
    counts[STACK] += 1


@njit(cache=True)
def _reduce(stack: _Ints, back: _Ints, counts: _Ints, flags: _Bools, heads: _Ints) -> None:
    counts[STACK] -= 1
    word = stack[counts[STACK]]
    if heads[word] < 0 and counts[STACK] > 0:
        flags[word, STUCK] = True
        back[counts[BACK]] = word
        counts[BACK] += 1


@njit(cache=True)
def _best(scores: _Floats, kinds: _Ints, valid: _Bools) -> int:
    best = -1
    for move in range(len(scores)):
        if valid[kinds[move]] and (best < 0 or scores[move] > scores[best]):
            best = move
    return best


@njit(_SIGNATURE, cache=True)
def run(table: _Floats, bias: _Floats, weights: _Floats, output_bias: _Floats, kinds: _Ints, heads: _Ints, moves: _Ints) -> bool:
    """Parse the words of `table` (words + 1, 8, 2 x hidden); see `Loop`."""
    size = len(heads)
    heads[:] = -1
    moves[:] = -1
    stack, back = np.empty(size + 1, np.int32), np.empty(size + 1, np.int32)
    counts = np.zeros(4, np.int32)
    flags = np.zeros((size + 1, 2), np.bool_)
    flags[0, START] = True
    last, arcs = np.full((size, 2), -1, np.int32), np.empty((4 * size + 8, 2), np.int32)
    words, valid = np.empty(PLACES, np.int32), np.empty(5, np.bool_)
    summed, scores = np.empty(len(bias), np.float32), np.empty(len(kinds), np.float32)
    for _ in range(20 * size + 100):
        if counts[STACK] == 0 and counts[NEXT] == size and counts[BACK] == 0:
            return True
        _look(words, stack, back, counts, last, arcs)
        _score(words, table, bias, weights, output_bias, summed, scores)
        _check(valid, words, counts, flags, size)
        best = _best(scores, kinds, valid)
        if best < 0 or counts[ARCS] == len(arcs):
            return False
        kind = kinds[best]
        first, top = words[0], words[2]
        if kind == SHIFT:
            _push(stack, back, counts)
        elif kind == REDUCE:
            _reduce(stack, back, counts, flags, heads)
        elif kind == LEFT:
            _attach(top, first, heads, last, arcs, counts)
            moves[top] = best
            flags[first, STUCK] = False
            counts[STACK] -= 1
        elif kind == RIGHT:
            _attach(first, top, heads, last, arcs, counts)
            moves[first] = best
            _push(stack, back, counts)
        else:
            flags[words[1], START] = True
    return False
