"""What canopy_save() refuses, each in words that name it, and leaves no file of: python odd.py FOLDER"""

import json
import os
import pathlib
import sys

import lightgbm as lgb
import numpy as np
import pandas as pd
import xgboost as xgb

sys.path.insert(0, "model")
from canopy import canopy_save  # noqa: E402

folder = pathlib.Path(sys.argv[1])
random = np.random.default_rng(7)
X = pd.DataFrame({"a b": random.normal(size=90), "yes": random.random(90) < 0.5, "n": random.integers(0, 9, 90)})
y = X["a b"] + X["yes"]
booster = xgb.train({"nthread": 1}, xgb.DMatrix(X, y), 3)
light = lgb.train({"verbosity": -1, "num_threads": 1}, lgb.Dataset(X.to_numpy(dtype=float), y), 3)


def refused(words, model, X, file, **given):
    before = sorted(os.listdir(folder))
    try:
        canopy_save(model, X, file, **given)
        said = "no error"
    except (TypeError, ValueError) as error:
        said = str(error)
    assert words in said, f"expected {words}, found {said}"
    assert sorted(os.listdir(folder)) == before, f"{words}: left {os.listdir(folder)}"


file = str(folder / "m.ubj")
refused("expected a booster or a fitted estimator", object(), X, file)
refused("ends in .ubj or .json", booster, X, str(folder / "m"))
refused("ends in .txt", light, X.to_numpy(), file)
refused("expected one that is there and can be written to", booster, X, str(folder / "none" / "m.ubj"))
refused("X has no column yes", booster, X[["a b", "n"]], file)
refused("no rows of X", booster, X[:0], file)
refused("no rows of X", light, np.empty((0, 3)), str(folder / "m.txt"))
refused("X has one dimension", light, np.ones(3), str(folder / "m.txt"))
refused("X has 2 columns; expected the model's 3", light, np.ones((9, 2)), str(folder / "m.txt"))
refused("the column a b: no value but missing ones", booster, X.assign(**{"a b": np.nan}), file)
refused("the column n: texts; expected numbers", booster, X.assign(n="text"), file)
refused("the column n: must be real number", booster, X.assign(n=pd.Timestamp(0)), file)
refused("X has the column n twice", booster, X.rename(columns={"yes": "n"}), file)
refused("no column z, for labels", booster, X, file, labels={"z": "Z"})
# A path, odd names, logicals and whole numbers, one value for all, one row.
canopy_save(booster, X.assign(n=3), folder / "odd.ubj")
canopy_save(booster, X[:1], folder / "one.ubj")
# Columns without names, and LightGBM's names, which have no space.
plain = pd.DataFrame(X.to_numpy(dtype=float))
canopy_save(xgb.train({"nthread": 1}, xgb.DMatrix(plain, y), 3), plain, folder / "plain.ubj")
canopy_save(lgb.train({"verbosity": -1, "num_threads": 1}, lgb.Dataset(X, y), 3), X, folder / "space.txt")
names = [name + ending for name, own in (("odd", ".ubj"), ("one", ".ubj"), ("plain", ".ubj"), ("space", ".txt")) for ending in (".model.json", own)]
assert sorted(os.listdir(folder)) == names, os.listdir(folder)

# No value of the data in the sidecar, beside the two ends and the default of a column; with share_rows=True there are.
plant = pd.DataFrame({"real": random.normal(5000, 900, 300), "whole": random.integers(10**11, 9 * 10**11, 300).astype(float)})
grown = lgb.train({"verbosity": -1, "num_threads": 1}, lgb.Dataset(plant, plant["real"]), 5)


def numbers_of(told):
    if isinstance(told, (dict, list)):
        return [number for one in (told.values() if isinstance(told, dict) else told) for number in numbers_of(one)]
    return [told] if isinstance(told, (int, float)) else []


def shown(**given):
    told = json.loads(pathlib.Path(canopy_save(grown, plant, folder / "space.txt", **given)).read_text("utf-8"))
    inside = {name: set(sorted(plant[name])[1:-1]) - {told["features"][name]["default"]} for name in plant}
    numbers = set(numbers_of(told["features"]) + numbers_of(told["proof"]["rows"]))
    return {name: len(values & numbers) for name, values in inside.items()}


assert min(shown(share_rows=True).values()) > 50, "share_rows=True shows no value of the data"
assert shown() == {"real": 0, "whole": 0}, shown()
