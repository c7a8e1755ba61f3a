"""Clients of the Open Inference Protocol against a real server: Triton's, and KServe's generated stubs.

    python check.py 127.0.0.1:50051 deals
"""

import sys

import numpy as np
import tritonclient.grpc as triton
from tritonclient.grpc import service_pb2, service_pb2_grpc
from tritonclient.utils import InferenceServerException

address, model = sys.argv[1:3]
client = triton.InferenceServerClient(address)
assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(model)
assert client.get_server_metadata().name == "leadscore"
metadata = client.get_model_metadata(model)
kinds = {tensor.name: tensor.datatype for tensor in metadata.inputs}
assert kinds["employees"] == "FP64" and kinds["country"] == "BYTES" and kinds["newsletter_opt_out"] == "BOOL", kinds


def tensor(name, datatype, values, dtype):
    made = triton.InferInput(name, [len(values)], datatype)
    made.set_data_from_numpy(np.array(values, dtype=dtype))
    return made


def infer(employees, **more):
    inputs = [tensor("lead.id", "BYTES", [b"a", b"b", b"c"], object), tensor("employees", "FP64", employees, np.float64),
              tensor("country", "BYTES", [b"DE", b"", b"FR"], object), tensor("newsletter_opt_out", "BOOL", [False, True, False], bool)]
    return client.infer(model, inputs, parameters={"as_of": "2026-06-27T09:00:00Z"}, **more)


answer = infer([250, np.nan, 0])
probability = answer.as_numpy("probability")
assert probability.shape == (3,) and probability.dtype == np.float64 and ((0 < probability) & (probability < 1)).all(), probability
assert (answer.as_numpy("probability_low") < probability).all() and (probability < answer.as_numpy("probability_high")).all()
assert set(answer.as_numpy("qualification")) <= {b"mql", b"fast_lane", b"held", b"nurture", b"excluded"}
assert all(b"not sent" in warning for warning in answer.as_numpy("warnings"))
assert answer.get_response().model_version and answer.get_response().parameters["checksum"].string_param
few = infer([250, np.nan, 0], outputs=[triton.InferRequestedOutput("probability")], model_version="champion")
assert [o.name for o in few.get_response().outputs] == ["probability"] and (few.as_numpy("probability") == probability).all()
try:
    infer([250, np.inf, 0])
    raise SystemExit("an infinity was scored")
except InferenceServerException as refused:
    assert "INVALID_ARGUMENT" in refused.status() and 'inputs["employees"][1]' in refused.message(), refused
try:
    client.is_model_ready("quotes")
    raise SystemExit("a model that is not there is ready")
except InferenceServerException as refused:
    assert "NOT_FOUND" in refused.status(), refused

# The typed representation, by the protocol's own messages, as KServe's and MLServer's clients send it.
stub = service_pb2_grpc.GRPCInferenceServiceStub(client._channel)
request = service_pb2.ModelInferRequest(model_name=model, id="typed")
request.parameters["as_of"].string_param = "2026-06-27T09:00:00Z"
employees = request.inputs.add(name="employees", datatype="INT64", shape=[3, 1])
employees.contents.int64_contents.extend([250, 0, 0])
employees.parameters["missing"].string_param = "1"
country = request.inputs.add(name="country", datatype="BYTES", shape=[3, 1])
country.contents.bytes_contents.extend([b"DE", b"", b"FR"])
opt_out = request.inputs.add(name="newsletter_opt_out", datatype="BOOL", shape=[3, 1])
opt_out.contents.bool_contents.extend([False, True, False])
typed = stub.ModelInfer(request)
assert typed.id == "typed" and list(typed.outputs[0].contents.fp64_contents) == list(probability)
print("Open Inference Protocol:", model, typed.model_version, [f"{p:.3f}" for p in probability])
