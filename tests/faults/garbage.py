"""What must never reach a worker: fifteen kinds of garbage, and as much random garbage as wanted."""

from __future__ import annotations

import base64
import json
import pickle
import random
from collections.abc import Iterator
from typing import Any


def envelope(**changes: Any) -> dict[str, Any]:
    """A well-formed hint, with parts exchanged."""
    body = base64.b64encode(json.dumps([["somebody"], {}, {}]).encode()).decode()
    return {"body": body, "content-encoding": "utf-8", "content-type": "application/json",
            "headers": {"lang": "py", "task": "wiredesk.extract", "id": "1"},
            "properties": {"correlation_id": "1", "delivery_tag": "1", "body_encoding": "base64",
                           "delivery_info": {"exchange": "", "routing_key": "wiredesk.normal"}}} | changes


def _body(text: bytes) -> str:
    return base64.b64encode(text).decode()


KINDS: dict[str, bytes] = {
    "not_json": b"this is no json",
    "json_string": b'"a string"',
    "json_list": b"[1, 2]",
    "empty_object": b"{}",
    "no_properties": json.dumps({name: value for name, value in envelope().items() if name != "properties"}).encode(),
    "no_delivery_tag": json.dumps(envelope(properties={"body_encoding": "base64"})).encode(),
    "no_body": json.dumps(envelope(body=None)).encode(),
    "bad_base64": json.dumps(envelope(body="%%%")).encode(),
    "body_not_json": json.dumps(envelope(body=_body(b"xx"))).encode(),
    "unknown_task": json.dumps(envelope(headers={"task": "nope", "id": "2"})).encode(),
    "no_headers": json.dumps(envelope(headers={})).encode(),
    "pickle": json.dumps(envelope(body=_body(pickle.dumps([["x"], {}, {}])), **{"content-type": "application/x-python"})).encode(),
    "bad_arguments": json.dumps(envelope(body=_body(b'[[], {"zzz": 1}, {}]'))).encode(),
    "deep": b'{"properties":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "binary": b"\xff\xfe\x00\x80",
}


def fuzz(count: int, seed: int = 1) -> Iterator[bytes]:
    """Random bytes, random JSON, and hints with one part gone, changed or cut; none of them is a hint."""
    chance = random.Random(seed)
    whole = json.dumps(envelope())
    for number in range(count):
        kind = chance.randrange(4)
        if kind == 0:
            yield b"%d" % number + chance.randbytes(chance.randint(1, 300))
        elif kind == 1:
            yield json.dumps([number, _value(chance, 3)]).encode()
        elif kind == 2:
            yield whole[:chance.randrange(len(whole) - 1)].encode() + b"#%d" % number
        else:
            broken = envelope(number=number)
            broken[chance.choice(["body", "headers", "properties", "content-type"])] = _value(chance, 2)
            yield json.dumps(broken).encode()


def _value(chance: random.Random, depth: int) -> Any:
    kind = chance.randrange(7 if depth else 5)
    if kind == 5:
        return [_value(chance, depth - 1) for _ in range(chance.randrange(4))]
    if kind == 6:
        return {chance.choice(["task", "id", "delivery_tag", "x"]): _value(chance, depth - 1) for _ in range(chance.randrange(4))}
    text = chance.choice(["", "x", "\u0000", "wiredesk.extract"])
    return [None, chance.random() < 0.5, chance.randint(-10**12, 10**12), chance.random(), text][kind]
