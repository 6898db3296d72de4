"""What the generators share: random rows, and a folder for each case that tests/boosting/main.ts reads."""

import json
import pathlib

import numpy as np


class Cases:
    """Writes cases below a folder. `values` is about how many numbers all of them are to have together."""

    def __init__(self, folder, family, values, count):
        self.folder = pathlib.Path(folder)
        self.family = family
        self.each = max(values // count, 1)
        self.made = 0

    def rows_for(self, width):
        """How many rows a case needs whose answers have `width` numbers a row."""
        return max(self.each // width, 10)

    def write(self, what, save, rows, expected, sidecar=None, ending="model"):
        """A case: `save` writes the model's file, `rows` is a matrix of doubles, `expected` pairs parameters with matrices."""
        folder = self.folder / f"{self.family}-{self.made:04d}"
        folder.mkdir(parents=True)
        self.made += 1
        save(str(folder / f"model.{ending}"))
        np.ascontiguousarray(rows, dtype="<f8").tofile(folder / "rows.f64")
        answers = []
        for place, (parameters, numbers) in enumerate(expected):
            matrix = np.asarray(numbers, dtype="<f8").reshape(len(rows), -1)
            np.ascontiguousarray(matrix).tofile(folder / f"answer-{place}.f64")
            answers.append({"parameters": parameters, "file": f"answer-{place}.f64", "width": matrix.shape[1]})
        if sidecar:
            (folder / "model.model.json").write_text(json.dumps(sidecar))
        case = {"what": what, "model": f"model.{ending}", "columns": rows.shape[1], "answers": answers}
        (folder / "case.json").write_text(json.dumps(case))


def draw_rows(random, count, columns, missing=0.0, zeros=0.0):
    """Columns of several kinds: normal numbers, numbers of few digits, counts, and numbers of very different sizes."""
    rows = np.empty((count, columns))
    for column in range(columns):
        kind = column % 4
        if kind == 0:
            rows[:, column] = random.normal(size=count)
        elif kind == 1:
            rows[:, column] = np.round(random.uniform(-5, 5, size=count), 1)
        elif kind == 2:
            rows[:, column] = random.poisson(3, size=count)
        else:
            rows[:, column] = random.choice([-1, 1], size=count) * 10.0 ** random.uniform(-6, 6, size=count)
    if zeros:
        rows[random.random(rows.shape) < zeros] = 0.0
    if missing:
        rows[random.random(rows.shape) < missing] = np.nan
    return rows
