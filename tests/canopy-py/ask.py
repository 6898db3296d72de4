"""Asks each model where it is served, by Endpoint, and compares with the package's own answers: python ask.py FOLDER NAME=FILE=URL..."""

import ast
import pathlib
import sys

import lightgbm as lgb
import numpy as np
import pandas as pd
import xgboost as xgb

sys.path.insert(0, "model")
from canopy import CanopyProblem, Endpoint  # noqa: E402

# Python 3.9's syntax, and modules of the standard library alone.
tree = ast.parse(pathlib.Path("model/canopy.py").read_text("utf-8"), feature_version=(3, 9))
imported = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
imported += [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names, imported

folder = pathlib.Path(sys.argv[1])
for given in sys.argv[2:]:
    name, file, url = given.split("=", 2)
    rows = pd.read_pickle(folder / f"{name}.rows.pickle")
    endpoint, own = Endpoint(url, key="k"), rows
    for column in [column for column in rows.columns if "ordered" in name and hasattr(rows[column], "cat")]:
        try:
            endpoint.predict(rows)
        except ValueError as error:
            assert f"the column {column}: an ordered category; expected its codes" in str(error), error
        rows = rows.assign(**{column: rows[column].cat.codes.replace(-1, np.nan)})
    made = np.asarray([list(one.values()) if isinstance(one, dict) else one for one in endpoint.predict(rows)])
    if name.startswith("lgb"):
        booster = lgb.Booster(model_file=str(folder / file))
        expected = booster.predict(own if "booster" not in name else rows.to_numpy(), num_threads=1)
    else:
        booster = xgb.Booster({"nthread": 1}, model_file=str(folder / file))
        expected = booster.predict(xgb.DMatrix(rows, enable_categorical=True)).astype(float)
    assert made.tolist() == expected.tolist(), f"{name}: other numbers than the package's"
    assert endpoint.predict(rows.to_dict("records"))[0] == endpoint.predict(rows)[0]
    try:
        endpoint.predict(rows, type="nonsense")
    except CanopyProblem as problem:
        assert problem.status == 422 and problem.problems and "nonsense" in str(problem)
    else:
        raise AssertionError("a type that there is not was taken")
print(f"{len(sys.argv) - 2} models asked from Python")
