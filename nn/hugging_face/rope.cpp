// Rotary positions in config.json, in the form of today (rope_parameters) and in the older one (rope_theta beside
// rope_scaling).
#include <cmath>

#include "core/files/utf8.h"
#include "nn/hugging_face/families.h"

namespace dikkat {

namespace {

double positive(const JsonView& value) {
  const double number = value.number();
  require(std::isfinite(number) && number > 0, value.where(), " must be a positive number, found ", number);
  return number;
}

double positive_at(const JsonView& config, const char* key, double otherwise) {
  const auto value = config.find(key);
  return value ? positive(*value) : otherwise;
}

void refuse_partial(const JsonView& config) {
  if (const auto part = config.find("partial_rotary_factor"))
    require(part->number() == 1, part->where(), " is ", part->number(),
            "; heads that are turned in part are not supported");
}

RopeType type_of(const JsonView& rope) {
  auto type = rope.find("rope_type");
  if (!type) type = rope.find("type");
  if (!type) {
    require(!rope.find("factor"), rope.where(), " has a factor, but no 'rope_type' that says what to do with it");
    return RopeType::standard;
  }
  const std::string& name = type->string();
  if (name == "default") return RopeType::standard;
  if (name == "linear") return RopeType::linear;
  if (name == "llama3") return RopeType::llama3;
  if (name == "yarn") return RopeType::yarn;
  fail(type->where(), ": rotary positions of the type ", in_quotes(name),
       " are not supported; supported are 'default', 'linear', 'llama3' and 'yarn'");
}

}  // namespace

RopeConfig read_rope(const JsonView& config, int64_t max_position_embeddings) {
  RopeConfig result;
  refuse_partial(config);
  result.theta = positive_at(config, "rope_theta", result.theta);
  const auto today = config.find("rope_parameters"), older = config.find("rope_scaling");
  require(!today || !older, config.where(),
          " has both 'rope_parameters' and 'rope_scaling'; keep the one that the model was trained with");
  if (!today && !older) return result;
  const JsonView rope = today ? *today : *older;
  for (const auto& [name, value] : rope.members())
    require(value.kind() != JsonKind::object, value.where(),
            ": rotary positions of its own for each kind of layer are not supported");
  refuse_partial(rope);
  result.theta = positive_at(rope, "rope_theta", result.theta);
  result.type = type_of(rope);
  if (result.type == RopeType::standard) return result;
  if (result.type != RopeType::linear) {
    result.original_context = size_at(rope, "original_max_position_embeddings", max_position_embeddings);
    result.original_context = size_at(config, "original_max_position_embeddings", result.original_context);
  }
  if (result.type == RopeType::yarn && !rope.find("factor"))
    result.factor = static_cast<double>(max_position_embeddings) / static_cast<double>(result.original_context);
  else
    result.factor = positive(rope.at("factor"));
  if (result.type == RopeType::llama3) {
    result.low_freq_factor = positive(rope.at("low_freq_factor"));
    result.high_freq_factor = positive(rope.at("high_freq_factor"));
  }
  if (result.type == RopeType::yarn) {
    result.attention_factor = positive_at(rope, "attention_factor", 0);
    result.beta_fast = positive_at(rope, "beta_fast", result.beta_fast);
    result.beta_slow = positive_at(rope, "beta_slow", result.beta_slow);
    result.mscale = number_at(rope, "mscale", 0);
    result.mscale_all_dim = number_at(rope, "mscale_all_dim", 0);
    result.truncate = flag_at(rope, "truncate", true);
  }
  return result;
}

}  // namespace dikkat
