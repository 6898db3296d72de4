"""shap's side of the bench of explanations, in one long-lived process, one thread. Reads a command a line, its words apart by tabs.

    open TREES ROWS BACKGROUND WAY   our trees as its dictionary of trees; WAY is path, or rows for beside background rows
    time ROWS LEAST                  microseconds of a call with so many rows, calls repeated for at least so many milliseconds
    answers COUNT FILE               the contributions of the first rows, and the baseline behind those of each row
"""

import json
import pathlib
import sys
import time

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from answer_lines import answer_lines

explainer = None
matrix = None


def tree_of(tree):
    whole = {name: np.array(tree[name], dtype=np.int32) for name in ("children_left", "children_right", "children_default", "features")}
    numbers = {name: np.array(tree[name], dtype=np.float64) for name in ("thresholds", "values", "node_sample_weight")}
    return {**whole, **numbers}


def open_trees(trees, rows, background, way):
    import shap

    global explainer, matrix
    case = json.loads(pathlib.Path(trees).read_text())
    model = {"trees": [tree_of(tree) for tree in case["trees"]], "internal_dtype": np.float64, "input_dtype": np.float64}
    read = lambda file: np.fromfile(file, dtype="<f8").reshape(-1, case["features"])
    kind = {"path": "tree_path_dependent", "rows": "interventional"}[way]
    explainer = shap.TreeExplainer(model, data=None if way == "path" else read(background), feature_perturbation=kind)
    matrix = read(rows)
    return 0


def time_calls(rows, least):
    size = int(rows)
    calls = 0
    started = time.perf_counter()
    while True:
        at = calls * size % (len(matrix) - size + 1)
        explainer.shap_values(matrix[at : at + size], check_additivity=False)
        calls += 1
        took = 1e3 * (time.perf_counter() - started)
        if took >= float(least):
            return 1e3 * took / calls


def write_answers(count, file):
    found = np.asarray(explainer.shap_values(matrix[: int(count)], check_additivity=False)).reshape(int(count), -1)
    baseline = np.full((len(found), 1), np.atleast_1d(explainer.expected_value)[0])
    np.concatenate([found, baseline], axis=1).astype("<f8").tofile(file)
    return 0


if __name__ == "__main__":
    answer_lines({"open": open_trees, "time": time_calls, "answers": write_answers})
