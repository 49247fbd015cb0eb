#!/usr/bin/env bash
# Makes tests/golden/malformed: small files that must be refused, or read, as cases.jsonl says. Run it after adding one.
set -eu
cd "$(dirname "$0")"
rm -rf malformed
mkdir -p malformed/safetensors malformed/json malformed/jsonl malformed/hf_model_dir

# made READER NAME EXPECT WHY: the case whose file comes on standard input.
made() {
  local path=$1/$2
  cat >"malformed/$path"
  printf '{"reader": "%s", "case": "%s", "expect": "%s", "why": "%s", "path": "%s"}\n' \
    "$1" "${2%.*}" "$3" "$4" "$path" >>malformed/cases.jsonl
}

# tensors HEADER DATA: a safetensors file, its header shorter than 65536 bytes, its data written with printf.
tensors() {
  local size=${#1}
  # shellcheck disable=SC2059
  printf "\\x$(printf %02x $((size % 256)))\\x$(printf %02x $((size / 256)))\\0\\0\\0\\0\\0\\0"
  printf '%s' "$1"
  # shellcheck disable=SC2059
  printf "$2"
}

repeated() { printf "%0$2d" 0 | sed "s/0/$1/g"; }
st() { made safetensors "$1.safetensors" "$2" "$3"; }
json() { made json "$1.json" "$2" "$3"; }
two_halves='\x00\x3c\x00\x40'

tensors '{"w":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}' "$two_halves" | st ok_f16 ok 'valid control'
tensors '{}' '' | st ok_none ok 'valid: no tensors'
tensors '{"b":{"dtype":"U8","shape":[1],"data_offsets":[3,4]},"n":{"dtype":"F32","shape":[0],"data_offsets":[3,3]},"a":{"dtype":"I8","shape":[3,1],"data_offsets":[0,3]}}   ' \
  '\x01\x02\x03\x04' | st ok_order ok 'valid: data in another order, an empty tensor between'
tensors '{"w":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}' '\x00\x3c' | st cut error 'the last number is missing'
printf '\377\377\377\377\377\377\377\177{}' | st length error 'a header of 2^63-1 bytes'
tensors '{"w":{"dtype":"Q7","shape":[2],"data_offsets":[0,4]}}' "$two_halves" | st dtype error 'unknown dtype'
tensors '{"w":{"dtype":"F16","shape":[4294967296,4294967296],"data_offsets":[0,0]}}' '' | st product error 'the product of the sizes is 2^64'
tensors '{"w":{"dtype":"F16","shape":[2],"data_offsets":[4,0]}}' "$two_halves" | st backwards error 'the end before the beginning'
tensors '{"w":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"v":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}' "$two_halves" |
  st overlap error 'two tensors share a byte'
tensors '{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"v":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}' "$two_halves" |
  st hole error 'a byte belongs to nobody'
tensors '{"w":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"w":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}' "$two_halves" |
  st twice error 'two tensors of one name'
tensors '{"__metadata__":{"step":5}}' '' | st metadata error 'metadata that is no string'

printf '{"n_layer": 2, "eps": 1e-5, "name": "\\u0131\xc5\x9f\xc4\xb1k", "none": null, "deep": [[[[]]]]}\n' | json ok_config ok 'valid control'
printf '18446744073709551615' | json ok_number ok 'valid: a number alone, the largest of 64 bits'
{ repeated '[' 1000; repeated ']' 1000; } | json deep error 'nested 1000 deep'
printf '{"a": 1, "b": 2, "a": 3}' | json twice error 'one key twice'
printf '{"a": 1,}' | json comma error 'a comma before the end'
printf '{"a": 012}' | json zero error 'a leading zero'
printf '["\\ud83d"]' | json surrogate error 'half of a surrogate pair'
printf '["\xff"]' | json utf8 error 'broken UTF-8'
printf '{"a": NaN}' | json nan error 'NaN is not JSON'
printf '' | json empty error 'no bytes'

printf '{"a": 1}\n\n[2]\n' | made jsonl ok_lines.jsonl ok 'valid: a blank line between two values'
printf '{"a": 1}\n{"a": \n' | made jsonl cut_line.jsonl error 'the second line is cut'

# A Llama of one layer and width 2, all of it zeros.
config='{"model_type": "llama", "hidden_size": 2, "intermediate_size": 2, "num_hidden_layers": 1, "vocab_size": 2,
 "num_attention_heads": 1, "num_key_value_heads": 1, "max_position_embeddings": 8, "rms_norm_eps": 1e-5,
 "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": false, "torch_dtype": "float32"}'
header= data=
weight() {
  local begin=$((${#data} / 2)) size=$((4 * ${2/,/*}))
  header+="${header:+,}\"$1\":{\"dtype\":\"F32\",\"shape\":[$2],\"data_offsets\":[$begin,$((begin + size))]}"
  for ((byte = 0; byte < size; byte++)); do data+='\0'; done
}
weight model.embed_tokens.weight 2,2
weight model.layers.0.input_layernorm.weight 2
for part in self_attn.{q,k,v,o} mlp.{gate,up,down}; do weight "model.layers.0.${part}_proj.weight" 2,2; done
weight model.layers.0.post_attention_layernorm.weight 2
weight model.norm.weight 2
weight lm_head.weight 2,2

# hf NAME EXPECT WHY [CHANGE OF CONFIG [CHANGE OF HEADER]]: a model's folder, changed by sed.
hf() {
  local path=hf_model_dir/$1
  mkdir "malformed/$path"
  sed "${4:-}" <<<"$config" >"malformed/$path/config.json"
  tensors "$(sed "${5:-}" <<<"{$header}")" "$data" >"malformed/$path/model.safetensors"
  printf '{"reader": "hf_model_dir", "case": "%s", "expect": "%s", "why": "%s", "path": "%s"}\n' \
    "$1" "$2" "$3" "$path" >>malformed/cases.jsonl
}

hf ok_llama ok 'valid control'
hf type error 'an unknown kind of model' 's/"llama"/"lama"/'
hf no_type error 'no model_type' 's/"model_type": "llama", //'
hf fraction error 'a size that is no whole number' 's/"hidden_size": 2/"hidden_size": 2.5/'
hf many_layers error 'more layers than the file holds' 's/"num_hidden_layers": 1/"num_hidden_layers": 1000000/'
hf heads error 'the width cannot be shared by the heads' 's/"num_attention_heads": 1/"num_attention_heads": 3/'
hf activation error 'an unknown activation' 's/"silu"/"siluu"/'
hf rope error 'an unknown scaling of rotary positions' 's/"rope_theta"/"rope_scaling": {"rope_type": "dynamite", "factor": 2}, &/'
hf wide error 'the weights are narrower than config.json says' 's/"intermediate_size": 2/"intermediate_size": 3/'
hf integers error 'weights that are whole numbers' '' 's/F32/I32/'
hf renamed error 'a weight is missing, another one has no place' '' 's/lm_head/lm_hand/'
