"""The boosters' own side of the bench, in one long-lived process. Reads a command a line, its words apart by tabs; writes a line for each.

    open ENGINE MODEL ROWS   the model in an engine (xgboost, lightgbm, treelite, tl2cgen), and the file with its rows
    time ROWS LEAST          microseconds of a call with so many rows, calls repeated for at least so many milliseconds

One thread each. xgboost is asked by inplace_predict on 32-bit floats, LightGBM by predict on doubles. treelite is its general interpreter
(GTIL); tl2cgen is the same model compiled by gcc, its rows made ready beforehand. A compiled model is kept beside its file.
"""

import pathlib
import sys
import time

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from answer_lines import answer_lines

PARTS = 16
slices = {}
call = None


def open_xgboost(file):
    import xgboost

    booster = xgboost.Booster({"nthread": 1}, model_file=file)
    return booster.inplace_predict, np.float32, np.ascontiguousarray


def open_lightgbm(file):
    import lightgbm

    booster = lightgbm.Booster(model_file=file)
    return (lambda rows: booster.predict(rows, num_threads=1)), np.float64, np.ascontiguousarray


def load_treelite(file):
    import treelite

    if file.endswith(".json"):
        return treelite.frontend.load_xgboost_model(file)
    return treelite.frontend.load_lightgbm_model(file)


def open_treelite(file):
    import treelite

    model = load_treelite(file)
    return (lambda rows: treelite.gtil.predict(model, rows, nthread=1)), kind_of(file), np.ascontiguousarray


def open_tl2cgen(file):
    import tl2cgen

    compiled = pathlib.Path(f"{file}.so")
    if not compiled.exists():
        partial = compiled.with_suffix(".partial.so")
        parameters = {"parallel_comp": PARTS}
        tl2cgen.export_lib(load_treelite(file), toolchain="gcc", libpath=str(partial), params=parameters, nthread=2)
        partial.rename(compiled)
    predictor = tl2cgen.Predictor(str(compiled), nthread=1)
    return predictor.predict, kind_of(file), tl2cgen.DMatrix


def kind_of(file):
    """treelite keeps xgboost's numbers as 32-bit floats, LightGBM's as doubles."""
    return np.float32 if file.endswith(".json") else np.float64


ENGINES = {"xgboost": open_xgboost, "lightgbm": open_lightgbm, "treelite": open_treelite, "tl2cgen": open_tl2cgen}


def open_model(engine, file, rows, columns):
    global call
    call, kind, ready = ENGINES[engine](file)
    matrix = np.fromfile(rows, dtype="<f8").reshape(-1, int(columns)).astype(kind)
    slices.clear()
    for size, count in ((1, 1_000), (500, 20), (len(matrix), 1)):
        slices[size] = [ready(matrix[at * size : (at + 1) * size]) for at in range(count)]
    return 0


def time_calls(rows, least):
    own = slices[int(rows)]
    calls = 0
    started = time.perf_counter()
    while True:
        call(own[calls % len(own)])
        calls += 1
        took = 1e3 * (time.perf_counter() - started)
        if took >= float(least):
            return 1e3 * took / calls


if __name__ == "__main__":
    answer_lines({"open": open_model, "time": time_calls})
