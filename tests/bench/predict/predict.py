"""Python's side of npm run bench -- predict: a CSV is read by polars, predicted by onnxruntime, and the predictions are written as CSV.
    python predict.py MODEL.onnx ROWS.csv OUT.csv THREADS FEATURE...
"""
import sys

import numpy
import onnxruntime
import polars

model, rows, out, threads, *features = sys.argv[1:]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(threads)
session = onnxruntime.InferenceSession(model, options)
frame = polars.read_csv(rows).select(features)
found = session.run(None, {"rows": frame.to_numpy().astype(numpy.float32)})[0]
polars.DataFrame({"predictions": found.ravel()}).write_csv(out)
