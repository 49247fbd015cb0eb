"""Losses, indices, shapes, convolution, attention and positions."""
import math

import torch
import torch.nn.functional as F

from ops_cases import INF, NAN, add, normal, whole


def loss():
    target = whole(3, 0, 6, 2, 1)
    holes = whole(3, -100, 6, -100, 1)
    for reduction in ("mean", "sum", "none"):
        for smoothing, ids in ((0.0, target), (0.15, holes)):
            add("loss", f"cross_entropy_{reduction}_{smoothing}", "cross_entropy",
                lambda logits, target, r=reduction, s=smoothing: F.cross_entropy(
                    logits, target, reduction=r, label_smoothing=s),
                {"logits": normal(5, 7, scale=2)}, {"target": ids},
                attrs={"reduction": reduction, "label_smoothing": smoothing, "ignore_index": -100})
    plain = {"reduction": "mean", "label_smoothing": 0.0, "ignore_index": -100}
    add("loss", "cross_entropy_pad_is_2", "cross_entropy",
        lambda logits, target: F.cross_entropy(logits, target, ignore_index=2), {"logits": normal(5, 7)},
        {"target": target}, attrs={**plain, "ignore_index": 2})
    add("loss", "cross_entropy_nothing_counts", "cross_entropy", lambda logits, target: F.cross_entropy(logits, target),
        {"logits": normal(2, 3)}, {"target": whole(-100, -100)}, attrs=plain)
    add("loss", "cross_entropy_of_texts", "cross_entropy",
        lambda logits, target: F.cross_entropy(logits.flatten(0, 1), target.flatten()), {"logits": normal(3, 2, 6)},
        {"target": whole(0, 5, 3, -100, 2, 1, shape=(3, 2))}, attrs=plain)
    add("loss", "cross_entropy_weights", "cross_entropy_weighted",
        lambda logits, target, weight: F.cross_entropy(logits, target, weight=weight), {"logits": normal(5, 7)},
        {"target": target, "weight": torch.rand(7) + 0.2}, attrs={"reduction": "mean"})
    add("loss", "cross_entropy_soft", "cross_entropy_soft",
        lambda logits, target: F.cross_entropy(logits, target), {"logits": normal(4, 6)},
        {"target": torch.softmax(normal(4, 6), -1)}, attrs={"reduction": "mean"})
    pairs = {"mse": F.mse_loss, "l1": F.l1_loss, "smooth_l1": F.smooth_l1_loss, "huber": F.huber_loss}
    for op, compute in pairs.items():
        for reduction in ("mean", "sum"):
            add("loss", f"{op}_{reduction}", op, lambda x, y, f=compute, r=reduction: f(x, y, reduction=r),
                {"x": normal(3, 5, scale=2), "y": normal(3, 5)}, attrs={"reduction": reduction})
    add("loss", "bce", "bce_with_logits", lambda x, t: F.binary_cross_entropy_with_logits(x, t),
        {"x": torch.tensor([1.5, -0.5, 90, -90, 0])}, {"t": torch.tensor([1, 0.25, 0, 1, 0.5])},
        attrs={"reduction": "mean"})
    add("loss", "nll", "nll_loss", lambda logp, target: F.nll_loss(logp, target),
        {"logp": torch.log_softmax(normal(5, 7), -1)}, {"target": target}, attrs={"reduction": "mean"})
    p = torch.softmax(normal(3, 4), -1)
    p[1] = torch.tensor([0.0, 1, 0, 0])
    add("loss", "kl", "kl_div", lambda logq, p: F.kl_div(logq, p, reduction="batchmean"),
        {"logq": torch.log_softmax(normal(3, 4), -1)}, {"p": p}, attrs={"reduction": "batchmean"})
    add("loss", "cosine", "cosine_similarity", lambda a, b: F.cosine_similarity(a, b, dim=0),
        {"a": normal(5, 3), "b": normal(5, 3)}, attrs={"dim": 0, "eps": 1e-8})
    add("loss", "distilled", "expr: T^2 * KL(softmax(t/T) || softmax(s/T)), batchmean",
        lambda s, t: 9 * F.kl_div(torch.log_softmax(s / 3, -1), torch.softmax(t / 3, -1), reduction="batchmean"),
        {"s": normal(2, 5)}, {"t": normal(2, 5)}, attrs={"T": 3.0})


