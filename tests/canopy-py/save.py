"""Fresh models of xgboost and LightGBM, each saved by one call of canopy_save(): python save.py FOLDER SEED"""

import pathlib
import sys

import lightgbm as lgb
import numpy as np
import pandas as pd
import xgboost as xgb

sys.path.insert(0, "model")
from canopy import canopy_save  # noqa: E402

folder, seed = pathlib.Path(sys.argv[1]), int(sys.argv[2])
random = np.random.default_rng(seed)
n = int(random.integers(150, 400))
frame = pd.DataFrame(
    {
        "größe": random.normal(170, 10, n).round(2),
        "count": random.integers(0, 30, n).astype(float),
        "city": pd.Categorical(random.choice(["São Paulo", "Évora", 'a "b"'], n), categories=["Évora", 'a "b"', "São Paulo"]),
    }
)
frame.loc[random.random(n) < 0.1, "count"] = np.nan
signal = frame["größe"] / 10 + frame["city"].cat.codes * 2 + np.nan_to_num(frame["count"]) / 5 + random.normal(0, 1, n)
classes = np.digitize(signal, np.quantile(signal, [0.3, 0.7]))
plain = frame[["größe", "count"]].to_numpy()
rounds = int(random.integers(3, 30))


def keep(name, model, X, ending, rows, **given):
    canopy_save(model, X, str(folder / f"{name}.{ending}"), **given)
    rows.to_pickle(folder / f"{name}.rows.pickle")


few = frame.sample(20, random_state=seed % 2**32).reset_index(drop=True)
named = pd.DataFrame(few[["größe", "count"]].to_numpy(), columns=["f0", "f1"])
numbered = pd.DataFrame(few[["größe", "count"]].to_numpy(), columns=["Column_0", "Column_1"])


class Estimator:
    """What xgboost's and LightGBM's estimators give of themselves; scikit-learn, which they need, is not installed here."""

    def __init__(self, booster, is_xgboost):
        if is_xgboost:
            self.get_booster = lambda: booster
        else:
            self.booster_ = booster


def xgb_of(data, target, **given):
    return xgb.train({"nthread": 1, **given}, xgb.DMatrix(data, target, enable_categorical=True), rounds)


def lgb_of(data, target, **given):
    return lgb.train({"verbosity": -1, "num_threads": 1, **given}, lgb.Dataset(data, target), rounds)


keep("xgb-numbers", Estimator(xgb_of(frame, signal), True), frame, "ubj", few, title="Größe")
keep("xgb-classes", xgb_of(frame, classes, objective="multi:softprob", num_class=3), frame, "json", few)
keep("xgb-booster", xgb_of(plain, signal), plain, "ubj", named, labels={"f0": "Size"})
keep("lgb-numbers", Estimator(lgb_of(frame, signal), False), frame, "txt", few)
keep("lgb-classes", lgb_of(frame, classes, objective="multiclass", num_class=3), frame, "txt", few)
keep("lgb-booster", lgb_of(plain, signal), plain, "txt", numbered)
# Categories that are no texts: whole numbers, with missing values floats, and truths (which xgboost does not take).
sizes = pd.Series(random.choice([10, 20, 30], n))
coded = pd.DataFrame({"size": sizes.astype("category"), "one": random.normal(0, 1, n)})
truths = pd.DataFrame(
    {"size": sizes.where(random.random(n) > 0.1).astype("category"), "yes": pd.Categorical(random.choice([True, False], n)), "one": coded["one"]}
)
keep("xgb-levels", xgb_of(coded, signal + sizes), coded, "json", coded.head(20))
keep("lgb-levels", lgb_of(truths, signal + sizes + truths["yes"].cat.codes * 9), truths, "txt", truths.head(20))
# Ordered categories are numbers to LightGBM, whose last one may have no row; beside them codes that are named as categories.
steps = ["low", "mid", "high", "top"]
ordered = pd.DataFrame(
    {
        "step": pd.Categorical(random.choice([*steps[:3], None], n), categories=steps, ordered=True),
        "code": random.integers(0, 3, n),
        "one": coded["one"],
    }
)
tree = lgb.Dataset(ordered, signal + ordered["code"] ** 2 * 5 + ordered["step"].cat.codes * 3, categorical_feature=["code"])
keep("lgb-ordered", lgb.train({"verbosity": -1, "num_threads": 1, "min_data_per_group": 1}, tree, rounds), ordered, "txt", ordered.head(20))
keep("real-rows", xgb_of(frame, classes > 0, objective="binary:logistic"), frame, "ubj", few, share_rows=True)
