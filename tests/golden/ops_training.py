"""Optimisers, schedules and clipping: what they leave behind, step by step."""
import math

import torch

from ops_cases import INF, NAN, groups, normal

STEPS = 7


class Lion(torch.optim.Optimizer):
    def __init__(self, parameters, lr, betas, weight_decay):
        super().__init__(parameters, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(group["lr"] * (beta1 * m + (1 - beta1) * p.grad).sign())
                m.mul_(beta2).add_((1 - beta2) * p.grad)


def case(group, name, op, attrs, tensors, inputs, outputs, note=None):
    manifest, all_tensors = groups.setdefault(group, ([], {}))
    for key, value in tensors.items():
        all_tensors[f"{name}.{key}"] = value.to(torch.float32).contiguous().clone()
    entry = {"name": name, "op": op, "attrs": attrs, "inputs": inputs, "outputs": outputs}
    manifest.append({**entry, "note": note} if note else entry)


def optim():
    kinds = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "lion": Lion,
             "rmsprop": torch.optim.RMSprop, "adagrad": torch.optim.Adagrad}
    cases = {
        "sgd": {}, "sgd_momentum": {"momentum": 0.8}, "sgd_nesterov": {"momentum": 0.7, "nesterov": True},
        "sgd_decay": {"momentum": 0.5, "dampening": 0.2, "weight_decay": 0.05},
        "adam": {"betas": [0.8, 0.99], "eps": 1e-6}, "adam_decay": {"weight_decay": 0.2},
        "adam_amsgrad": {"amsgrad": True, "betas": [0.5, 0.6]},
        "adamw": {"betas": [0.85, 0.9], "eps": 1e-7, "weight_decay": 0.3}, "rmsprop": {"alpha": 0.9, "eps": 1e-5},
        "adagrad": {"eps": 1e-8}, "lion": {"betas": [0.8, 0.95], "weight_decay": 0.2},
    }
    for name, options in cases.items():
        options = {"lr": 0.02, **options}
        kind = name.split("_")[0]
        parameters = [normal(3, 2).double().requires_grad_(), normal(4).double().requires_grad_()]
        optimizer = kinds[kind](parameters, **{k: tuple(v) if k == "betas" else v for k, v in options.items()})
        tensors = {}
        for i, p in enumerate(parameters):
            tensors[f"p{i}_init"] = p.detach().clone()
            tensors[f"p{i}_grads"] = normal(STEPS, *p.shape)
        after = [[] for _ in parameters]
        for step in range(STEPS):
            for i, p in enumerate(parameters):
                p.grad = tensors[f"p{i}_grads"][step].double()
            optimizer.step()
            for i, p in enumerate(parameters):
                after[i].append(p.detach().clone())
        for i, states in enumerate(after):
            tensors[f"p{i}_after"] = torch.stack(states)
        inputs = [key for key in tensors if not key.endswith("after")]
        case("optim", name, "optimizer", options, tensors, inputs, ["p0_after", "p1_after"])


def schedule():
    def half_cosine(part):
        return (1 + math.cos(math.pi * part)) / 2
    cases = {
        "cosine": ({"T_max": 30, "eta_min": 0.002, "formula": "eta_min+(base-eta_min)*(1+cos(pi t/T))/2"},
                   lambda t: 0.002 + (0.3 - 0.002) * half_cosine(t / 30)),
        "cosine_rise": ({"warmup": 5, "total": 30, "formula": "t/W for t<W, then half cosine to 0"},
                        lambda t: 0.3 * (t / 5 if t < 5 else half_cosine((t - 5) / 25))),
        "line": ({"warmup": 6, "total": 30}, lambda t: 0.3 * (t / 6 if t < 6 else (30 - t) / 24)),
        "nanogpt": ({"warmup": 4, "decay_iters": 25, "min_lr_ratio": 0.2,
                     "formula": "(t+1)/(W+1) warmup; min after decay_iters"},
                    lambda t: 0.3 * ((t + 1) / 5 if t < 4 else 0.2 + 0.8 * half_cosine(min(1, (t - 4) / 21)))),
        "noam": ({"d_model": 128, "warmup": 7, "step": "t+1"},
                 lambda t: 0.3 * 128 ** -0.5 * min((t + 1) ** -0.5, (t + 1) * 7 ** -1.5)),
        "stairs": ({"step_size": 9, "gamma": 0.3}, lambda t: 0.3 * 0.3 ** (t // 9)),
        "exponential": ({"gamma": 0.8}, lambda t: 0.3 * 0.8 ** t),
    }
    for name, (attrs, rate) in cases.items():
        rates = torch.tensor([rate(t) for t in range(30)], dtype=torch.float64)
        case("schedule", name, "lr_schedule", {"base_lr": 0.3, **attrs}, {"lr": rates}, [], ["lr"])


def clip():
    cases = {"shorter": (2.0, 2.0, None), "long_enough": (100.0, 2.0, None), "largest": (0.5, "inf", None),
             "absolute": (3.0, 1.0, None), "a_nan": (1.0, 2.0, NAN), "an_infinity": (1.0, 2.0, INF)}
    for name, (max_norm, norm_type, special) in cases.items():
        gradients = [normal(2, 5), normal(3)]
        if special is not None:
            gradients[0][1, 2] = special
        parameters = [torch.zeros_like(g).requires_grad_() for g in gradients]
        for p, g in zip(parameters, gradients):
            p.grad = g.clone()
        total = torch.nn.utils.clip_grad_norm_(parameters, max_norm, float(norm_type))
        tensors = {f"g{i}": g for i, g in enumerate(gradients)}
        tensors |= {f"clipped{i}": p.grad for i, p in enumerate(parameters)} | {"total_norm": total}
        case("clip", name, "clip_grad_norm", {"max_norm": max_norm, "norm_type": norm_type}, tensors, ["g0", "g1"],
             ["clipped0", "clipped1", "total_norm"])
