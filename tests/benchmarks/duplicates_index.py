"""The shared index of near-duplicates: the server's memory for a million fingerprints, and the time of a look-up.

    python -m tests.benchmarks.duplicates_index [--fingerprints 1000000]

Fingerprints are random, as those of different articles are, but two of their sixteen look-up values are common phrases, and one
article in five is a reprint. Beside wall-clock time stands the server's own processor time, which other programs do not disturb.
"""

from __future__ import annotations

import argparse
import hashlib
import struct
import time
from collections.abc import Iterator

import numpy as np

from tests.servers import Server, open_ledger, server_binaries
from worker.ledger import Ledger
from worker.ledger.sketches import cluster_name

LOOK_UPS = 2_000
_PHRASES = 200_000


def fingerprints(number: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Ids and raw fingerprints."""
    random = np.random.default_rng(seed)
    phrases = np.random.default_rng(0).integers(0, 2**32, size=_PHRASES, dtype=np.uint32)
    raw = b""
    for at in range(number):
        if at % 5 or not raw:
            values = random.integers(0, 2**32, size=16, dtype=np.uint32)
            values[:2] = phrases[random.zipf(1.3, 2) % _PHRASES]
            raw = struct.pack(">H", 500) + values.astype(">u4").tobytes() + random.bytes(192)
        yield f"sha256:{hashlib.sha256(f'{seed}-{at}'.encode()).hexdigest()}", raw


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fingerprints", type=int, default=1_000_000)
    number = parser.parse_args().fingerprints
    server = Server(server_binaries()["valkey"], "--appendonly", "no")
    try:
        with open_ledger(server.url) as ledger:
            empty = ledger.client.info("memory")["used_memory"]
            calls = []
            for article_id, raw in fingerprints(number, 1):
                calls.append((article_id, bytes.fromhex(cluster_name(article_id)), raw))
                if len(calls) == 500:
                    ledger.scripts.call_many("duplicates", calls)
                    calls = []
            used = ledger.client.info("memory")["used_memory"] - empty
            print(f"{number:,} fingerprints: {used / 1e6:,.0f} MB, {used / number:.0f} bytes each")
            look_up(ledger)
    finally:
        server.close()


def look_up(ledger: Ledger) -> None:
    """Time single look-ups, each a round trip of its own."""
    before = _processor_seconds(ledger)
    times = []
    for article_id, raw in fingerprints(LOOK_UPS, 2):
        began = time.perf_counter()
        ledger.call("duplicates", article_id, bytes.fromhex(cluster_name(article_id)), raw)
        times.append(time.perf_counter() - began)
    spent = (_processor_seconds(ledger) - before) / LOOK_UPS
    times.sort()
    print(f"look-up with round trip: median {times[LOOK_UPS // 2] * 1e3:.2f} ms, 99 % {times[LOOK_UPS * 99 // 100] * 1e3:.2f} ms; "
          f"the server's processor time {spent * 1e3:.3f} ms")


def _processor_seconds(ledger: Ledger) -> float:
    info = ledger.client.info("cpu")
    return float(info["used_cpu_user"]) + float(info["used_cpu_sys"])


if __name__ == "__main__":
    main()
