"""Makes a boosted model of the bench, its rows and its engines' own answers to them. Seeded.

    python tests/bench/boosters/make.py PROJECT FOLDER NAME

In FOLDER: NAME.rows, little-endian doubles that are 32-bit floats, row after row; NAME-xgboost.json and NAME-lightgbm.txt, one model of either
engine, trained on the same data; beside each, with .answers behind its name, its engine's answers. The LightGBM file comes last: where it is
there, all of them are.
"""

import pathlib
import sys

import lightgbm as lgb
import numpy as np
import xgboost as xgb

ROWS = 10_000


def like(random, data):
    """Rows like those of the data, yet new: each column's value is another row's in one of three, and moved by half a gap."""
    rows = random.integers(len(data), size=ROWS)
    columns = []
    for column in data.T:
        other = random.integers(len(data), size=ROWS)
        values = column[np.where(random.random(ROWS) < 1 / 3, other, rows)]
        distinct = np.unique(column)
        half = np.diff(distinct).min() / 2 if len(distinct) > 5 else 0
        columns.append(values + random.uniform(-half, half, size=ROWS))
    return np.column_stack(columns)


def heart(random, project):
    """500 trees of depth 6, of the data of the example heart."""
    data = np.loadtxt(project / "model/heart/heart.csv", delimiter=",", skiprows=1)
    data = data[:, 1:], data[:, 0]
    shape = {"objective": "binary:logistic", "max_depth": 6, "eta": 0.05}
    leaves = {"objective": "binary", "num_leaves": 64, "max_depth": 6, "learning_rate": 0.05, "min_data_in_leaf": 3}
    return *data, like(random, data[0]), 500, shape, leaves


def large(random, _project):
    """1,000 trees of 255 leaves, of 20 columns."""
    x = random.standard_normal((30_000, 20))
    y = x[:, 0] + 2 * np.sin(x[:, 1]) + x[:, 2] * x[:, 3] + np.abs(x[:, 4]) + random.standard_normal(len(x))
    shape = {"max_depth": 0, "max_leaves": 255, "grow_policy": "lossguide", "eta": 0.05}
    leaves = {"objective": "regression", "num_leaves": 255, "learning_rate": 0.05}
    return x, y, random.standard_normal((ROWS, 20)), 1_000, shape, leaves


def main(project, folder, name):
    make = {"heart": heart, "large": large}[name]
    x, y, rows, rounds, shape, leaves = make(np.random.default_rng(42), pathlib.Path(project))
    path = pathlib.Path(folder)
    rows = rows.astype(np.float32)
    rows.astype("<f8").tofile(path / f"{name}.rows")
    # Which threads add which sums must not depend on the machine.
    booster = xgb.train({**shape, "tree_method": "hist", "nthread": 1, "seed": 1}, xgb.DMatrix(x.astype(np.float32), y), rounds)
    booster.save_model(path / f"{name}-xgboost.json")
    booster.inplace_predict(rows).astype("<f8").tofile(path / f"{name}-xgboost.json.answers")
    light = lgb.train({**leaves, "num_threads": 1, "deterministic": True, "seed": 1, "verbosity": -1}, lgb.Dataset(x, y), rounds)
    # The file's numbers are the model: its answers are those of a booster that was read from it.
    text = light.model_to_string()
    read = lgb.Booster(model_str=text)
    read.predict(rows.astype(np.float64)).astype("<f8").tofile(path / f"{name}-lightgbm.txt.answers")
    (path / f"{name}-lightgbm.partial").write_text(text)
    (path / f"{name}-lightgbm.partial").rename(path / f"{name}-lightgbm.txt")


if __name__ == "__main__":
    main(*sys.argv[1:])
