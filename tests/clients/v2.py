"""The Open Inference Protocol by tritonclient's HTTP client with its defaults, and by MLServer's codecs and types."""

import numpy as np
import pandas as pd
import requests
import tritonclient.http as triton
from checks import check, done, every, same
from mlserver import types
from mlserver.codecs import NumpyCodec, NumpyRequestCodec, PandasCodec, StringCodec
from tritonclient.utils import InferenceServerException


def codable(model):
    """Rows and predictions that MLServer's PandasCodec can write: it has no missing texts and no missing booleans."""
    others = [one["name"] for one in model["schema"] if one["type"] != "number"]
    pairs = zip(model["rows"], model["predictions"])
    kept = [(row, prediction) for row, prediction in pairs if all(row[name] is not None for name in others)]
    return pd.DataFrame([row for row, _ in kept], columns=model["features"]), [prediction for _, prediction in kept]


def client(url):
    return triton.InferenceServerClient(url.removeprefix("http://"))


def tensors(model, binary=True):
    inputs = []
    for feature in model["schema"]:
        values = [row[feature["name"]] for row in model["full"]]
        kind = {"factor": ("BYTES", np.object_), "logical": ("BOOL", np.bool_)}.get(feature["type"], ("FP64", np.float64))
        array = np.array(values, dtype=kind[1])
        one = triton.InferInput(feature["name"], array.shape, kind[0])
        one.set_data_from_numpy(array, binary_data=binary)
        inputs.append(one)
    return inputs


def values(array):
    return [value.decode() if isinstance(value, bytes) else value for value in array.tolist()]


def triton_health(url, model):
    with client(url) as server:
        assert server.is_server_live() and server.is_server_ready()
        assert server.is_model_ready(model["name"])
        assert server.is_model_ready(model["name"], model["version"])
        assert not server.is_model_ready("another")
        same(server.get_server_metadata()["name"], "canopy")
        metadata = server.get_model_metadata(model["name"], model["version"])
        same([one["name"] for one in metadata["inputs"]], model["features"])


def triton_defaults(url, model):
    with client(url) as server:
        result = server.infer(model["name"], tensors(model), request_id="7")
        same(values(result.as_numpy("predictions")), model["fullPredictions"])
        same(result.get_response()["id"], "7")
        asked = [triton.InferRequestedOutput("predictions", binary_data=False)]
        result = server.infer(model["name"], tensors(model, False), model["version"], outputs=asked)
        same(values(result.as_numpy("predictions")), model["fullPredictions"])


def triton_compressed(url, model):
    with client(url) as server:
        result = server.infer(model["name"], tensors(model), request_compression_algorithm="gzip")
        same(values(result.as_numpy("predictions")), model["fullPredictions"])


def triton_refusal(url, model):
    with client(url) as server:
        wrong = triton.InferInput(model["features"][0], [1], "BYTES")
        wrong.set_data_from_numpy(np.array(["what"], dtype=np.object_))
        try:
            server.infer(model["name"], [wrong])
        except InferenceServerException as error:
            assert "does not fit" in error.message() or "do not fit" in error.message(), error.message()
            return
        raise AssertionError("it was answered")


def infer(url, model, request):
    body = request.model_dump_json(exclude_none=False).encode()
    headers = {"content-type": "application/json"}
    response = requests.post(f"{url}/v2/models/{model['name']}/infer", data=body, headers=headers)
    assert response.status_code == 200, response.text
    return types.InferenceResponse.model_validate_json(response.text)


def mlserver_types(url, model):
    get = lambda path: requests.get(f"{url}{path}").text
    types.MetadataServerResponse.model_validate_json(get("/v2"))
    metadata = types.MetadataModelResponse.model_validate_json(get(f"/v2/models/{model['name']}"))
    same([one.name for one in metadata.inputs], model["features"])
    answer = requests.post(f"{url}/v2/models/{model['name']}/infer", data=b"{}")
    assert answer.status_code == 400
    types.InferenceErrorResponse.model_validate_json(answer.text)


def decoded(response):
    output = next(one for one in response.outputs if one.name == "predictions")
    if output.datatype == types.Datatype.BYTES:
        return StringCodec.decode_output(output)
    return NumpyCodec.decode_output(output).tolist()


def mlserver_pandas(url, model):
    frame, predictions = codable(model)
    response = infer(url, model, PandasCodec.encode_request(frame, use_bytes=False))
    same(decoded(response), predictions)
    same(PandasCodec.decode_response(response)["predictions"].tolist(), predictions)


def mlserver_columns(url, model):
    inputs = []
    for feature in model["schema"]:
        column = [row[feature["name"]] for row in model["full"]]
        if feature["type"] == "factor":
            inputs.append(StringCodec.encode_input(feature["name"], column, use_bytes=False))
        else:
            kind = np.bool_ if feature["type"] == "logical" else np.float64
            inputs.append(NumpyCodec.encode_input(feature["name"], np.array(column, dtype=kind)))
    same(decoded(infer(url, model, types.InferenceRequest(inputs=inputs))), model["fullPredictions"])


def mlserver_numpy(url, model):
    array = np.array([[row["age"]] for row in model["rows"]], dtype=np.float64)
    request = NumpyRequestCodec.encode_request(array)
    response = infer(url, model, request)
    same(decoded(response), model["predictions"])
    same(NumpyRequestCodec.decode_response(response).tolist(), model["predictions"])


def mlserver_invocations(url, model):
    frame, predictions = codable(model)
    request = PandasCodec.encode_request(frame, use_bytes=False).model_dump_json(exclude_none=True)
    path = "/invocations" if url in (model["serve"], model["alone"]) else "/predict"
    response = requests.post(f"{url}{path}", data=request, headers={"content-type": "application/json"})
    assert response.status_code == 200, response.text
    same(response.json()["predictions"], predictions)


every("tritonclient: health and metadata", triton_health)
every("tritonclient: infer with its defaults", triton_defaults)
every("tritonclient: a compressed request", triton_compressed)
every("tritonclient: a refusal is its exception", triton_refusal)
every("MLServer's types", mlserver_types)
every("MLServer's PandasCodec", mlserver_pandas)
every("MLServer's StringCodec and NumpyCodec", mlserver_columns)
every("MLServer's NumpyRequestCodec", mlserver_numpy, models=("heart",))
every("MLServer's PandasCodec on /predict and /invocations", mlserver_invocations)
done()