def index():
    ids = whole(4, 1, 1, 0, 4, 4, shape=(3, 2))
    add("index", "embedding", "embedding", lambda weight, idx: F.embedding(idx, weight), {"weight": normal(6, 3)},
        {"idx": ids})
    add("index", "embedding_pad", "embedding", lambda weight, idx: F.embedding(idx, weight, padding_idx=4),
        {"weight": normal(6, 3)}, {"idx": ids}, attrs={"padding_idx": 4})
    add("index", "gather", "gather", lambda x, idx: x.gather(0, idx), {"x": normal(3, 4)},
        {"idx": whole(2, 0, 1, 1, 0, 0, shape=(2, 3))}, attrs={"dim": 0})
    places = whole(3, 0, 1, 2, 4, 0, shape=(2, 3))
    add("index", "scatter", "scatter", lambda x, src, idx: x.scatter(1, idx, src),
        {"x": normal(2, 5), "src": normal(2, 3)}, {"idx": places}, attrs={"dim": 1})
    add("index", "scatter_add", "scatter_add", lambda x, src, idx: x.scatter_add(1, idx, src),
        {"x": normal(2, 5), "src": normal(2, 3)}, {"idx": whole(3, 3, 1, 0, 0, 0, shape=(2, 3))}, attrs={"dim": 1})
    add("index", "chosen", "index_select", lambda x, idx: x.index_select(1, idx), {"x": normal(2, 4, 3)},
        {"idx": whole(3, 0, 3)}, attrs={"dim": 1})
    add("index", "added", "index_add", lambda x, src, idx: x.index_add(1, idx, src),
        {"x": normal(3, 4), "src": normal(3, 2)}, {"idx": whole(2, 2)}, attrs={"dim": 1})
    mask = torch.rand(3, 5) < 0.4
    for value in (2.5, -INF):
        add("index", f"filled_{value}", "masked_fill", lambda x, mask, v=value: x.masked_fill(mask, v),
            {"x": normal(2, 3, 5)}, {"mask": mask}, attrs={"value": value if math.isfinite(value) else str(value)})
    add("index", "where", "where", lambda a, b, cond: torch.where(cond, a, b), {"a": normal(3, 5), "b": normal(3, 1)},
        {"cond": mask})
    add("index", "one_hot", "expr: one_hot(idx) @ w", lambda w, idx: F.one_hot(idx, 4).to(w) @ w, {"w": normal(4, 2)},
        {"idx": whole(3, 3, 0)}, attrs={"classes": 4})
    add("index", "last_column", "index", lambda x: x[:, -2], {"x": normal(3, 4, 2)}, attrs={"select": [1, -2]})


