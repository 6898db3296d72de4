"""SageMaker's serializers and deserializers, by its Predictor over the runtime and by hand to each server."""

import io

import boto3
import numpy as np
import requests
from checks import done, every, same
from sagemaker import Session
from sagemaker.deserializers import CSVDeserializer, JSONDeserializer, JSONLinesDeserializer, NumpyDeserializer, PandasDeserializer, StringDeserializer
from sagemaker.predictor import Predictor
from sagemaker.serializers import CSVSerializer, JSONLinesSerializer, JSONSerializer, NumpySerializer


def path(url, model):
    return f"{url}/predict" if url == model["api"] else f"{url}/invocations"


def ask(url, model, data, serializer, deserializer):
    body = serializer.serialize(data)
    accept = ", ".join(deserializer.ACCEPT)
    response = requests.post(path(url, model), data=body, headers={"content-type": serializer.CONTENT_TYPE, "accept": accept})
    assert response.status_code == 200, response.text
    return deserializer.deserialize(io.BytesIO(response.content), response.headers["content-type"])


def table(model):
    return [[row[name] for name in model["features"]] for row in model["full"]]


def json_bodies(url, model):
    for body in ({"instances": model["full"]}, {"instances": [{"features": row} for row in table(model)]}, table(model)):
        answer = ask(url, model, body, JSONSerializer(), JSONDeserializer())
        same(answer["predictions"], model["fullPredictions"])


def json_lines(url, model):
    lines = [{"features": row} for row in table(model)]
    answer = ask(url, model, lines, JSONLinesSerializer(), JSONLinesDeserializer())
    same(answer, model["fullPredictions"])


def csv(url, model):
    answer = ask(url, model, table(model), CSVSerializer(), CSVDeserializer())
    same([row[0] for row in answer], [str(one) if isinstance(one, str) else repr(one) for one in model["fullPredictions"]])


def csv_as_frame(url, model):
    answer = ask(url, model, table(model), CSVSerializer(), PandasDeserializer(accept=("text/csv",)))
    same(len(answer), len(model["full"]) - 1)


def text(url, model):
    answer = ask(url, model, table(model), CSVSerializer(), StringDeserializer(accept="text/csv"))
    same(answer.split("\n")[0], str(model["fullPredictions"][0]))


def npy(url, model):
    array = np.array(table(model), dtype=np.float64)
    same(ask(url, model, array, NumpySerializer(), JSONDeserializer())["predictions"], model["fullPredictions"])


def npy_both_ways(url, model):
    array = np.array(table(model), dtype=np.float64)
    answer = ask(url, model, array, NumpySerializer(), NumpyDeserializer())
    same((answer.dtype, answer.tolist()), (np.dtype("<f8"), model["fullPredictions"]))


def labels_as_array(url, model):
    answer = ask(url, model, table(model), CSVSerializer(), NumpyDeserializer())
    same((answer.dtype.kind, answer.tolist()), ("U", model["fullPredictions"]))


def predictor(url, model):
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "sa-east-1"}
    session = Session(boto_session=boto3.Session(**keys), sagemaker_runtime_client=boto3.client("sagemaker-runtime", endpoint_url=url, **keys))
    answer = Predictor("canopy-test", session, JSONSerializer(), JSONDeserializer()).predict({"instances": model["full"]})
    same(answer["predictions"], model["fullPredictions"])


every("SageMaker: JSON", json_bodies)
every("SageMaker: JSON Lines", json_lines)
every("SageMaker: CSV", csv)
every("SageMaker: CSV as a data frame", csv_as_frame)
every("SageMaker: CSV as a text", text)
every("SageMaker: npy", npy, models=("heart",))
every("SageMaker: npy both ways", npy_both_ways, models=("heart",))
every("SageMaker: labels as an array", labels_as_array, models=("mixed",))
every("SageMaker's Predictor", predictor, urls=("runtime",))
done()
