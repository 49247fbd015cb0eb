"""Elementwise operations, and special values."""
import torch
import torch.nn.functional as F

from ops_cases import INF, NAN, add, normal, positive


def binary():
    group = "elementwise_binary"
    both = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "maximum": torch.maximum,
            "minimum": torch.minimum}
    shapes = [((3, 5), (3, 5)), ((4, 1, 3), (2, 1)), ((), (2, 3)), ((1, 7), (6, 1)), ((0, 3), (3,))]
    for i, (a, b) in enumerate(shapes):
        for op, compute in both.items():
            if i < 2 or op in ("add", "div"):
                divisor = normal(*b).sign() * positive(*b) if op == "div" else normal(*b)
                add(group, f"{op}_{i}", op, lambda a, b, f=compute: f(a, b), {"a": normal(*a), "b": divisor})
    add(group, "power", "pow", lambda a, b: a ** b, {"a": positive(2, 3), "b": normal(3)})
    ties = torch.tensor([1.0, 2, 3])
    for op in ("maximum", "minimum"):
        add(group, f"{op}_ties", op, lambda a, b, f=both[op]: f(a, b), {"a": ties, "b": torch.tensor([1.0, 3, 2])})
    add(group, "turned", "add", lambda a, b: a + b, {"a": normal(5, 2), "b": normal(2, 5)},
        attrs={"pre": {"a": ["transpose", 0, 1]}})
    add(group, "every_third", "mul", lambda a, b: a * b, {"a": normal(2, 8), "b": normal(2, 3)},
        attrs={"pre": {"a": ["slice", 1, 1, 8, 3]}})
    add(group, "itself", "mul", lambda a: a * a, {"a": normal(4)}, note="both operands are the same tensor")
    add(group, "plus_number", "add_scalar", lambda a: a - 1.25, {"a": normal(2, 2)}, attrs={"scalar": -1.25})
    add(group, "number_minus", "rsub_scalar", lambda a: 3 - a, {"a": normal(3)}, attrs={"scalar": 3.0})

    def diamond(x):
        y = x * 2
        return (y * x + y).sum(0)
    add(group, "shared", "expr: y = x*2; z = y*x + y; sum over dim 0", diamond, {"x": normal(3, 4)})


CURVES = {
    "neg": lambda x: -x, "exp": torch.exp, "abs": torch.abs, "square": torch.square, "sin": torch.sin, "cos": torch.cos,
    "tanh": torch.tanh, "sigmoid": torch.sigmoid, "relu": torch.relu, "gelu_erf": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"), "silu": F.silu, "softplus": F.softplus, "erf": torch.erf,
    "elu": F.elu, "leaky_relu_0.2": lambda x: F.leaky_relu(x, 0.2), "clamp_-1.5_0.25": lambda x: x.clamp(-1.5, 0.25),
    "relu_squared": lambda x: F.relu(x) ** 2, "quick_gelu": lambda x: x * torch.sigmoid(1.702 * x),
    "logsigmoid": F.logsigmoid, "mish": F.mish, "hardtanh": F.hardtanh,
}
POSITIVE = {"log": torch.log, "log1p": torch.log1p, "sqrt": torch.sqrt, "rsqrt": torch.rsqrt,
            "reciprocal": torch.reciprocal}


def unary():
    for op, compute in CURVES.items():
        add("unary", op, op, lambda x, f=compute: f(x), {"x": normal(3, 7)})
        wide = torch.tensor([-30.0, -9, -4, -1.4, -0.3, 0, 0.2, 0.9, 3.5, 12, 28])
        add("unary", f"{op}_wide", op, lambda x, f=compute: f(x), {"x": wide})
    for op, compute in POSITIVE.items():
        add("unary", op, op, lambda x, f=compute: f(x), {"x": positive(2, 9)})
    add("unary", "of_nothing", "silu", lambda x: F.silu(x), {"x": normal(3, 0)})
    add("unary", "of_a_number", "tanh", lambda x: torch.tanh(x), {"x": normal()})


def special():
    x = torch.tensor([INF, -INF, NAN, 0.0, -0.0, 3e37, -3e37, 2e-40, 87.0, 90.0, -110.0])
    for op in ("exp", "log", "sqrt", "tanh", "sigmoid", "relu", "silu", "abs", "softplus"):
        compute = {**CURVES, **POSITIVE}[op]
        add("nan_inf", op, op, lambda x, f=compute: f(x), {"x": x}, exact=False, ones=True,
            note="IEEE special values; NaN in, NaN out")
    pair = {"a": torch.tensor([INF, -INF, 1.0, 0.0]), "b": torch.tensor([INF, 1.0, 0.0, NAN])}
    for op, compute in (("add", torch.add), ("sub", torch.sub), ("mul", torch.mul), ("div", torch.div)):
        add("nan_inf", f"{op}_special", op, lambda a, b, f=compute: f(a, b), pair, exact=False)
    add("nan_inf", "zeros_times_inf", "matmul", lambda a, b: a @ b,
        {"a": torch.tensor([[0.0, 1], [2, 3]]), "b": torch.tensor([[INF, 1], [1, 2]])}, exact=False)
    holes = torch.tensor([[1.0, NAN, 2], [3, 2, 1], [NAN, NAN, 0]])
    add("nan_inf", "largest", "max_dim", lambda x: x.max(-1).values, {"x": holes}, attrs={"dim": -1}, grads=[],
        exact=False)
    add("nan_inf", "total", "sum", lambda x: x.sum(0), {"x": holes}, attrs={"dims": [0]}, grads=[], exact=False)
    add("nan_inf", "norm", "layer_norm", lambda x: F.layer_norm(x, (3,)), {"x": holes}, attrs={"eps": 1e-5}, grads=[],
        exact=False)