def shape():
    x = {"x": normal(3, 4, 2)}
    cases = [
        ("reshape", {"shape": [2, -1]}, lambda x: x.reshape(2, -1)),
        ("reshape_of_transposed", {"pre": {"x": ["transpose", 1, 2]}, "shape": [6, 4]}, lambda x: x.reshape(6, 4)),
        ("permute", {"dims": [1, 2, 0]}, lambda x: x.permute(1, 2, 0)),
        ("transpose", {"dims": [0, -1]}, lambda x: x.transpose(0, -1)),
        ("slice", {"dim": 1, "start": 1, "end": 4, "step": 2}, lambda x: x[:, 1:4:2]),
        ("slice_step", {"dim": 0, "step": 2}, lambda x: x[::2]),
        ("slice_neg", {"dim": 1, "start": -3}, lambda x: x[:, -3:]),
        ("slice_empty", {"dim": 2, "start": 1, "end": 1}, lambda x: x[..., 1:1]),
        ("expand", {"slice_first": 1, "shape": [5, -1, -1]}, lambda x: x[:1].expand(5, -1, -1)),
        ("unsqueeze", {"dim": -1}, lambda x: x.unsqueeze(-1)),
        ("squeeze", {"dim": 2}, lambda x: x[:, :, :1].squeeze(2)),
        ("flatten", {"start_dim": 1}, lambda x: x.flatten(1)),
        ("flip", {"dims": [0, 2]}, lambda x: x.flip([0, 2])),
        ("roll", {"shift": -3, "dim": 1}, lambda x: x.roll(-3, 1)),
        ("repeat", {"repeats": [1, 2, 2]}, lambda x: x.repeat(1, 2, 2)),
        ("repeat_interleave", {"repeats": 3, "dim": 0}, lambda x: x.repeat_interleave(3, 0)),
        ("pad", {"pad": [0, 1, 2, 0], "value": -1.5}, lambda x: F.pad(x, [0, 1, 2, 0], value=-1.5)),
        ("tril", {"diagonal": 0}, lambda x: x.tril()),
        ("tril-2", {"diagonal": -2}, lambda x: x.tril(-2)),
        ("triu1", {"diagonal": 1}, lambda x: x.triu(1)),
        ("diagonal", {"dims": [0, 2]}, lambda x: x.diagonal(0, 0, 2)),
        ("split_mul", {"chunks": 2, "dim": 1}, lambda x: x[:, :2] * x[:, 2:]),
        ("unfold_heads", {"heads": 2}, lambda x: x.view(3, 4, 2, 1).transpose(1, 2)),
        ("identity_dropout_p0", {"p": 0.0, "training": True}, lambda x: F.dropout(x, 0.0, True)),
        ("identity_dropout_eval", {"p": 0.9, "training": False}, lambda x: F.dropout(x, 0.9, False)),
    ]
    for op, attrs, compute in cases:
        add("shape", op, op, compute, x, attrs=attrs)
    add("shape", "cat", "cat", lambda a, b: torch.cat([a, b], -1), {"a": normal(2, 3), "b": normal(2, 1)},
        attrs={"dim": -1})
    add("shape", "cat_with_nothing", "cat", lambda a, b: torch.cat([a, b], 1), {"a": normal(2, 3), "b": normal(2, 0)},
        attrs={"dim": 1})
    add("shape", "cat_twice", "cat", lambda a: torch.cat([a, a], 1), {"a": normal(2, 3)}, attrs={"dim": 1})
    add("shape", "stack", "stack", lambda a, b, c: torch.stack([a, b, c], 1),
        {"a": normal(2, 4), "b": normal(2, 4), "c": normal(2, 4)}, attrs={"dim": 1})


def conv():
    def case(name, x, w, **options):
        add("conv", name, "conv2d", lambda x, w, b: F.conv2d(x, w, b, **options),
            {"x": normal(*x), "w": normal(*w), "b": normal(w[0])}, attrs=options)
    case("plain", (1, 2, 5, 7), (3, 2, 2, 3))
    case("strides", (2, 1, 6, 9), (2, 1, 3, 2), stride=[2, 3], padding=[1, 0])
    case("patches", (1, 2, 6, 6), (5, 2, 3, 3), stride=3)
    case("groups", (1, 6, 4, 4), (3, 2, 2, 2), groups=3, padding=1)
    case("holes", (1, 1, 6, 8), (2, 1, 2, 3), dilation=2)
    add("conv", "causal", "conv1d", lambda x, w, b: F.conv1d(F.pad(x, (3, 0)), w, b),
        {"x": normal(1, 2, 6), "w": normal(3, 2, 4), "b": normal(3)}, attrs={"left_pad": 3})
    add("conv", "max_pool", "max_pool2d", lambda x: F.max_pool2d(x, 3), {"x": normal(1, 2, 6, 9)}, attrs={"k": 3})
    add("conv", "avg_pool", "avg_pool2d", lambda x: F.avg_pool2d(x, 3, 2, 1), {"x": normal(2, 1, 7, 5)},
        attrs={"k": 3, "stride": 2, "padding": 1})


