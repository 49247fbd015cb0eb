#!/usr/bin/env python3
"""Makes tests/golden/hf_tiny and models: random models as transformers computes them, in the layout of golden/hf_tiny.

Never run by the build or the tests. Needs torch, transformers and safetensors.
"""
import json
import os
import pathlib
import shutil

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from safetensors.torch import load_file, save_file
from transformers import (GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM,
                          Qwen2Config, Qwen2ForCausalLM, Qwen3Config, Qwen3ForCausalLM)

HERE = pathlib.Path(__file__).parent
PROMPT, NEW = 4, 12
torch.set_num_threads(1)


def randomise(model, seed):
    """Every number matters: norms are not 1, biases are not 0."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = torch.randn(p.shape, generator=generator)
            is_norm = "norm" in name or "ln_" in name
            if is_norm and name.endswith("weight"):
                p.copy_(1 + 0.3 * noise)
            elif p.dim() == 1:
                p.copy_(0.3 * noise)
            elif "embed_tokens" in name or "wte" in name:
                p.copy_(noise * (0.3 if model.config.tie_word_embeddings else 1.2))
            else:
                p.copy_(noise * 1.5 * p.shape[-1] ** -0.5)


def greedy(model, prompt, count):
    """The continuation, and by how much its closest decision was won."""
    ids, margins = prompt, []
    for _ in range(count):
        best = model(ids).logits[0, -1].topk(2)
        margins.append((best.values[0] - best.values[1]).item())
        ids = torch.cat([ids, best.indices[:1][None]], 1)
    return ids, min(margins)


def make(kind, config, seed):
    """A model whose greedy continuation is decided clearly."""
    while True:
        model = kind._from_config(config, attn_implementation="eager").eval()
        randomise(model, seed)
        ids = torch.randint(0, config.vocab_size, (2, 13), generator=torch.Generator().manual_seed(seed + 1))
        with torch.no_grad():
            continued, margin = greedy(model, ids[:1, :PROMPT], NEW)
        if margin > 0.02:
            return model, ids, continued, margin
        seed += 100


def hub_config(folder):
    """config.json as folders on the hub have it: rope_theta and rope_scaling beside each other."""
    written = json.loads((folder / "config.v5.json").read_text())
    written.pop("transformers_version", None)
    written["torch_dtype"] = str(written.pop("dtype")).removeprefix("torch.")
    rope = written.pop("rope_parameters", None)
    if rope:
        written["rope_theta"] = rope.pop("rope_theta")
        written["rope_scaling"] = rope if rope.get("rope_type", "default") != "default" else None
    return written


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1) + "\n")


def whole(x):
    return x.to(torch.int32).contiguous()


def save_weights(model, folder):
    """model.safetensors as transformers writes it, and config.json."""
    model.config.architectures = [type(model).__name__]
    model.config.dtype = torch.float32
    model.save_pretrained(folder)
    (folder / "config.json").rename(folder / "config.v5.json")
    (folder / "generation_config.json").unlink(missing_ok=True)
    write_json(folder / "config.json", hub_config(folder))


def tiny(name, kind, config, seed):
    folder = HERE / "hf_tiny" / name
    folder.mkdir(parents=True)
    model, ids, continued, margin = make(kind, config, seed)
    labels = ids.clone()
    labels[0, :3] = -100
    left, right = torch.ones_like(ids), torch.ones_like(ids)
    left[1, :4] = 0
    right[0, 9:] = 0
    places = (left.cumsum(-1) - 1).clamp(min=0)
    whole_output = model(ids, labels=labels, output_hidden_states=True)
    whole_output.loss.backward()
    with torch.no_grad():
        padded_left = model(ids, attention_mask=left, position_ids=places).logits * left[..., None]
        padded_right = model(ids, attention_mask=right).logits * right[..., None]
    save_weights(model, folder)
    inputs = {"input_ids": ids, "labels": labels, "attention_mask_left": left, "attention_mask_right": right,
              "position_ids_left": places}
    save_file({key: whole(value) for key, value in inputs.items()}, folder / "inputs.safetensors")
    outputs = {"logits": whole_output.logits, "loss": whole_output.loss.reshape(1),
               "logits_left_padded_valid_rows_only": padded_left, "logits_right_padded_valid_rows_only": padded_right}
    for i, state in enumerate(whole_output.hidden_states):
        outputs[f"hidden_states.{i}"] = state
    outputs = {key: value.detach().contiguous().clone() for key, value in outputs.items()}
    save_file(outputs | {"greedy_ids": whole(continued)}, folder / "outputs.safetensors")
    save_file({key: p.grad.contiguous() for key, p in model.named_parameters()}, folder / "grads.safetensors")
    write_json(folder / "meta.json", {"torch": torch.__version__.split("+")[0], "seed": seed,
                                      "greedy_prompt_len": PROMPT, "greedy_min_margin": margin})
    print(name, f"loss {whole_output.loss.item():.3f}  margin {margin:.3f}")
    return model, ids, labels


def in_halves(model, ids, labels, like):
    """The same model in 16 bits: it is to be computed in 32 bits again."""
    folder = HERE / "hf_tiny" / f"{like}_bf16"
    folder.mkdir()
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(p.bfloat16().float())
        output = model(ids, labels=labels)
    tensors = {key: p.detach().bfloat16().contiguous() for key, p in model.named_parameters()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    write_json(folder / "config.json", {**hub_config(HERE / "hf_tiny" / like), "torch_dtype": "bfloat16"})
    save_file({"logits": output.logits.contiguous(), "loss": output.loss.reshape(1)}, folder / "outputs.safetensors")
    (folder / "SAME_INPUTS_AS.txt").write_text(like + "\n")


def in_shards(like):
    """The same model in two files, its tensors without the prefix "transformer."."""
    folder = HERE / "hf_tiny" / f"{like}_sharded"
    folder.mkdir()
    tensors = load_file(HERE / "hf_tiny" / like / "model.safetensors")
    tensors = {key.removeprefix("transformer."): p for key, p in tensors.items()}
    names = sorted(tensors)
    parts = {"model-00001-of-00002.safetensors": names[::2], "model-00002-of-00002.safetensors": names[1::2]}
    for file, some in parts.items():
        save_file({key: tensors[key] for key in some}, folder / file, metadata={"format": "pt"})
    where = {key: file for file, some in parts.items() for key in some}
    write_json(folder / "model.safetensors.index.json",
               {"metadata": {"total_size": sum(4 * p.numel() for p in tensors.values())}, "weight_map": where})
    shutil.copy(HERE / "hf_tiny" / like / "config.json", folder / "config.json")
    (folder / "SAME_OUTPUTS_AS.txt").write_text(like + "\n")


def continued_model(name, kind, config, seed):
    """A folder of golden/models: the model, its greedy continuations of several prompts, and one text's logits."""
    folder = HERE / "models" / name
    (folder / "golden").mkdir(parents=True)
    margin = 0
    while margin < 0.02:
        model, ids, _, _ = make(kind, config, seed)
        cases = []
        with torch.no_grad():
            for length in (1, 3, 6):
                continued, margin = greedy(model, ids[1:, :length], 20)
                cases.append({"prompt": f"{length} ids", "prompt_ids_with_bos": continued[0, :length].tolist(),
                              "greedy_new_ids": continued[0, length:].tolist(), "min_top1_top2_margin": margin})
        margin = min(one["min_top1_top2_margin"] for one in cases)
        seed += 1
    save_weights(model, folder / "hf")
    (folder / "hf" / "config.v5.json").unlink()
    with torch.no_grad():
        output = model(ids[:1], labels=ids[:1], output_hidden_states=True)
    write_json(folder / "golden" / "greedy.json", {"n_new": 20, "temperature": 0, "cases": cases})
    tensors = {f"hidden_states.{i}": state[0].contiguous() for i, state in enumerate(output.hidden_states)}
    tensors |= {"logits": output.logits[0].contiguous(), "loss_mean_shifted": output.loss.reshape(1),
                "input_ids": whole(ids[:1])}
    save_file(tensors, folder / "golden" / "logits.safetensors")


