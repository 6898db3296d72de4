"""Fresh xgboost models with xgboost's own answers, by whichever xgboost it runs with: python make_xgboost.py FOLDER SEED COUNT VALUES"""

import json
import sys
import warnings

import numpy as np
import xgboost as xgb

try:
    import pandas as pd
except ImportError:
    pd = None

from frame import Cases, draw_rows

VERSION = tuple(int(part) for part in xgb.__version__.split(".")[:2])
IS_OLD = VERSION < (2, 0)
OBJECTIVES = [
    "reg:squarederror", "binary:logistic", "multi:softprob", "multi:softmax", "count:poisson", "reg:logistic", "binary:logitraw",
    "binary:hinge", "reg:squaredlogerror", "reg:pseudohubererror", "reg:absoluteerror", "reg:gamma", "reg:tweedie", "survival:cox",
    "survival:aft", "rank:pairwise", "rank:ndcg", "rank:map", "custom",
] + ([] if IS_OLD else ["reg:quantileerror", "targets", "vectors"])
BOOSTERS = ["gbtree", "dart", "gbtree", "gblinear", "gbtree"]
LINEAR = {"survival:aft", "reg:quantileerror", "targets", "vectors", "reg:absoluteerror", "custom"}
CLASSES = 3
ROWS = 400


def target_of(random, objective, rows):
    """A target that the objective takes, with something in it to learn."""
    signal = np.nan_to_num(rows[:, 0]) + 0.3 * np.nan_to_num(rows[:, 1]) + random.normal(0, 0.5, size=len(rows))
    positive = np.exp(np.clip(signal, -3, 3))
    if objective in ("binary:logistic", "binary:logitraw", "binary:hinge", "rank:map"):
        return (signal > 0).astype(float)
    if objective.startswith("multi:"):
        return np.digitize(signal, [-1, 1]).astype(float)
    if objective in ("count:poisson", "reg:tweedie"):
        return random.poisson(positive).astype(float)
    if objective in ("reg:gamma", "survival:aft", "reg:squaredlogerror"):
        return positive + 0.01
    if objective == "survival:cox":
        return positive * random.choice([-1, 1], size=len(rows))
    if objective == "reg:logistic":
        return 1 / (1 + np.exp(-signal))
    if objective in ("rank:pairwise", "rank:ndcg"):
        return np.digitize(signal, [-1, 0, 1]).astype(float)
    if objective in ("targets", "vectors"):
        return np.column_stack([signal, -signal + random.normal(size=len(rows)), signal**2])
    return signal


