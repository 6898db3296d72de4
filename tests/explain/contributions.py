"""Boosted models of xgboost and LightGBM with these packages' own contributions: python contributions.py FOLDER SEED ROWS

Each model gets a folder with its file, rows.f64 (rows side by side), contributions.f64 (for each row and each class those of all
features, and the baseline last) and case.json."""

import json
import sys
from pathlib import Path

import lightgbm as lgb
import numpy as np
import xgboost as xgb

FEATURES = 8
TRAINING = 600
CATEGORIES = 12


def draw(random, count, missing, categories):
    """Rows of numbers; some are missing, some are 0, and the last feature may be a category."""
    rows = np.round(random.normal(size=(count, FEATURES)), 2)
    rows[random.random(rows.shape) < 0.05] = 0
    if missing:
        rows[random.random(rows.shape) < 0.15] = np.nan
    if categories:
        rows[:, -1] = random.integers(0, CATEGORIES, size=count)
    return rows


def target(random, rows, kind):
    clean = np.nan_to_num(rows)
    signal = clean[:, 0] + 0.7 * clean[:, 1] * clean[:, 2] + np.sin(2 * clean[:, 3]) + 0.4 * (clean[:, -1] % 3)
    signal = signal + random.normal(0, 0.3, size=len(rows))
    if kind == "classes":
        return np.digitize(signal, [-0.5, 1])
    return (signal > 0).astype(int) if kind == "two classes" else signal


XGBOOST = {"regression": "reg:squarederror", "two classes": "binary:logistic", "classes": "multi:softprob", "counts": "count:poisson"}
LIGHTGBM = {"regression": "regression", "two classes": "binary", "classes": "multiclass"}
# The package, the kind of target, missing values, categories, and other parameters.
CASES = [
    ("xgboost", "regression", False, False, {}),
    ("xgboost", "regression", True, False, {"max_depth": 7}),
    ("xgboost", "two classes", True, False, {"subsample": 0.7}),
    ("xgboost", "classes", True, False, {}),
    ("xgboost", "regression", True, True, {"max_cat_to_onehot": 4}),
    ("xgboost", "two classes", False, False, {"max_depth": 2, "min_child_weight": 0}),
    ("lightgbm", "regression", False, False, {}),
    ("lightgbm", "regression", True, False, {"num_leaves": 40, "min_data_in_leaf": 5}),
    ("lightgbm", "two classes", True, False, {"bagging_fraction": 0.7, "bagging_freq": 1}),
    ("lightgbm", "classes", True, False, {}),
    ("lightgbm", "regression", True, True, {"min_data_per_group": 10}),
    ("lightgbm", "regression", False, False, {"zero_as_missing": True}),
]


def with_xgboost(place, kind, rows, labels, asked, more, categories, seed):
    types = ["q"] * (FEATURES - 1) + ["c" if categories else "q"]
    parameters = {"objective": XGBOOST[kind], "max_depth": 4, "eta": 0.3, "seed": seed, "nthread": 1, "tree_method": "hist", **more}
    if kind == "classes":
        parameters["num_class"] = 3
    data = {"feature_types": types, "enable_categorical": categories}
    model = xgb.train(parameters, xgb.DMatrix(rows, labels, **data), 30)
    model.save_model(place / "model.ubj")
    if categories:
        levels = [str(category) for category in range(CATEGORIES)]
        (place / "model.model.json").write_text(json.dumps({"features": {f"f{FEATURES - 1}": {"levels": levels}}}))
    return "model.ubj", model.predict(xgb.DMatrix(asked, **data), pred_contribs=True)


def with_lightgbm(place, kind, rows, labels, asked, more, categories, seed):
    parameters = {"objective": LIGHTGBM[kind], "verbose": -1, "seed": seed, "num_threads": 1, "deterministic": True, **more}
    if kind == "classes":
        parameters["num_class"] = 3
    named = [FEATURES - 1] if categories else "auto"
    model = lgb.train(parameters, lgb.Dataset(rows, labels, categorical_feature=named), 30)
    model.save_model(place / "model.txt")
    return "model.txt", model.predict(asked, pred_contrib=True)


def main():
    folder, seed, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    for number, (package, kind, missing, categories, more) in enumerate(CASES):
        random = np.random.default_rng([seed, number])
        place = folder / f"{number:02d}-{package}-{kind.replace(' ', '-')}"
        place.mkdir(parents=True)
        rows = draw(random, TRAINING, missing, categories)
        asked = draw(random, count, missing, categories)
        make = with_xgboost if package == "xgboost" else with_lightgbm
        model, found = make(place, kind, rows, target(random, rows, kind), asked, more, categories, seed % 2**31)
        asked.astype("<f8").tofile(place / "rows.f64")
        np.asarray(found).astype("<f8").tofile(place / "contributions.f64")
        case = {"model": model, "features": FEATURES, "rows": count, "classes": 3 if kind == "classes" else 1, "isFloat": package == "xgboost"}
        (place / "case.json").write_text(json.dumps({**case, "isCategory": categories}))


main()
