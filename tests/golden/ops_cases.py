"""What the cases of tests/golden/ops are made with: one call of add() is one case."""
import json
import math
import pathlib

import torch
from safetensors.torch import save_file

FOLDER = pathlib.Path(__file__).parent / "ops"
SEED = 20
INF, NAN = math.inf, math.nan
torch.manual_seed(SEED)
torch.set_num_threads(1)
groups = {}


def normal(*shape, scale=1.0, shift=0.0):
    return torch.randn(shape) * scale + shift


def positive(*shape):
    return torch.rand(shape) * 3 + 0.1


def whole(*numbers, shape=None):
    ids = torch.tensor(numbers, dtype=torch.int32)
    return ids if shape is None else ids.reshape(shape)


def viewed(x, how):
    if how[0] == "transpose":
        return x.transpose(how[1], how[2])
    index = [slice(None)] * x.dim()
    index[how[1]] = slice(*how[2:])
    return x[tuple(index)]


def add(group, name, op, compute, inputs, consts=None, attrs=None, outputs=("out",), grads=None, exact=True, note=None,
        ones=False):
    """One case: `compute` takes inputs and consts by name, gives a tensor or a tuple in the order of `outputs`."""
    manifest, tensors = groups.setdefault(group, ([], {}))
    attrs, consts = attrs or {}, consts or {}
    grads = list(inputs) if grads is None else grads
    kind = torch.float64 if exact else torch.float32
    leaves = {}
    for key, value in inputs.items():
        tensors[f"{name}.{key}"] = value.to(torch.float32).contiguous().clone()
        leaves[key] = value.to(kind).clone().requires_grad_(key in grads)
    views = attrs.get("pre", {})
    used = {key: viewed(leaf, views[key]) if key in views else leaf for key, leaf in leaves.items()}
    for key, value in consts.items():
        stored = value.to(torch.uint8) if value.dtype == torch.bool else value
        tensors[f"{name}.{key}"] = stored.contiguous().clone()
        used[key] = value.to({torch.float32: kind, torch.bool: torch.bool}.get(value.dtype, torch.int64))
    found = compute(**used)
    found = found if isinstance(found, tuple) else (found,)
    total = 0
    for key, value in zip(outputs, found, strict=True):
        if value.is_floating_point():
            tensors[f"{name}.{key}"] = value.detach().to(torch.float32).contiguous().clone()
            if grads:
                upstream = torch.ones(value.shape) if ones or value.dim() == 0 else torch.randn(value.shape)
                tensors[f"{name}.upstream.{key}"] = upstream
                value.backward(upstream.to(kind), retain_graph=True)
        else:
            tensors[f"{name}.{key}"] = value.to(torch.int32).contiguous().clone()
    for key in grads:
        gradient = leaves[key].grad
        gradient = torch.zeros_like(leaves[key]) if gradient is None else gradient
        tensors[f"{name}.grad.{key}"] = gradient.to(torch.float32).contiguous().clone()
    entry = {"name": name, "op": op, "attrs": attrs, "inputs": list(inputs), "consts": list(consts),
             "outputs": list(outputs), "grads": grads, "precision": "f64->f32" if exact else "f32"}
    if note:
        entry["note"] = note
    manifest.append(entry)


def save():
    FOLDER.mkdir(exist_ok=True)
    for group, (manifest, tensors) in groups.items():
        save_file(tensors, FOLDER / f"{group}.safetensors")
        lines = ",\n".join("  " + json.dumps(entry) for entry in manifest)
        head = json.dumps({"group": group, "file": f"{group}.safetensors", "torch": torch.__version__.split("+")[0],
                           "seed": SEED})[:-1]
        (FOLDER / f"{group}.json").write_text(f'{head}, "cases": [\n{lines}\n]}}\n')
        print(group, len(manifest), "cases")
