"""Products, reductions, softmax and norms."""
import torch
import torch.nn.functional as F

from ops_cases import INF, NAN, add, normal


def matmul():
    shapes = {"square": ((5, 5), (5, 5)), "batch": ((2, 3, 4), (2, 4, 6)), "over_batch": ((3, 1, 2, 4), (5, 4, 3)),
              "row": ((4,), (4, 3)), "column": ((3, 6), (6,)), "inner": ((9,), (9,)), "no_k": ((2, 0), (0, 3)),
              "no_rows": ((0, 4), (4, 2)), "tile_and_more": ((33, 18), (18, 19)), "long": ((2, 300), (300, 3))}
    for name, (a, b) in shapes.items():
        add("matmul", name, "matmul", lambda a, b: a @ b, {"a": normal(*a), "b": normal(*b)})
    add("matmul", "left_turned", "matmul", lambda a, b: a @ b, {"a": normal(4, 3), "b": normal(4, 5)},
        attrs={"pre": {"a": ["transpose", -1, -2]}})
    add("matmul", "right_turned", "matmul", lambda a, b: a @ b, {"a": normal(2, 3, 4), "b": normal(5, 4)},
        attrs={"pre": {"b": ["transpose", 0, 1]}})
    add("matmul", "gram", "matmul", lambda a: a @ a.T, {"a": normal(3, 5)}, note="a times its own transpose")
    add("matmul", "linear", "linear", lambda x, w, b: F.linear(x, w, b),
        {"x": normal(2, 3, 5), "w": normal(4, 5), "b": normal(4)})
    add("matmul", "two_layers", "expr: tanh(x@w1+b1)@w2 summed",
        lambda x, w1, b1, w2: (torch.tanh(x @ w1 + b1) @ w2).sum(),
        {"x": normal(3, 4), "w1": normal(4, 6), "b1": normal(6), "w2": normal(6, 2)})


def reduce():
    for op in ("sum", "mean"):
        for dims, keep in ((None, False), ([1], False), ([0, -1], True), ([0, 1, 2], False)):
            def compute(x, op=op, dims=dims, keep=keep):
                return getattr(x, op)() if dims is None else getattr(x, op)(dims, keepdim=keep)
            add("reduce", f"{op}_{dims}_{keep}", op, compute, {"x": normal(2, 5, 3)},
                attrs={"dims": dims, "keepdim": keep})
    for op in ("var", "std"):
        for dims, unbiased in ((None, True), (1, False), ([0, 2], True)):
            def compute(x, op=op, dims=dims, unbiased=unbiased):
                return getattr(x, op)(dim=dims, correction=int(unbiased))
            add("reduce", f"{op}_{dims}_{unbiased}", op, compute, {"x": normal(3, 4, 2)},
                attrs={"dims": dims, "unbiased": unbiased})
    for dim in (0, -1):
        for op in ("max", "min"):
            add("reduce", f"{op}_{dim}", f"{op}_dim", lambda x, op=op, dim=dim: tuple(getattr(x, op)(dim)),
                {"x": normal(4, 3, 2)}, attrs={"dim": dim}, outputs=("out", "indices"))
    ties = torch.tensor([[2.0, 5, 5, 1], [3, 3, 3, 0]])
    add("reduce", "max_of_ties", "max_dim", lambda x: tuple(x.max(1)), {"x": ties}, attrs={"dim": 1},
        outputs=("out", "indices"), note="torch CPU picks the first maximal index")
    add("reduce", "amax_of_ties", "amax", lambda x: x.amax(1), {"x": ties}, attrs={"dim": 1})
    add("reduce", "largest_of_all", "max_all", lambda x: x.max(), {"x": normal(3, 3)})
    add("reduce", "logsumexp", "logsumexp", lambda x: x.logsumexp(1), {"x": normal(2, 6, scale=5)}, attrs={"dim": 1})
    add("reduce", "prod", "prod", lambda x: x.prod(0), {"x": normal(4, 3)}, attrs={"dim": 0})
    add("reduce", "cumsum", "cumsum", lambda x: x.cumsum(-1), {"x": normal(2, 7)}, attrs={"dim": -1})
    add("reduce", "length", "norm", lambda x: x.norm(dim=0), {"x": normal(5, 3)}, attrs={"p": 2, "dim": 0})
    add("reduce", "argmax", "argmax", lambda x: x.argmax(1), {"x": normal(3, 8)}, attrs={"dim": 1}, grads=[])
    add("reduce", "topk", "topk", lambda x: tuple(x.topk(2, dim=-1)), {"x": normal(3, 6)}, attrs={"k": 2, "dim": -1},
        outputs=("out", "indices"))
    for down in (True, False):
        add("reduce", f"sort_{down}", "sort", lambda x, down=down: tuple(x.sort(0, descending=down)),
            {"x": normal(7, 2)}, attrs={"dim": 0, "descending": down}, outputs=("out", "indices"))
    add("reduce", "sum_of_nothing", "sum", lambda x: x.sum(1), {"x": normal(2, 0)}, attrs={"dims": [1]})
    add("reduce", "mean_of_nothing", "mean", lambda x: x.mean(), {"x": normal(0)}, attrs={"dims": None}, grads=[])
    add("reduce", "var_of_one", "var", lambda x: x.var(1, correction=1), {"x": normal(2, 1)},
        attrs={"dims": 1, "unbiased": True}, grads=[], note="unbiased variance of one element is NaN")
    far = torch.cat([torch.full((1500,), 12001.0), torch.full((700,), 0.3), torch.full((1500,), -12001.0)])
    add("reduce", "sum_that_cancels", "sum", lambda x: x.sum(), {"x": far}, attrs={"dims": None},
        note="what is small is lost beside the partial sums; tolerance 1e-1 absolute")
    add("reduce", "mean_of_turned", "mean", lambda x: x.mean(1), {"x": normal(4, 5)},
        attrs={"dims": [1], "pre": {"x": ["transpose", 0, 1]}})