def draw_parameters(random, place):
    objective = OBJECTIVES[place % len(OBJECTIVES)]
    booster = BOOSTERS[(place + place // len(OBJECTIVES)) % len(BOOSTERS)]
    if booster == "gblinear" and objective in LINEAR:
        booster = "gbtree"
    parameters = {
        "objective": objective,
        "booster": booster,
        "max_depth": int(random.choice([1, 3, 6, 10])),
        "eta": float(random.choice([0.05, 0.3, 1.0])),
        "tree_method": str(random.choice(["hist", "approx", "exact"])),
        "nthread": 1,
        "seed": int(random.integers(1 << 30)),
        "verbosity": 0,
        "min_child_weight": float(random.choice([0, 1])),
    }
    if objective == "binary:logistic" or random.random() < 0.2:
        parameters["base_score"] = float(random.choice([0.5, 0.1, 0.731]))
    if objective.startswith("multi:"):
        parameters["num_class"] = CLASSES
    if objective == "reg:quantileerror":
        parameters |= {"quantile_alpha": [0.1, 0.5, 0.9], "tree_method": "hist"}
    if objective == "reg:absoluteerror" and parameters["tree_method"] == "exact":
        parameters["tree_method"] = "hist"
    if objective in ("targets", "vectors"):
        parameters |= {"objective": "reg:squarederror", "tree_method": "hist"}
    if objective == "vectors":
        parameters["multi_strategy"] = "multi_output_tree"
        parameters["booster"] = "gbtree"
    if objective == "custom":
        del parameters["objective"]
    if parameters["booster"] == "dart":
        parameters |= {"rate_drop": 0.3, "normalize_type": str(random.choice(["tree", "forest"]))}
    if parameters["booster"] == "gbtree" and objective not in ("vectors", "survival:aft") and random.random() < 0.25:
        parameters |= {"num_parallel_tree": 3, "subsample": 0.7}
    if parameters["booster"] == "gblinear":
        for name in ("max_depth", "tree_method", "min_child_weight"):
            del parameters[name]
        parameters["updater"] = "coord_descent"
    return objective, parameters


def squared_error(prediction, data):
    return prediction - data.get_label().reshape(prediction.shape), np.ones_like(prediction)


def train(random, place):
    """A booster, what it is, what makes fresh rows for it (a DMatrix, and canopy's numbers), and the levels that its file lacks."""
    objective, parameters = draw_parameters(random, place)
    columns = int(random.integers(4, 12))
    missing = float(random.choice([0, 0.1, 0.3]))
    has_categories = parameters["booster"] != "gblinear" and objective != "vectors" and random.random() < 0.4
    if has_categories and parameters.get("tree_method") == "exact":
        parameters["tree_method"] = "hist"
    if has_categories:
        parameters["max_cat_to_onehot"] = int(random.choice([1, 5]))
    levels = int(random.choice([3, 20, 70]))
    types = ["q", "q", "c"] + ["q"] * (columns - 3) if has_categories else None
    names = [f"x{k}" for k in range(columns)] if random.random() < 0.5 else None
    # Categories of pandas stand in the file with their labels (3.1 and newer).
    labels = [f"level {k}" for k in range(levels)]
    in_file = has_categories and VERSION >= (3, 1) and pd is not None and random.random() < 0.5
    if in_file:
        names = [f"x{k}" for k in range(columns)]

    def draw(count):
        rows = draw_rows(random, count, columns, missing)
        places = rows.copy()
        if has_categories:
            rows[:, 2] = random.integers(0, levels, size=count)
            rows[random.random(count) < missing, 2] = np.nan
            places[:, 2] = rows[:, 2] + 1
        if in_file:
            frame = pd.DataFrame(rows, columns=names)
            frame["x2"] = pd.Categorical.from_codes(np.nan_to_num(rows[:, 2], nan=-1).astype(int), categories=labels)
            return rows, places, xgb.DMatrix(frame, enable_categorical=True)
        return rows, places, xgb.DMatrix(rows, feature_types=types, feature_names=names, enable_categorical=has_categories)

    rows, _, data = draw(ROWS)
    label = target_of(random, objective, rows)
    data.set_label(label)
    if objective.startswith("rank:"):
        data.set_group([20] * (ROWS // 20))
    if objective == "survival:aft":
        data.set_float_info("label_lower_bound", label)
        data.set_float_info("label_upper_bound", np.where(random.random(ROWS) < 0.3, np.inf, label))
    rounds = int(random.choice([1, 7, 40]))
    custom = {"obj": squared_error} if objective == "custom" else {}
    stop = rounds > 1 and parameters["booster"] != "gblinear" and random.random() < 0.3 and not objective.startswith(("rank:", "survival:", "custom"))
    early = {}
    if stop:
        # The best iteration is one of the first, since the other rows have another target.
        held, _, other = draw(ROWS)
        other.set_label(target_of(random, objective, held))
        early = {"evals": [(other, "test")], "early_stopping_rounds": 40, "verbose_eval": False}
    booster = xgb.train(parameters, data, rounds, **custom, **early)
    what = f"xgboost {xgb.__version__} {objective} {parameters['booster']} depth {parameters.get('max_depth')} rounds {rounds}"
    what += f" {parameters.get('tree_method')} categories {levels if has_categories else 0} labelled {in_file} parallel {parameters.get('num_parallel_tree', 1)}"
    name = "x2" if names else "f2"
    sidecar = {"features": {name: {"levels": labels}}} if has_categories and not in_file else None
    return booster, what, draw, sidecar, has_categories


def answers_of(random, booster, data):
    """The package's answers to fresh rows, with the parameters that ask for the same."""
    document = json.loads(booster.save_raw("json"))
    learner = document["learner"]
    is_linear = learner["gradient_booster"]["name"] == "gblinear"
    best = learner["attributes"].get("best_iteration")
    used = (0, int(best) + 1) if best is not None and not is_linear else (0, 0)
    expected = [
        ({}, booster.predict(data, iteration_range=used)),
        ({"type": "margin"}, booster.predict(data, output_margin=True, iteration_range=used)),
    ]
    if is_linear:
        return expected
    rounds = booster.num_boosted_rounds()
    first = int(random.integers(0, rounds))
    some = int(random.integers(1, rounds - first + 1))
    leaves = booster.predict(data, pred_leaf=True, iteration_range=used)
    expected.append(({"type": "leaf"}, leaves.reshape(data.num_row(), -1)))
    part = {"iterationRange": [first + 1, first + some + 1]}
    expected.append((part, booster.predict(data, iteration_range=(first, first + some))))
    expected.append(({"type": "margin", "nTrees": rounds}, booster.predict(data, output_margin=True, iteration_range=(0, rounds))))
    return expected


def main(folder, seed, count, values):
    warnings.simplefilter("ignore")
    cases = Cases(folder, f"xgboost-{VERSION[0]}", values, count)
    for place in range(count):
        random = np.random.default_rng([seed, place])
        # The objectives come in turn, from another one on for another seed.
        booster, what, draw, sidecar, has_categories = train(random, place + seed)
        forms = ["json", "ubj"] + (["deprecated"] if IS_OLD and not has_categories else [])
        form = forms[place % len(forms)]
        # What the file says is the model: its numbers are those of a booster that was read from it.
        raw = booster.save_raw(form)
        read = xgb.Booster({"nthread": 1}, model_file=bytearray(raw))
        margins = len(np.ravel(read.predict(draw(1)[2], output_margin=True)))
        _, rows, data = draw(cases.rows_for(4 * margins + len(read.get_dump())))
        if sidecar and form == "deprecated":
            sidecar = None

        def save(path):
            with open(path, "wb") as file:
                file.write(raw)

        cases.write(f"{what} {form}", save, rows, answers_of(random, read, data), sidecar=sidecar)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
