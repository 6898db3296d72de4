"""From a booster in Python to a URL that answers with its numbers, and back. The standard library alone, Python 3.9 or newer.

    from canopy import canopy_save, Endpoint
    canopy_save(booster_or_estimator, X, "model.ubj")     # xgboost; "model.txt" for LightGBM
    Endpoint("http://localhost:3000").predict(frame)

canopy_save writes the package's own file and the sidecar beside it (model.model.json): names, levels, ranges, defaults, a training
profile, and 64 rows with the package's own predictions, which are computed again wherever the model is served. These rows are drawn:
each column by itself, a number evenly within a bin of its histogram. No row of X is in it, unless share_rows=True.
"""

import http.client
import json
import math
import os
import platform
import random
import shlex
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

ROWS = 64
LEAST = 5  # rows in a bin, or of a level, that is told
CHUNK = 1000  # rows of one request
CHUNK_BYTES = 4_000_000
TIMEOUT = 100  # seconds without a byte of an answer
WAITS = (1, 3)  # seconds before a server that is busy is asked again
BUSY = (429, 502, 503, 504)
ENDINGS = {"xgboost": (".ubj", ".json"), "lightgbm": (".txt",)}


def canopy_save(model, X, file, title=None, labels=None, share_rows=False):
    """Save an xgboost or LightGBM model with its sidecar. X is a pandas DataFrame, or an array of numbers; returns the sidecar's path."""
    package, booster = _booster_of(model)
    file = os.fspath(file)
    if not file.endswith(ENDINGS[package]):
        raise ValueError(f"the file {file}; expected a name that ends in {' or '.join(ENDINGS[package])}")
    if not os.access(os.path.dirname(file) or ".", os.W_OK):
        raise ValueError(f"the folder {os.path.dirname(file) or '.'}; expected one that is there and can be written to")
    if type(X).__module__.split(".")[0] == "polars":
        X = X.to_pandas()
    if hasattr(X, "columns"):
        # The names that the packages give: numbers become texts, and LightGBM writes no space.
        X = X.rename(columns={name: str(name).replace(" ", "_" if package == "lightgbm" else " ") for name in X.columns})
        if not X.columns.is_unique:
            raise ValueError(f"X has the column {X.columns[X.columns.duplicated()][0]} twice")
    columns = _columns_of(X, booster)
    # LightGBM takes an ordered category for a number, and its file does not say whose its levels are: callers send codes.
    coded = {name: list(values.cat.categories) for name, values in columns.items() if package == "lightgbm" and _is_ordered(values)}
    columns |= {name: [None if code < 0 else code for code in columns[name].cat.codes.tolist()] for name in coded}
    unknown = [str(name) for name in labels or {} if name not in columns]
    if unknown:
        raise ValueError(f"the model has no column {', '.join(unknown)}, for labels")
    told = {name: _in_column(name, _describe, values, (labels or {}).get(name)) for name, values in columns.items()}
    for one in told.values() if package == "lightgbm" else ():
        # Of a column of codes, which its file may take for one of categories.
        one["said"] |= {} if "levels" in one["said"] else {"type": "number"}
    draw = random.Random(64)
    count = max(8, min(ROWS, 64000 // len(columns)))
    if share_rows:
        places = draw.sample(range(len(next(iter(columns.values())))), min(count, len(next(iter(columns.values())))))
        rows = {name: [values[place] for place in places] for name, values in columns.items()}
    else:
        rows = {name: one["draw"](draw, count) for name, one in told.items()}
    beside, ending = os.path.splitext(file)
    beside, part = beside + ".model.json", file + ".part" + ending
    try:
        booster.save_model(part)
        meant = {name: [None if code is None else levels[int(code)] for code in rows[name]] for name, levels in coded.items()}
        answers = _answers(package, part, _frame(X, rows | meant))
        os.replace(part, file)
    finally:
        if os.path.exists(part):
            os.remove(part)
    sidecar = {
        "title": title,
        "features": {name: one["said"] for name, one in told.items()},
        "python": _session(package),
        "proof": {
            "drawn": not share_rows,
            "columns": list(columns),
            "rows": [[_cell(value, told[name]["said"]) for name, value in zip(columns, row)] for row in zip(*rows.values())],
            "answers": [{"parameters": {"type": kind}, "predictions": _numbers(made)} for kind, made in answers],
        },
    }
    with open(beside + ".part", "w", encoding="utf-8") as out:
        json.dump({name: value for name, value in sidecar.items() if value is not None}, out, ensure_ascii=False, allow_nan=False)
    os.replace(beside + ".part", beside)
    print(f"{file} and {beside}: {len(columns)} features, {len(rows and next(iter(rows.values())))} rows with {package}'s own predictions")
    is_npm = os.path.isdir("node_modules/@canopy-model")
    path = shlex.quote(os.path.abspath(file))
    print(f"serve it here:    {'npx canopy start' if is_npm else 'npm start --'} --model {path}")
    print(f"deploy it to AWS: {'in a clone, ' if is_npm else ''}npx serverless deploy --param model={path}")
    return beside


def _booster_of(model):
    for get in ("get_booster", "booster_"):
        if hasattr(model, get):
            model = getattr(model, get)
            model = model() if callable(model) else model
    package = type(model).__module__.split(".")[0]
    if package not in ("xgboost", "lightgbm") or not hasattr(model, "save_model"):
        found = f"{type(model).__module__}.{type(model).__name__}"
        raise TypeError(f"found {found}, expected a booster or a fitted estimator of xgboost or lightgbm")
    return package, model


def _columns_of(X, booster):
    """The columns by their names, in the model's order."""
    names = booster.feature_name() if callable(getattr(booster, "feature_name", None)) else booster.feature_names
    if len(X) == 0:
        raise ValueError("no rows of X; expected those that the model was trained on")
    if hasattr(X, "columns"):
        lacking = [name for name in names or X.columns if name not in X.columns]
        if lacking:
            raise ValueError(f"X has no column {', '.join(map(str, lacking))}")
        return {str(name): X[name] for name in (names or X.columns)}
    if not hasattr(X[0], "__len__"):
        raise ValueError("X has one dimension; expected rows of numbers, or a DataFrame")
    width = len(X[0])
    names = names or [f"f{place}" for place in range(width)]
    if len(names) != width:
        raise ValueError(f"X has {width} columns; expected the model's {len(names)}: {', '.join(names[:20])}")
    return {name: [row[place] for row in X] for place, name in enumerate(names)}


def _in_column(name, of, *given):
    try:
        return of(*given)
    except (TypeError, ValueError) as error:
        raise ValueError(f"the column {name}: {error}") from None


def _is_missing(value):
    # The NA of pandas is neither equal to itself nor not.
    return value is None or type(value).__name__ == "NAType" or bool(value != value)


def _is_ordered(values):
    return bool(getattr(getattr(values, "cat", None), "ordered", False))


def _level(value):
    """A category's text as the packages' files have it, in JSON's words: true, and 10 for 10.0."""
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, bool):
        return str(plain).lower()
    return str(int(plain)) if isinstance(plain, float) and plain.is_integer() else str(plain)


def _describe(values, label):
    """What the sidecar says of a column, and what draws values of it."""
    categories = getattr(getattr(values, "cat", None), "categories", None)
    values = list(values)
    there = [value for value in values if not _is_missing(value)]
    if not there:
        raise ValueError("no value but missing ones")
    missing = 1 - len(there) / len(values)
    said = {} if label is None else {"label": label}
    rare = 0.1 if missing > 0 else 0

    def often(draw, one):
        return None if draw.random() < rare else one

    if categories is not None:
        counts = {_level(level): sum(1 for value in there if value == level) for level in categories}
        told = {level: count / len(values) for level, count in counts.items() if count >= LEAST}
        used = [level for level in categories if counts[_level(level)] > 0]
        said |= {"levels": [_level(level) for level in categories], "rType": "category", "default": max(counts, key=counts.get)}
        said["profile"] = {"shares": told, "others": 1 - missing - sum(told.values()), "missing": missing}
        said["profile"]["others"] = min(1, max(0, said["profile"]["others"]))
        return {"said": said, "draw": lambda draw, n: [often(draw, used[draw.randrange(len(used))]) for _ in range(n)]}
    if any(isinstance(value, str) for value in there):
        raise ValueError("texts; expected numbers, or a column of categories")
    numbers = sorted(float(value) for value in there if math.isfinite(value))
    if not numbers:
        raise ValueError("no finite number")
    edges, counts = _bins(numbers)
    whole = all(number == int(number) for number in numbers)
    said |= {"rType": "number", "default": numbers[(len(numbers) - 1) // 2]}
    if numbers[0] < numbers[-1]:
        said |= {"min": numbers[0], "max": numbers[-1]} | ({"step": 1} if whole else {})
    said["profile"] = {"edges": edges, "counts": counts, "missing": missing} if counts else {"missing": missing}

    def number(draw):
        at = draw.choices(range(len(counts)), counts)[0] if counts else 0
        low, high = (edges[at], edges[at + 1]) if counts else (numbers[0], numbers[-1])
        value = low + draw.random() * (high - low)
        return float(round(value)) if whole else value

    return {"said": said, "draw": lambda draw, n: [often(draw, number(draw)) for _ in range(n)]}


def _bins(numbers):
    """A histogram of sorted numbers, with edges that depend on no single value, and at least LEAST rows in each bin."""
    low, high = numbers[0], numbers[-1]
    if len(numbers) < LEAST or low == high:
        return [], []
    raw = (high - low) / 20
    step = 10 ** math.floor(math.log10(raw))
    step *= next((factor for factor in (1, 2, 5) if raw <= factor * step), 10)
    inner = [place * step for place in range(math.ceil(low / step), math.floor(high / step) + 1)]
    edges = [low, *(edge for edge in inner if low < edge < high), high]
    counts = [0] * (len(edges) - 1)
    at = 0
    for number in numbers:
        while at < len(counts) - 1 and number >= edges[at + 1]:
            at += 1
        counts[at] += 1
    while len(counts) > 1 and min(counts) < LEAST:
        at = min(next(place for place, count in enumerate(counts) if count < LEAST), len(counts) - 2)
        counts[at : at + 2] = [counts[at] + counts[at + 1]]
        del edges[at + 1]
    return edges, counts


def _frame(X, rows):
    """Rows in the form of X: with its categories, or as lists of numbers."""
    if not hasattr(X, "columns"):
        return [[math.nan if value is None else value for value in row] for row in zip(*rows.values())]
    frame = X.iloc[[0] * len(next(iter(rows.values())))].reset_index(drop=True)
    made = {}
    for name in frame.columns:
        dtype = frame[name].dtype
        if str(name) in rows:
            series = frame[name].astype(object)
            series[:] = rows[str(name)]
            has_missing = any(_is_missing(value) for value in rows[str(name)])
            made[name] = series.astype(dtype if not has_missing or str(dtype) == "category" else float)
    return type(X)(made)


def _answers(package, file, frame):
    """What the package says of rows, by a booster that was read from the file."""
    if package == "lightgbm":
        read = sys.modules["lightgbm"].Booster(model_file=file)
        frame = sys.modules["numpy"].asarray(frame, dtype=float) if isinstance(frame, list) else frame
        return [("response", read.predict(frame, num_threads=1)), ("margin", read.predict(frame, raw_score=True, num_threads=1))]
    xgboost = sys.modules["xgboost"]
    read = xgboost.Booster({"nthread": 1}, model_file=file)
    frame = sys.modules["numpy"].asarray(frame, dtype=float) if isinstance(frame, list) else frame
    data = xgboost.DMatrix(frame, feature_names=read.feature_names if not hasattr(frame, "columns") else None, enable_categorical=True)
    best = read.attributes().get("best_iteration")
    used = (0, int(best) + 1) if best is not None else (0, 0)
    made = [("response", False), ("margin", True)]
    return [(kind, read.predict(data, output_margin=margin, iteration_range=used)) for kind, margin in made]


def _numbers(made):
    return made.astype(float).tolist() if hasattr(made, "astype") else list(made)


def _cell(value, said):
    if _is_missing(value):
        return None
    return _level(value) if "levels" in said else float(value)


def _session(package):
    name, number = platform.libc_ver()
    said = {
        "version": platform.python_version(),
        "platform": f"{platform.machine()}-{platform.system().lower()}",
        "packages": {package: sys.modules[package].__version__},
    }
    if name:
        said["libc"] = f"{name} {number}"
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as cpu:
            said["fma"] = " fma " in cpu.read()
    return said


class CanopyProblem(Exception):
    """What a server says of a request that it refuses: `status`, `detail`, and `problems`, each with a path and a message."""

    def __init__(self, url, status, document):
        errors = document.get("errors")
        self.status, self.detail = status, document.get("detail") or document.get("message")
        self.problems = [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
        other = ", which leads to another address" if status // 100 == 3 else ", but no answer of a model" if status == 200 else ""
        lines = [f"{url}: {self.detail or f'status {status}{other}'}", *(f"  {one.get('path')} {one.get('message')}" for one in self.problems)]
        super().__init__("\n".join(lines))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like others: the key would go along."""

    def redirect_request(self, *_):
        return None


class Endpoint:
    """A model where it is served. `key` goes as the header x-api-key. A server that is busy is asked again, up to twice; no answer at all
    is a ConnectionError."""

    def __init__(self, url, key=None):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or not url.isprintable() or " " in url:
            raise ValueError("the address; expected one that begins with http:// or https://, without a user or a password")
        if key is not None and not (key.isascii() and key.isprintable()):
            raise ValueError("the key; expected one line of letters, digits and signs")
        self.url, self._key = url.rstrip("/"), key
        self._open = urllib.request.build_opener(_NoRedirect).open
        self.model = self._ask("/model", "features")

    def predict(self, frame, type=None, **parameters):
        """Predictions of a DataFrame of pandas or polars, a dict of columns or a list of dicts: a number, a label, a list or a dict for each row."""
        names = [feature["name"] for feature in self.model["features"]]
        factors = {feature["name"] for feature in self.model["features"] if feature.get("type") == "factor"}
        if isinstance(frame, list):
            frame = {name: [row.get(name) for row in frame] for name in names}
        places = {str(name): name for name in getattr(frame, "columns", frame)}
        lacking = [name for name in names if name not in places]
        if lacking:
            raise ValueError(f"the frame has no column {', '.join(lacking)}")
        columns = [_in_column(name, self._values, frame[places[name]], name in factors) for name in names]
        if len({len(column) for column in columns}) > 1:
            raise ValueError("the columns of the frame have different lengths")
        asked = parameters | ({} if type is None else {"type": type})
        made, models = [], []
        for rows in _chunks(json.dumps(row, allow_nan=False) for row in zip(*columns)):
            body = f'{{"dataframe_split": {{"columns": {json.dumps(names)}, "data": [{", ".join(rows)}]}}, "parameters": {json.dumps(asked)}}}'
            answer = self._ask("/predict", "predictions", body)
            some = answer["predictions"]
            if len(some) != len(rows):
                raise ValueError(f"{len(some)} predictions for {len(rows)} rows")
            # Intervals and reasons rest on sections of an artifact that are no part of its model's sha256.
            rests = [answer.get(name) for name in ("model", "explain", "interval")]
            models.append([one.get("sha256") if isinstance(one, dict) else None for one in rests])
            if models[-1] != models[0]:
                raise ValueError("two models answered, as in a deploy; ask again")
            made += some
        return made

    @staticmethod
    def _values(column, is_factor):
        """A column as JSON has it: dates and times as ISO 8601 texts, missing values as null, a factor's numbers and truths as its levels."""
        if not is_factor and _is_ordered(column):
            raise ValueError("an ordered category; expected its codes, 0, 1, ... in the order of training, which the model takes")
        plain = [value.item() if hasattr(value, "item") else value for value in column]
        plain = [None if _is_missing(value) else value.isoformat() if hasattr(value, "isoformat") else value for value in plain]
        if is_factor:
            return [None if value is None else _level(value) for value in plain]
        if any(isinstance(value, float) and math.isinf(value) for value in plain):
            raise ValueError("an infinite number, for which JSON has no word")
        return plain

    def _ask(self, path, expected, body=None):
        headers = {"content-type": "application/json", "accept": "application/json"} | ({} if self._key is None else {"x-api-key": self._key})
        url, data = self.url + path, None if body is None else body.encode()
        for wait in (*WAITS, None):
            try:
                with self._open(urllib.request.Request(url, data, headers), timeout=TIMEOUT) as answer:
                    status, text = answer.status, answer.read()
            except urllib.error.HTTPError as error:
                status, text = error.code, _text_of(error)
            except (OSError, http.client.HTTPException) as error:
                raise ConnectionError(f"no answer from {url}: {getattr(error, 'reason', None) or error or error.__class__.__name__}") from None
            if status not in BUSY or wait is None:
                break
            time.sleep(wait)
        document = _object_of(text)
        if status == 200 and expected in document:
            return document
        raise CanopyProblem(url, status, document)


def _text_of(error):
    """The body of a refusal; none where the connection ends within it."""
    try:
        return error.read()
    except (OSError, http.client.HTTPException):
        return b""


def _object_of(text):
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    return document if isinstance(document, dict) else {}


def _chunks(rows):
    """Rows in lists of at most CHUNK, and of about CHUNK_BYTES."""
    some, size = [], 0
    for row in rows:
        if some and (len(some) == CHUNK or size + len(row) > CHUNK_BYTES):
            yield some
            some, size = [], 0
        some.append(row)
        size += len(row)
    if some:
        yield some
