"""boto3's runtime client, MLflow's client code and vetiver's Python client."""

import json

import boto3
import pandas as pd
import requests
from botocore.exceptions import ClientError
from checks import done, every, same
from mlflow.pyfunc.scoring_server.client import ScoringServerClient, dump_input_data
from vetiver import predict, vetiver_endpoint


def frame(model):
    return pd.DataFrame(model["rows"], columns=model["features"])


def runtime(url):
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "sa-east-1"}
    return boto3.client("sagemaker-runtime", endpoint_url=url, **keys)


def boto3_invoke(url, model):
    body = json.dumps({"instances": model["rows"]})
    answer = runtime(url).invoke_endpoint(EndpointName="canopy-test", Body=body, ContentType="application/json")
    same(json.loads(answer["Body"].read())["predictions"], model["predictions"])


def boto3_refusal(url, model):
    try:
        runtime(url).invoke_endpoint(EndpointName="canopy-test", Body="{}", ContentType="application/json")
    except ClientError as error:
        same(error.response["Error"]["Code"], "ModelError")
        same(error.response["OriginalStatusCode"], 422)
        return
    raise AssertionError("it was answered")


def mlflow_client(url, model):
    client = ScoringServerClient(host=url.split(":")[1].strip("/"), port=int(url.rsplit(":", 1)[1]))
    client.ping()
    # MLflow writes a missing value as NaN, which is no JSON.
    answer = client.invoke(pd.DataFrame(model["full"], columns=model["features"]))
    same(answer["predictions"], model["fullPredictions"])


def mlflow_bodies(url, model):
    body = dump_input_data(pd.DataFrame(model["full"], columns=model["features"]), params={"type": model["type"]})
    answer = requests.post(f"{url}/predict", data=body, headers={"content-type": "application/json"})
    same(answer.json()["predictions"], model["fullPredictions"])


def vetiver_by_address(url, model):
    table = predict(vetiver_endpoint(f"{url}/predict?format=table"), frame(model))
    same(table["predict"].tolist(), model["predictions"])


def vetiver_by_header(url, model):
    headers = {"accept": "application/json;format=table"}
    table = predict(vetiver_endpoint(f"{url}/predict"), frame(model), headers=headers)
    same(table["predict"].tolist(), model["predictions"])


every("boto3: invoke_endpoint", boto3_invoke, urls=("runtime",))
every("boto3: a refusal is its ClientError", boto3_refusal, urls=("runtime",))
every("MLflow's client", mlflow_client, urls=("alone", "serve"))
every("MLflow's bodies", mlflow_bodies, urls=("api", "alone"))
every("vetiver's client, by its address", vetiver_by_address)
every("vetiver's client, by a header", vetiver_by_header)
done()
