# A forest of scikit-learn behind Flask, as a peer to measure (Debian: python3-sklearn, python3-flask, gunicorn): as many
# trees as ranger's, leaves as small, of the same data; its numbers are its own. The model is trained once, at the start.
#   DATA=model/heart/heart.csv FEATURES=age gunicorn --chdir tests/peers --preload -w 2 -b 127.0.0.1:0 flask_peer:app
import csv
import os

from flask import Flask, jsonify, request
from sklearn.ensemble import RandomForestRegressor

FEATURES = os.environ["FEATURES"].split(",")
with open(os.environ["DATA"], newline="") as file:
    ROWS = list(csv.DictReader(file))

model = RandomForestRegressor(n_estimators=500, min_samples_leaf=3, max_features="sqrt", n_jobs=1, random_state=42)
model.fit([[float(row[name]) for name in FEATURES] for row in ROWS], [float(row["target"]) for row in ROWS])
app = Flask(__name__)


@app.post("/invocations")
def invocations():
    rows = [[row[name] for name in FEATURES] for row in request.get_json(force=True)]
    return jsonify(predictions=model.predict(rows).tolist())
