"""Files as Keras 2 wrote them, made by Keras 3.

Needs Keras 3 with a backend, and h5py, which neither the program nor its tests do.
"""

from __future__ import annotations

import json

import h5py
import keras
import numpy as np


def as_keras_2(path):
    """Write a file of Keras 3 as 2.15 would have: calls as lists, plain names, weights with :0."""
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        file.attrs["model_config"] = json.dumps(_older(config))
        top = file["model_weights"]
        for holder in (file, top):
            holder.attrs["keras_version"] = "2.15.0"
        for group in top.values():
            names = list(group.attrs.get("weight_names", []))
            for name in names:
                group.move(name, f"{name}:0")
            group.attrs["weight_names"] = [f"{name}:0".encode() for name in names]


def _older(value):
    """A description of Keras 3 in the words of Keras 2."""
    if isinstance(value, list):
        return [_older(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == "function":
        return "hard_sigmoid"  # `hard_sigmoid_2`, the only function of ours
    if value.get("class_name") == "DTypePolicy":
        return value["config"]["name"]
    made = {k: _older(v) for k, v in value.items() if k not in ("module", "registered_name")}
    if "batch_shape" in made:
        made["batch_input_shape"] = made.pop("batch_shape")
    for call in value.get("inbound_nodes") or []:
        if isinstance(call, dict):
            history = call["args"][0]["config"]["keras_history"]
            made["inbound_nodes"] = [[[*history, {}]]]
    return made


@keras.saving.register_keras_serializable("tools")
def hard_sigmoid_2(x):
    """hard_sigmoid as Keras 2 has it."""
    return keras.ops.clip(0.2 * x + 0.5, 0, 1)


def older_file(model, path):
    """Write the model of `older` as Keras 2.2 wrote it: names with :0, and cuDNN's layout."""
    first, second = model.layers
    shared = {"return_sequences": True, "go_backwards": False, "use_bias": True}
    hard = {"name": "lstm_1", "units": 3, "activation": "tanh"} | shared
    hard["recurrent_activation"] = "hard_sigmoid"
    rows = [
        {"class_name": "LSTM", "config": hard | {"batch_input_shape": [None, None, 2]}},
        {"class_name": "CuDNNLSTM", "config": {"name": "cu_dnnlstm_1", "units": 2} | shared},
    ]
    config = {"class_name": "Sequential", "config": {"name": "sequential_1", "layers": rows}}
    kernel, recurrent_kernel, bias = second.get_weights()
    kernel = np.hstack([k.T.reshape(k.shape) for k in np.hsplit(kernel, 4)])
    recurrent_kernel = np.hstack([k.T for k in np.hsplit(recurrent_kernel, 4)])
    cudnn = [kernel, recurrent_kernel, np.concatenate([0.25 * bias, 0.75 * bias])]
    names = ("kernel:0", "recurrent_kernel:0", "bias:0")
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = b"2.2.4"
        file.attrs["backend"] = b"tensorflow"
        file.attrs["model_config"] = json.dumps(config).encode()
        top = file.create_group("model_weights")
        top.attrs["layer_names"] = [b"lstm_1", b"cu_dnnlstm_1"]
        for layer, arrays in (("lstm_1", first.get_weights()), ("cu_dnnlstm_1", cudnn)):
            group = top.create_group(layer)
            group.attrs["weight_names"] = [f"{layer}/{name}".encode() for name in names]
            for name, array in zip(names, arrays, strict=True):
                group.create_dataset(f"{layer}/{name}", data=array)
