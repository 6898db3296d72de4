"""Endpoint and servers that are busy, broken or another's, as in tests/canopy-r/broken.R: python broken.py URL"""

import datetime
import math
import os
import sys

import numpy as np
import pandas as pd

sys.path.insert(0, "model")
from canopy import CHUNK, CHUNK_BYTES, Endpoint, _chunks  # noqa: E402

base = sys.argv[1]
rows = pd.DataFrame({"a": [1, None, 0.1 + 0.2, 3], "f": ["x", "y", "z", None]})


def at(name, key=None):
    return Endpoint(f"{base}/{name}//", key)


def expect(words, ask):
    try:
        ask()
        said = "no error"
    except Exception as error:
        said = f"{type(error).__name__} {error}"
    assert words in said, f"expected {words}, found {said}"
    return said


for name in ("html", "code", "deep"):
    expect("CanopyProblem " + f"{base}/{name}/model: status 200, but no answer of a model", lambda name=name: at(name))
assert "secret" not in expect("status 302, which leads to another address", lambda: at("redirect", "secret"))
expect("/forbidden/model: Forbidden", lambda: at("forbidden"))
expect("CanopyProblem " + f"{base}/text/model: status 500", lambda: at("text"))
expect("key a\"b\\c $x '", lambda: at("key", "a\"b\\c $x '"))
assert "secret" not in expect("ConnectionError no answer from http://127.0.0.1:1/model", lambda: Endpoint("http://127.0.0.1:1", "secret"))
for address in ("http://x\r\nHost:y", "http://x y", "file:///etc/hosts", "localhost:3000", "", "http://", "http://me:secret@x"):
    said = expect("ValueError the address; expected one that begins with", lambda address=address: Endpoint(address))
    assert "secret" not in said
for key in ("secret\r\nx: y", "secrét", "secret\0"):
    assert "secr" not in expect("ValueError the key; expected one line", lambda key=key: Endpoint(base, key))
assert "secret" not in repr(vars(at("echo")))

assert at("busy").predict(rows) == [1.5] * 4
said = expect("CanopyProblem ", lambda: at("large").predict(rows))
assert "too large\n  /a too long\n" in said and "only a message" in said
expect("1 predictions for 4 rows", lambda: at("short").predict(rows))
expect("no answer from", lambda: at("cut").predict(rows))
expect("no answer of a model", lambda: at("other").predict(rows))

echo = at("echo")
assert echo.predict(rows)[2] == "0.30000000000000004|z"
assert echo.predict(rows[:0]) == echo.predict([]) == echo.predict({"a": [], "f": []}) == []
many = pd.DataFrame({"a": np.arange(2 * CHUNK + 1) / 4, "f": "x"})
assert len(echo.predict(many)) == 2 * CHUNK + 1
for deploy in ("deploy", "calibrated", "background"):
    expect("ValueError two models answered, as in a deploy", lambda: at(deploy).predict(many))
    assert at(deploy).predict(many[:1]) == ["new"]
long = ["x" * (CHUNK_BYTES // 4)] * 10
assert [len(some) for some in _chunks(long)] == [4, 4, 2]
assert [len(some) for some in _chunks(["x"] * (CHUNK + 1))] == [CHUNK, 1]
odd = pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "f": pd.array(["é\"\\\n", None], dtype="string")})
assert echo.predict(odd) == ['1|é"\\\n', "null|null"]
assert echo.predict({"a": [np.int64(1), np.float32(0.5), True], "f": [datetime.date(2020, 1, 2), pd.NaT, np.str_("x")]}) == [
    "1|2020-01-02",
    "0.5|null",
    "true|x",
]
assert echo.predict([{"a": 1, "f": "x", "more": 2}, {"f": "y"}]) == ["1|x", "null|y"]
expect("the frame has no column f", lambda: echo.predict({"a": [1]}))
expect("have different lengths", lambda: echo.predict({"a": [1], "f": ["x", "y"]}))
expect("the column a: an infinite number", lambda: echo.predict({"a": [math.inf], "f": ["x"]}))
if os.path.exists("canopy-r-was-run"):
    raise AssertionError("an answer was run")
print("servers that are broken: each refused in words")