for part in ("hf_tiny", "models"):
    shutil.rmtree(HERE / part, ignore_errors=True)
gpt2 = tiny("gpt2", GPT2LMHeadModel,
            GPT2Config(vocab_size=53, n_positions=24, n_embd=24, n_layer=2, n_head=3, bos_token_id=0, eos_token_id=0,
                       attn_pdrop=0, embd_pdrop=0, resid_pdrop=0), 7)
in_halves(*gpt2, "gpt2")
in_shards("gpt2")
small = {"vocab_size": 47, "hidden_size": 24, "intermediate_size": 40, "num_hidden_layers": 2, "bos_token_id": 1,
         "eos_token_id": 2, "max_position_embeddings": 96}
tiny("llama3_gqa", LlamaForCausalLM,
     LlamaConfig(**small, num_attention_heads=6, num_key_value_heads=2, tie_word_embeddings=True,
                 rope_parameters={"rope_type": "llama3", "rope_theta": 20000.0, "factor": 4.0, "low_freq_factor": 1.0,
                                  "high_freq_factor": 3.0, "original_max_position_embeddings": 8}), 8)
tiny("llama_yarn_bias", LlamaForCausalLM,
     LlamaConfig(**small, num_attention_heads=2, num_key_value_heads=1, head_dim=8, attention_bias=True, mlp_bias=True,
                 rope_parameters={"rope_type": "yarn", "rope_theta": 10000.0, "factor": 3.0,
                                  "original_max_position_embeddings": 32}), 9)
tiny("mistral", MistralForCausalLM,
     MistralConfig(**small, num_attention_heads=3, num_key_value_heads=3, sliding_window=5), 10)
tiny("qwen2", Qwen2ForCausalLM, Qwen2Config(**small, num_attention_heads=4, num_key_value_heads=2), 11)
tiny("qwen3", Qwen3ForCausalLM,
     Qwen3Config(**small, num_attention_heads=2, num_key_value_heads=1, head_dim=16, rms_norm_eps=1e-5), 12)
continued_model("random_llama", LlamaForCausalLM,
                LlamaConfig(**small, num_attention_heads=4, num_key_value_heads=2,
                            rope_parameters={"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0}), 13)
