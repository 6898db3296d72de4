"""Fresh LightGBM models with LightGBM's own answers: python make_lightgbm.py FOLDER SEED COUNT VALUES [small]

With `small` the models are of a few leaves: `small` made tests/golden/boosting, with seed 3, 17 models and 3000 values.
"""

import sys

import lightgbm as lgb
import numpy as np
import pandas as pd

from frame import Cases, draw_rows

OBJECTIVES = [
    "regression", "binary", "multiclass", "regression_l1", "huber", "fair", "poisson", "quantile", "mape", "gamma", "tweedie",
    "multiclassova", "cross_entropy", "cross_entropy_lambda", "lambdarank", "rank_xendcg", "custom",
]
BOOSTINGS = ["gbdt", "dart", "goss", "rf", "gbdt"]
ROWS = 400
SMALL = sys.argv[5:] == ["small"]
LEAVES = [2, 4, 7] if SMALL else [2, 4, 15, 63]
ROUNDS = [1, 4] if SMALL else [1, 7, 40]
# What LightGBM takes for 0 (kZeroThreshold, a float), and what lies next to it.
EDGE = float(np.float32(1e-35))
NEAR_ZERO = [EDGE, -EDGE, 1e-36, -1e-36, 1.001 * EDGE, -1.001 * EDGE, -0.0]


def target_of(random, objective, rows):
    """A target that the objective takes, with something in it to learn."""
    signal = np.nan_to_num(rows[:, 0]) + 0.3 * np.nan_to_num(rows[:, 1]) + random.normal(0, 0.5, size=len(rows))
    if objective == "binary":
        return (signal > 0).astype(float)
    if objective in ("multiclass", "multiclassova"):
        return np.digitize(signal, [-1, 1]).astype(float)
    if objective in ("poisson", "tweedie"):
        return random.poisson(np.exp(np.clip(signal, -3, 3))).astype(float)
    if objective == "gamma":
        return np.exp(np.clip(signal, -3, 3)) + 0.01
    if objective in ("cross_entropy", "cross_entropy_lambda"):
        return 1 / (1 + np.exp(-signal))
    if objective in ("lambdarank", "rank_xendcg"):
        return np.digitize(signal, [-1, 0, 1]).astype(float)
    return signal


def squared_error(prediction, data):
    return prediction - data.get_label(), np.ones_like(prediction)


def draw_parameters(random, place):
    objective = OBJECTIVES[place % len(OBJECTIVES)]
    boosting = BOOSTINGS[place % len(BOOSTINGS)]
    if objective == "custom" and boosting == "rf":
        boosting = "gbdt"
    linear = boosting == "gbdt" and objective in ("regression", "binary", "poisson", "multiclass", "custom") and random.random() < 0.5
    parameters = {
        "objective": objective,
        "boosting": boosting,
        "num_leaves": int(random.choice(LEAVES)),
        "max_depth": int(random.choice([-1, 3, 6])),
        "learning_rate": float(random.choice([0.05, 0.1, 0.3])),
        "min_data_in_leaf": int(random.choice([1, 5, 20])),
        # LightGBM refuses the two together.
        "zero_as_missing": bool(random.random() < 0.25 and not linear),
        "use_missing": bool(random.random() < 0.8),
        "linear_tree": bool(linear),
        "verbosity": -1,
        "num_threads": 1,
        "seed": int(random.integers(1 << 30)),
        "deterministic": True,
        "min_data_per_group": 1,
        "max_cat_to_onehot": int(random.choice([1, 4])),
        "cat_smooth": 1.0,
    }
    if boosting == "rf":
        parameters |= {"bagging_freq": 1, "bagging_fraction": 0.7, "feature_fraction": 0.8}
    if objective in ("binary", "multiclassova"):
        parameters["sigmoid"] = float(random.choice([0.5, 1.0, 1.7]))
    if objective in ("regression", "regression_l1", "fair", "quantile", "mape"):
        parameters["reg_sqrt"] = bool(random.random() < 0.3)
    if objective in ("multiclass", "multiclassova"):
        parameters["num_class"] = 3
    if objective == "custom":
        parameters["objective"] = squared_error
    return objective, parameters


def train(random, place):
    """A booster, its parameters, and what makes fresh rows for it: a matrix for the model, and the same as canopy's numbers."""
    objective, parameters = draw_parameters(random, place)
    columns = int(random.integers(4, 12))
    missing, zeros = float(random.choice([0, 0.1, 0.3])), float(random.choice([0, 0.2]))
    category = str(random.choice(["none", "codes", "pandas"]))
    levels = [f"level {k}" for k in range(int(random.choice([3, 20, 70])))]

    def draw(count):
        rows = draw_rows(random, count, columns, missing, zeros)
        if zeros and not SMALL:
            near = random.random(rows.shape) < 0.05
            rows[near] = random.choice(NEAR_ZERO, size=near.sum())
        if category == "none":
            return rows, rows
        codes = random.integers(0, len(levels), size=count).astype(float)
        codes[random.random(count) < missing] = np.nan
        rows[:, 2] = codes
        if category == "codes":
            # What LightGBM cuts to whole numbers, and what no set has.
            odd = rows.copy()
            odd[::7, 2] = random.choice([-3.0, -0.5, 0.5, 1e6, 300.0], size=len(odd[::7]))
            return rows, odd
        frame = pd.DataFrame(rows, columns=[f"x{k}" for k in range(columns)])
        frame["x2"] = pd.Categorical.from_codes(np.nan_to_num(codes, nan=-1).astype(int), categories=levels)
        places = rows.copy()
        places[:, 2] += 1
        return frame, places

    data, raw = draw(ROWS)
    label = target_of(random, objective, raw)
    group = [20] * (ROWS // 20) if objective in ("lambdarank", "rank_xendcg") else None
    given = {"categorical_feature": [2]} if category == "codes" else {}
    dataset = lgb.Dataset(data, label, group=group, params={"verbosity": -1}, **given)
    booster = lgb.train(parameters, dataset, int(random.choice(ROUNDS)))
    what = f"{objective} {parameters['boosting']} leaves {parameters['num_leaves']} category {category}"
    what += f" linear {parameters['linear_tree']} zero_as_missing {parameters['zero_as_missing']} use_missing {parameters['use_missing']}"
    return booster, what, draw, category


def main(folder, seed, count, values):
    cases = Cases(folder, "lightgbm", values, count)
    for place in range(count):
        random = np.random.default_rng([seed, place])
        booster, what, draw, category = train(random, place)
        text = booster.model_to_string(num_iteration=-1)
        # What the file says is the model: its numbers are those of a booster that was read from it.
        read = lgb.Booster(model_str=text)
        rounds = read.current_iteration()
        width = read.num_model_per_iteration()
        data, rows = draw(cases.rows_for(3 * width + rounds * width))
        data = rows if category == "codes" else data
        first = int(random.integers(0, rounds))
        some = int(random.integers(1, rounds - first + 1))
        whole = {"num_threads": 1, "num_iteration": -1}
        part = {"num_threads": 1, "start_iteration": first, "num_iteration": some}
        asked = {"iterationRange": [first + 1, first + some + 1]}
        expected = [
            ({"type": "response"}, read.predict(data, **whole)),
            ({"type": "margin"}, read.predict(data, raw_score=True, **whole)),
            ({"type": "leaf"}, read.predict(data, pred_leaf=True, **whole)),
            ({"type": "response", **asked}, read.predict(data, **part)),
        ]

        def save(path):
            with open(path, "w", encoding="utf8") as file:
                file.write(text)

        cases.write(what, save, rows, expected, ending="txt")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
