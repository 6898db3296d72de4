"""shap's contributions of our trees: python shap_values.py FOLDER [time]

Each folder in FOLDER has trees.json (shap's dictionary of trees), rows.f64, and beside.f64 and background.f64 for those beside
background rows; it gets path.out and beside.out: for each row and each output those of all features, and the baseline last. With `time`, the seconds of each are printed as JSON."""

import json
import sys
import time
from pathlib import Path

import numpy as np
import shap


def tree_of(tree):
    whole = {name: np.array(tree[name], dtype=np.int32) for name in ("children_left", "children_right", "children_default", "features")}
    numbers = {name: np.array(tree[name], dtype=np.float64) for name in ("thresholds", "values", "node_sample_weight")}
    return {**whole, **numbers}


def contributions(case, rows, background):
    model = {"trees": [tree_of(tree) for tree in case["trees"]], "internal_dtype": np.float64, "input_dtype": np.float64}
    kind = "tree_path_dependent" if background is None else "interventional"
    explainer = shap.TreeExplainer(model, data=background, feature_perturbation=kind)
    start = time.process_time()
    found = explainer.shap_values(rows, check_additivity=False)
    seconds = time.process_time() - start
    # Features lie in the second place; of several outputs these come last.
    found = np.asarray(found)[:, :, None] if np.ndim(found) == 2 else np.asarray(found)
    baseline = np.broadcast_to(np.atleast_1d(explainer.expected_value), (len(rows), found.shape[2]))
    return np.concatenate([found, baseline[:, None, :]], axis=1).transpose(0, 2, 1), seconds


def main():
    folder = Path(sys.argv[1])
    times = {}
    for place in sorted(path.parent for path in folder.glob("*/trees.json")):
        case = json.loads((place / "trees.json").read_text())
        read = lambda name: np.fromfile(place / f"{name}.f64", dtype="<f8").reshape(-1, case["features"])
        for name, some, beside in (("path", read("rows"), None), ("beside", read("beside"), read("background"))):
            found, seconds = contributions(case, some, beside)
            found.astype("<f8").tofile(place / f"{name}.out")
            times[f"{place.name} {name}"] = {"rows": len(some), "seconds": seconds}
    if "time" in sys.argv[2:]:
        print(json.dumps(times))


main()
