"""The client that openapi-python-client made of the document predicts."""

from canopy_client import Client
from canopy_client.api.model import predict
from canopy_client.api.v2 import v_2_infer
from canopy_client.models import Instances, Record, V2InferModel, V2Input, V2InputDatatype, V2Request
from checks import done, every, same


def predicts(url, model):
    with Client(base_url=url, raise_on_unexpected_status=True) as client:
        body = Instances(instances=[Record.from_dict(row) for row in model["rows"]])
        answer = predict.sync(client=client, body=body)
        same(answer.predictions, model["predictions"])


def infers(url, model):
    with Client(base_url=url, raise_on_unexpected_status=True) as client:
        ages = [row["age"] for row in model["rows"]]
        inputs = [V2Input(name="age", shape=[len(ages)], datatype=V2InputDatatype.FP64, data=ages)]
        answer = v_2_infer.sync(V2InferModel(model["name"]), client=client, body=V2Request(inputs=inputs))
        same(answer.outputs[0].data, model["predictions"])


every("the generated client: predict", predicts, urls=("api", "alone"), models=("heart",))
every("the generated client: infer", infers, urls=("api", "alone"), models=("heart",))
done()
