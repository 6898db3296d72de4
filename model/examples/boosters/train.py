# Trains a booster on heart.csv and saves it in the package's own format: python3 model/examples/boosters/train.py xgboost|lightgbm FOLDER
# FOLDER then holds the model, its sidecar, and rows.json with the package's predictions. Serve it and compare:
#   npm start -- --model FOLDER/heart.ubj
#   npm run model -- verify FOLDER/heart.ubj FOLDER/rows.json
import csv
import json
import pathlib
import sys

import numpy as np

package, folder = sys.argv[1], pathlib.Path(sys.argv[2])
table = pathlib.Path(__file__).parent.parent / "heart" / "heart.csv"
with open(table, newline="", encoding="utf8") as file:
    people = list(csv.DictReader(file))

# Numbers as they are; a column of 0 and 1 for each word of the others, as R's model.matrix() names them.
words = {name: sorted({person[name] for person in people}) for name in ["sex", "cp", "restecg", "slope", "thal"]}
numbers = ["age", "trestbps", "chol", "thalach", "oldpeak", "ca"]
names = numbers + [name + word for name, all_words in words.items() for word in all_words]
rows = [
    [float(person[name]) for name in numbers]
    + [float(person[name] == word) for name, all_words in words.items() for word in all_words]
    for person in people
]
x = np.array(rows)
y = np.array([float(person["diagnosis"] == "heart disease") for person in people])

if package == "xgboost":
    import xgboost as xgb

    data = xgb.DMatrix(x, label=y)
    booster = xgb.train({"objective": "binary:logistic", "max_depth": 3, "eta": 0.1}, data, 50)
    booster.save_model(folder / "heart.ubj")
    predictions = booster.predict(data)
    # The matrix had no names: the sidecar gives them, in the order of its columns.
    sidecar = {"name": "heart-boosted", "names": names}
else:
    import lightgbm as lgb

    data = lgb.Dataset(x, y, feature_name=[name.replace(" ", "_") for name in names])
    booster = lgb.train({"objective": "binary", "num_leaves": 7, "verbosity": -1}, data, 50)
    booster.save_model(folder / "heart.txt")
    predictions = booster.predict(x)
    names = booster.feature_name()
    sidecar = {"name": "heart-boosted"}

sidecar["answer"] = {"label": "Chance of heart disease", "percent": True}
(folder / "heart.model.json").write_text(json.dumps(sidecar))
instances = [dict(zip(names, row)) for row in rows]
# repr() keeps every bit of a double.
expected = [float(prediction) for prediction in predictions]
(folder / "rows.json").write_text(json.dumps({"rows": instances, "predictions": expected}))
