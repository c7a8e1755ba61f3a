"""Asks a running server by the clients of others: KServe's, MLServer's and Triton's, over gRPC and HTTP. All must give the same figures.

Usage: clients.py GRPC_ADDRESS HTTP_ADDRESS MODEL FIELD, with FIELD a number of the model's schema. It runs those that are installed and says which:
kserve 0.21.0, mlserver 1.7.1 (its types and codecs, as its users write requests), tritonclient 2.73.0 with aiohttp.
"""

import asyncio
import json
import subprocess
import sys
import urllib.request
from importlib.metadata import version

import numpy as np

GRPC, HTTP, MODEL, FIELD = sys.argv[1:5]
VALUES = np.array([250.0, np.nan, 12.0])
found = {}


def keep(name, values):
    found[name] = [float(x) for x in np.asarray(values).reshape(-1)]
    print(f"{name}: {found[name]}")


async def kserve():
    from kserve import InferenceGRPCClient, InferenceRESTClient, InferInput, InferRequest, RESTConfig

    def request(binary):
        tensor = InferInput(FIELD, [3], "FP64")
        tensor.set_data_from_numpy(VALUES, binary_data=binary)
        return InferRequest(MODEL, [tensor], parameters={"as_of": "2026-08-01T00:00:00Z"})

    rest = InferenceRESTClient(RESTConfig(protocol="v2"))
    base = f"http://{HTTP}"
    assert await rest.is_server_live(base) and await rest.is_server_ready(base) and await rest.is_model_ready(base, MODEL)
    assert not await rest.is_model_ready(base, "nobody")
    for binary in (True, False):
        answer = await rest.infer(base, request(binary), model_name=MODEL)
        keep(f"kserve {version('kserve')}, REST, {'binary' if binary else 'JSON'}", {o.name: o for o in answer.outputs}["probability"].as_numpy())
    try:
        tensor = InferInput(FIELD, [1], "BYTES", ["many"])
        await rest.infer(base, InferRequest(MODEL, [tensor]), model_name=MODEL)
        raise AssertionError("a text for a number is taken")
    except Exception as err:  # kserve has no class of its own for it
        assert "400" in str(err) and FIELD in str(err), err
    grpc = InferenceGRPCClient(GRPC)
    assert await grpc.is_server_live() and await grpc.is_server_ready() and await grpc.is_model_ready(MODEL)
    answer = await grpc.infer(request(True))
    keep(f"kserve {version('kserve')}, gRPC", {o.name: o for o in answer.outputs}["probability"].as_numpy())


def mlserver():
    from mlserver.codecs import NumpyCodec
    from mlserver.types import InferenceRequest, InferenceResponse, Parameters

    tensor = NumpyCodec.encode_input(FIELD, VALUES)
    request = InferenceRequest(inputs=[tensor], parameters=Parameters(as_of="2026-08-01T00:00:00Z"))
    call = urllib.request.Request(f"http://{HTTP}/v2/models/{MODEL}/infer", data=request.model_dump_json().encode(), headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(call) as answer:
        response = InferenceResponse.model_validate(json.load(answer))
    outputs = {o.name: o for o in response.outputs}
    keep(f"mlserver {version('mlserver')}, REST", NumpyCodec.decode_output(outputs["probability"]))


def triton():
    import tritonclient.grpc as over_grpc
    import tritonclient.http as over_http

    for name, kind, address in (("gRPC", over_grpc, GRPC), ("HTTP", over_http, HTTP)):
        client = kind.InferenceServerClient(address)
        assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(MODEL)
        assert FIELD in str(client.get_model_metadata(MODEL))
        tensor = kind.InferInput(FIELD, [3], "FP64")
        tensor.set_data_from_numpy(VALUES)
        answer = client.infer(MODEL, [tensor], outputs=[kind.InferRequestedOutput("probability"), kind.InferRequestedOutput("grade")], parameters={"as_of": "2026-08-01T00:00:00Z"})
        assert len(answer.as_numpy("grade")) == 3
        keep(f"tritonclient {version('tritonclient')}, {name}", answer.as_numpy("probability"))


runs = {"kserve": lambda: asyncio.run(kserve()), "mlserver": mlserver, "tritonclient": triton}
if len(sys.argv) > 5:
    runs[sys.argv[5]]()
    print(json.dumps(found))
    sys.exit()
for name in runs:  # each in a process of its own: they bring the same proto files
    try:
        version(name)
    except ImportError:
        print(f"{name} is not installed")
        continue
    output = subprocess.run([sys.executable, *sys.argv, name], check=True, stdout=subprocess.PIPE, text=True).stdout
    print("\n".join(output.splitlines()[:-1]))
    found.update(json.loads(output.splitlines()[-1]))
if not found:
    sys.exit("none of the clients is installed")
if len({tuple(values) for values in found.values()}) > 1:
    sys.exit("the clients were given different figures")