def softmax():
    kinds = {"softmax": torch.softmax, "log_softmax": torch.log_softmax}
    for op, compute in kinds.items():
        for dim in (0, 1, -1):
            add("softmax", f"{op}_{dim}", op, lambda x, f=compute, dim=dim: f(x, dim), {"x": normal(3, 5, 2, scale=2)},
                attrs={"dim": dim})
        edges = {"huge": [[9000.0, -9000, 8999]], "one": [[4.0], [-4]], "some_hidden": [[-INF, 1.0, 2], [0, -INF, 3]],
                 "a_nan": [[1.0, NAN], [2, 3]], "all_hidden": [[-INF, -INF], [1, 0.5]]}
        for name, rows in edges.items():
            add("softmax", f"{op}_{name}", op, lambda x, f=compute: f(x, -1), {"x": torch.tensor(rows)},
                attrs={"dim": -1}, exact=False)
    add("softmax", "warm", "softmax", lambda x: torch.softmax(x / 1.7, 0), {"x": normal(6, 2)},
        attrs={"dim": 0, "temperature": 1.7})
    add("softmax", "long_row", "log_softmax", lambda x: torch.log_softmax(x, -1), {"x": normal(1, 700, scale=3)},
        attrs={"dim": -1})


def norm():
    for shape, dims in (((4, 6), 1), ((2, 3, 5), 1), ((2, 3, 4), 2), ((3, 1), 1), ((2, 130), 1)):
        for eps in (1e-5, 1e-12) if shape == (4, 6) else (1e-5,):
            add("norm", f"layer_norm_{shape}_{dims}_{eps}", "layer_norm",
                lambda x, w, b, eps=eps: F.layer_norm(x, w.shape, w, b, eps),
                {"x": normal(*shape, shift=1), "w": normal(*shape[-dims:]), "b": normal(*shape[-dims:])},
                attrs={"normalized_dims": dims, "eps": eps})
        if dims == 1:
            add("norm", f"rms_norm_{shape}", "rms_norm", lambda x, w: F.rms_norm(x, w.shape, w, 1e-5),
                {"x": normal(*shape), "w": normal(shape[-1])}, attrs={"eps": 1e-5})
    add("norm", "layer_norm_alone", "layer_norm", lambda x: F.layer_norm(x, (7,), eps=1e-6), {"x": normal(3, 7)},
        attrs={"normalized_dims": 1, "eps": 1e-6})
    add("norm", "far_from_zero", "layer_norm", lambda x: F.layer_norm(x, (16,)), {"x": normal(2, 16, shift=5000)},
        attrs={"normalized_dims": 1, "eps": 1e-5}, note="tolerance 1e-2")
    add("norm", "batch_norm", "batch_norm", lambda x, w, b: F.batch_norm(x, None, None, w, b, True, eps=1e-4),
        {"x": normal(3, 4, 2), "w": normal(4), "b": normal(4)}, attrs={"training": True, "eps": 1e-4})
    add("norm", "group_norm", "group_norm", lambda x, w, b: F.group_norm(x, 3, w, b, 1e-5),
        {"x": normal(2, 6, 3), "w": normal(6), "b": normal(6)}, attrs={"groups": 3, "eps": 1e-5})
    add("norm", "unit_length", "normalize", lambda x: F.normalize(x, dim=0), {"x": normal(4, 3)},
        attrs={"p": 2, "dim": 0, "eps": 1e-12})
