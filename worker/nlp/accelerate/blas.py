"""NumPy's matrix library: how many threads it uses, and which kernel it has chosen for this processor."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path

import numpy as np


@cache
def _library() -> tuple[ctypes.CDLL, str] | None:
    """Give the OpenBLAS inside NumPy's wheel and the ending of its names; none where NumPy was built otherwise."""
    for path in Path(np.__file__).parent.parent.glob("numpy.libs/*openblas*"):
        library = ctypes.CDLL(str(path))
        for ending in ("64_", ""):
            if hasattr(library, f"scipy_openblas_get_corename{ending}"):
                return library, ending
    return None


def use_one_thread() -> bool:
    """Let products run on one thread: worker processes share the cores already. False if the library is unknown."""
    found = _library()
    if found is None:
        return False
    getattr(found[0], f"scipy_openblas_set_num_threads{found[1]}")(1)
    return True


def kernel() -> str:
    """Name the kernel, for example "OpenBLAS Haswell"; `OPENBLAS_CORETYPE` pins another."""
    found = _library()
    if found is None:
        return "unknown"
    name = getattr(found[0], f"scipy_openblas_get_corename{found[1]}")
    name.restype = ctypes.c_char_p
    return f"OpenBLAS {name().decode()}"