def turn(x, pos, theta, interleaved):
    half = x.shape[-1] // 2
    angles = pos[:, None].double() * theta ** (-torch.arange(half, dtype=torch.float64) / half)
    cos, sin = angles.cos(), angles.sin()
    a, b = (x[..., ::2], x[..., 1::2]) if interleaved else (x[..., :half], x[..., half:])
    turned = a * cos - b * sin, b * cos + a * sin
    return torch.stack(turned, -1).flatten(-2) if interleaved else torch.cat(turned, -1)


def heads(x, count):
    return x.unflatten(-1, (count, -1)).transpose(1, 2)


def many_heads(x, wq, wk, wv, wo, bq, bk, bv, bo, count, causal):
    q, k, v = (heads(F.linear(x, w, b), count) for w, b in ((wq, bq), (wk, bk), (wv, bv)))
    mixed = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    return F.linear(mixed.transpose(1, 2).flatten(2), wo, bo)


def attention():
    sdpa = F.scaled_dot_product_attention
    for name, interleaved in (("rotate_half", False), ("interleaved", True)):
        add("attention", f"rope_{name}", f"rope_{name}",
            lambda x, pos, i=interleaved: turn(x, pos, 20000.0, i), {"x": normal(1, 2, 4, 6)},
            {"pos": whole(11, 12, 13, 14)}, attrs={"theta": 20000.0, "layout": "[B,H,T,D]"})
    qkv = {"q": normal(2, 3, 6, 4), "k": normal(2, 3, 6, 4), "v": normal(2, 3, 6, 4)}
    for causal in (False, True):
        add("attention", f"sdpa_{causal}", "sdpa", lambda q, k, v, c=causal: sdpa(q, k, v, is_causal=c), qkv,
            attrs={"causal": causal})
    add("attention", "scaled", "sdpa", lambda q, k, v: sdpa(q, k, v, scale=0.7), qkv,
        attrs={"causal": False, "scale": 0.7})
    add("attention", "cross", "sdpa", lambda q, k, v: sdpa(q, k, v),
        {"q": normal(1, 2, 4, 3), "k": normal(1, 2, 9, 3), "v": normal(1, 2, 9, 5)}, attrs={"causal": False})
    visible = torch.ones(2, 1, 1, 6, dtype=torch.bool)
    visible[1, ..., 4:] = False
    add("attention", "bool_mask", "sdpa", lambda q, k, v, mask: sdpa(q, k, v, attn_mask=mask), qkv, {"mask": visible},
        attrs={"causal": False, "mask": "true = may attend"})
    add("attention", "additive_mask", "sdpa", lambda q, k, v, mask: sdpa(q, k, v, attn_mask=mask), qkv,
        {"mask": normal(6, 6)}, attrs={"causal": False, "mask": "added to the scores"})
    blind = torch.ones(1, 1, 3, 3, dtype=torch.bool)
    blind[..., 1, :] = False
    add("attention", "a_blind_row", "sdpa", lambda q, k, v, mask: sdpa(q, k, v, attn_mask=mask),
        {"q": normal(1, 2, 3, 4), "k": normal(1, 2, 3, 4), "v": normal(1, 2, 3, 4)}, {"mask": blind},
        attrs={"mask": "row 1 may attend to nothing"}, exact=False)
    add("attention", "shared_heads", "sdpa_gqa",
        lambda q, k, v: sdpa(q, k.repeat_interleave(2, 1), v.repeat_interleave(2, 1), is_causal=True),
        {"q": normal(1, 4, 5, 6), "k": normal(1, 2, 5, 6), "v": normal(1, 2, 5, 6)},
        attrs={"groups": 2, "causal": True})

    def window(q, k, v):
        distance = torch.arange(9)[:, None] - torch.arange(9)
        return sdpa(q, k, v, attn_mask=(distance >= 0) & (distance < 4))
    long = {key: normal(1, 1, 9, 4) for key in "qkv"}
    add("attention", "window", "sdpa", window, long, attrs={"window": 4, "causal": True})

    def weights(size):
        return {key: normal(size, size, scale=size ** -0.5) if key[0] == "w" else normal(size)
                for key in ("wq", "wk", "wv", "wo", "bq", "bk", "bv", "bo")}
    add("attention", "heads", "multi_head_attention", lambda x, **w: many_heads(x, **w, count=3, causal=False),
        {"x": normal(2, 4, 6), **weights(6)}, attrs={"heads": 3, "causal": False, "weights": "[out,in]"})

    def block(x, ln1w, ln1b, ln2w, ln2b, w1, b1, w2, b2, **attention_weights):
        x = x + many_heads(F.layer_norm(x, (8,), ln1w, ln1b), **attention_weights, count=4, causal=True)
        wide = F.gelu(F.linear(F.layer_norm(x, (8,), ln2w, ln2b), w1, b1), approximate="tanh")
        return x + F.linear(wide, w2, b2)
    norms = {key: normal(8) for key in ("ln1w", "ln1b", "ln2w", "ln2b")}
    add("attention", "block", "gpt_block", block,
        {"x": normal(1, 5, 8), **norms, **weights(8), "w1": normal(12, 8), "b1": normal(12), "w2": normal(8, 12),
         "b2": normal(8)}, attrs={"heads": 4, "activation": "gelu_tanh"})

    def bahdanau(dec, enc, Wd, We, v, mask):
        scores = torch.tanh((dec @ Wd.T)[:, None] + enc @ We.T) @ v
        share = torch.softmax(scores.masked_fill(~mask, -INF), -1)
        return (share[:, None] @ enc)[:, 0], share
    add("attention", "bahdanau", "bahdanau_attention", bahdanau,
        {"dec": normal(2, 3), "enc": normal(2, 5, 4), "Wd": normal(6, 3), "We": normal(6, 4), "v": normal(6)},
        {"mask": torch.tensor([[1, 1, 1, 1, 0], [1, 1, 0, 0, 0]], dtype=torch.bool)},
        attrs={"score": "v . tanh(Wd dec + We enc_t)"}, outputs=("context", "weights"))

    def luong(dec, enc, W):
        share = torch.softmax((enc @ (dec @ W)[..., None])[..., 0], -1)
        return (share[:, None] @ enc)[:, 0], share
    add("attention", "luong", "luong_attention", luong,
        {"dec": normal(2, 3), "enc": normal(2, 5, 4), "W": normal(3, 4)}, attrs={"score": "dec W enc_t"},
        outputs=("context", "weights"))


def position():
    def waves(time, size):
        exponents = -2 * torch.arange(size // 2, dtype=torch.float64) / size
        angles = torch.arange(time)[:, None].double() * 10000.0 ** exponents
        return angles.sin(), angles.cos()

    def slopes(count):
        if count & (count - 1) == 0:
            return [2.0 ** (-8 * (i + 1) / count) for i in range(count)]
        below = 2 ** (count.bit_length() - 1)
        return slopes(below) + slopes(2 * below)[::2][:count - below]
    add("position", "interleaved", "sinusoidal_interleaved", lambda: torch.stack(waves(9, 10), -1).flatten(1), {},
        attrs={"d": 10, "T": 9})
    add("position", "halves", "sinusoidal_halves", lambda: torch.cat(waves(7, 6), 1), {}, attrs={"d": 6, "T": 7})
    for count in (2, 12, 16):
        add("position", f"slopes_{count}", "alibi_slopes", lambda count=count: torch.tensor(slopes(count)), {},
            attrs={"heads": count}, outputs=("slopes",))
