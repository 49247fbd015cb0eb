#include "nn/train/checkpoint.h"

#include <algorithm>
#include <cmath>

#include "core/files/folders.h"
#include "core/files/json.h"
#include "core/files/safetensors.h"

namespace dikkat {

namespace {

constexpr const char* format = "dikkat checkpoint 1";

Json to_json(const GPTConfig& c) {
  return Json::object({{"vocab_size", c.vocab_size},
                       {"block_size", c.block_size},
                       {"n_layer", c.n_layer},
                       {"n_head", c.n_head},
                       {"n_embd", c.n_embd},
                       {"tie_word_embeddings", c.tie_word_embeddings},
                       {"n_inner", c.n_inner},
                       {"activation_function", c.activation_function},
                       {"layer_norm_epsilon", c.layer_norm_epsilon},
                       {"initializer_range", c.initializer_range},
                       {"embd_pdrop", c.embd_pdrop},
                       {"attn_pdrop", c.attn_pdrop},
                       {"resid_pdrop", c.resid_pdrop}});
}

constexpr int64_t most = int64_t{1} << 31;  // of whole numbers in a checkpoint

// The fields after tie_word_embeddings came later; an older checkpoint has what was always so then.
GPTConfig config_from_json(const JsonView& config) {
  GPTConfig c = {.vocab_size = config.at("vocab_size").integer(1, most),
                 .block_size = config.at("block_size").integer(1, most),
                 .n_layer = config.at("n_layer").integer(1, 100'000),
                 .n_head = config.at("n_head").integer(1, most),
                 .n_embd = config.at("n_embd").integer(1, most),
                 .tie_word_embeddings = config.at("tie_word_embeddings").boolean()};
  if (const auto value = config.find("n_inner")) c.n_inner = value->integer(0, most);
  if (const auto value = config.find("activation_function")) c.activation_function = value->string();
  if (const auto value = config.find("layer_norm_epsilon")) c.layer_norm_epsilon = value->number();
  if (const auto value = config.find("initializer_range")) c.initializer_range = value->number();
  if (const auto value = config.find("embd_pdrop")) c.embd_pdrop = value->number();
  if (const auto value = config.find("attn_pdrop")) c.attn_pdrop = value->number();
  if (const auto value = config.find("resid_pdrop")) c.resid_pdrop = value->number();
  c.check();
  return c;
}

// Everything that is no tensor, as one JSON text in the file's metadata.
Json to_json(const Checkpoint& c) {
  Json notes = Json::object(), validations = Json::array();
  for (const auto& [key, value] : c.notes) notes.set(key, value);
  for (const auto& [step, loss] : c.validations) {
    Json pair = Json::array();
    pair.append(step);
    pair.append(loss);
    validations.append(pair);
  }
  Json all = Json::object();
  all.set("config", to_json(c.config));
  all.set("step", c.step);
  all.set("steps", c.steps);
  all.set("batch", c.batch);
  all.set("warmup", c.warmup);
  all.set("seed", c.seed);
  all.set("validation_windows", c.validation_windows);
  all.set("peak_rate", c.peak_rate);
  all.set("beta2", c.beta2);
  all.set("weight_decay", c.weight_decay);
  all.set("data", c.data);
  all.set("precision", name_of(c.precision));
  all.set("notes", notes);
  all.set("validations", validations);
  return all;
}

Checkpoint from_json(const Json& all) {
  Checkpoint c;
  c.config = config_from_json(all.at("config"));
  c.step = all.at("step").integer(0, most);
  c.steps = all.at("steps").integer(0, most);
  c.batch = all.at("batch").integer(1, most);
  c.warmup = all.at("warmup").integer(0, most);
  c.seed = all.at("seed").unsigned_integer();
  c.validation_windows = all.at("validation_windows").integer(1, most);
  c.peak_rate = all.at("peak_rate").number();
  c.beta2 = all.at("beta2").number();
  c.data = all.at("data").unsigned_integer();
  if (const auto value = all.find("weight_decay")) c.weight_decay = value->number();
  if (const auto value = all.find("precision")) c.precision = precision_named(value->string());
  for (const auto& [key, value] : all.at("notes").members()) c.notes[std::string(key)] = value.string();
  for (const JsonView& pair : all.at("validations").elements())
    c.validations.emplace_back(pair.at(size_t{0}).integer(),
                               pair.at(size_t{1}).is_null() ? std::nan("") : pair.at(size_t{1}).number());
  return c;
}

SafetensorsItem item(const std::string& name, const Tensor& tensor) {
  return safetensors_item<Real>(name, tensor.shape().sizes(), tensor.values());
}

std::string newest(const std::string& path) {
  for (const char* ending : {"", ".next", ".previous"})
    if (is_file(path + ending)) return path + ending;
  return path;
}

}  // namespace

void require_replaceable(const std::string& path) {
  require(!is_folder(path), path, ": this is a folder; --checkpoint names a file");
  if (!is_file(path)) return;
  try {
    const CheckpointFile ours(path);
  } catch (const Error& error) {
    fail(path, ": this file is no checkpoint of this program and will not be replaced; name another --checkpoint");
  }
}

std::string describe(const GPTConfig& config) {
  return text(config.n_layer, " layers, width ", config.n_embd, ", ", config.n_head, " heads, context ",
              config.block_size, ", vocabulary ", config.vocab_size,
              config.tie_word_embeddings ? ", tied" : ", untied");
}

namespace {

// Everything that is remembered about the weights, under "optimizer.m.blocks.0..." and so on.
std::vector<Parameter> states_of(const Optimizer& optimizer) {
  std::vector<Parameter> states;
  for (size_t i = 0; i < optimizer.state_names().size(); ++i)
    for (const Optimizer::Slot& slot : optimizer.slots())
      states.push_back({"optimizer." + optimizer.state_names()[i] + "." + slot.name, slot.state[i]});
  return states;
}

}  // namespace

namespace {

void write(const std::string& path, const Checkpoint& checkpoint, std::vector<SafetensorsItem> items) {
  const int64_t count = static_cast<int64_t>(checkpoint.losses.size());
  items.push_back(safetensors_item<float>("losses", {count}, checkpoint.losses));
  write_safetensors(path, items, {{"format", format}, {"checkpoint", to_json(checkpoint).dump()}});
}

}  // namespace

void write_weights(const std::string& path, const Checkpoint& checkpoint, const std::vector<Parameter>& parameters) {
  make_folders_for(path);
  require_replaceable(path);
  std::vector<SafetensorsItem> items;
  for (const Parameter& parameter : parameters) items.push_back(item(parameter.name, parameter.tensor));
  write(path, checkpoint, std::move(items));
}

void write_checkpoint(const std::string& path, const Checkpoint& checkpoint, const Optimizer& optimizer) {
  make_folders_for(path);
  std::vector<SafetensorsItem> items;
  for (const Optimizer::Slot& slot : optimizer.slots()) items.push_back(item(slot.name, slot.weight));
  for (const Parameter& state : states_of(optimizer)) items.push_back(item(state.name, state.tensor));
  std::vector<int64_t> steps;  // of each parameter: one that was frozen for a while has fewer
  for (const Optimizer::Slot& slot : optimizer.slots()) steps.push_back(slot.steps);
  items.push_back(safetensors_item<int64_t>("optimizer.steps", {static_cast<int64_t>(steps.size())},
                                            std::span<const int64_t>(steps)));
  require_replaceable(path);
  write(path + ".next", checkpoint, std::move(items));
  if (is_file(path)) rename_file(path, path + ".previous");
  rename_file(path + ".next", path);
}

struct CheckpointFile::Contents {
  explicit Contents(const std::string& path) : name(path), file(path) {}

  // The entry for `tensor`, with its shape and format checked: afterwards it can be read.
  const SafetensorsEntry& entry(const std::string& key, const Tensor& tensor) const {
    const SafetensorsEntry& found = file.at(key);
    require(found.shape == tensor.shape().sizes(), file.where(found), " does not have the shape ", tensor.shape(),
            " that the model needs; it belongs to another model");
    require(is_floating(found.dtype), file.where(found), " has dtype ", dtype_name(found.dtype),
            "; weights and moments are numbers with a fraction, such as F32");
    return found;
  }

  void read(const std::string& key, const Tensor& tensor) const { file.read(entry(key, tensor), tensor.values()); }

  std::string name;
  Safetensors file;
  Checkpoint checkpoint;
};

CheckpointFile::CheckpointFile(const std::string& path) {
  const std::string found = newest(path);
  require(is_file(found), path,
          ": there is no checkpoint; train one first (without --resume and --chat), or name another with "
          "--checkpoint");
  contents_ = std::make_unique<Contents>(found);
  const auto& metadata = contents_->file.metadata();
  const auto kind = metadata.find("format"), text = metadata.find("checkpoint");
  require(kind != metadata.end() && kind->second == format && text != metadata.end(), found,
          ": this is a safetensors file, but no checkpoint of this program (its metadata does not say '", format, "')");
  const Json described = Json::parse(text->second, found + ": metadata");
  Checkpoint& checkpoint = contents_->checkpoint;
  try {
    checkpoint = from_json(described);
  } catch (const Error& error) {
    const std::string reason = error.what();
    fail(reason.find(found) == reason.npos ? found + ": " + reason : reason);
  }
  const SafetensorsEntry& losses = contents_->file.at("losses");
  require(losses.count == checkpoint.step, found, ": it is damaged: ", losses.count, " losses for ", checkpoint.step,
          " steps");
  checkpoint.losses.resize(static_cast<size_t>(losses.count));
  contents_->file.read(losses, std::span<float>(checkpoint.losses));
}

CheckpointFile::~CheckpointFile() = default;

const std::string& CheckpointFile::name() const {
  return contents_->name;
}
const Checkpoint& CheckpointFile::checkpoint() const {
  return contents_->checkpoint;
}

void CheckpointFile::read_into(Optimizer& optimizer) const {
  const int64_t all_steps = checkpoint().step;
  std::vector<Parameter> all = states_of(optimizer);
  const bool has_states = std::any_of(
      all.begin(), all.end(), [&](const Parameter& state) { return contents_->file.find(state.name) != nullptr; });
  require(all.empty() || has_states, name(),
          ": it holds weights alone, to talk with; training goes on from a checkpoint that holds the optimiser's "
          "moments, too");
  std::vector<int64_t> steps(optimizer.slots().size(), all_steps);  // so it is in older files, which do not say it
  if (const SafetensorsEntry* entry = contents_->file.find("optimizer.steps")) {
    require(entry->count == static_cast<int64_t>(steps.size()), name(), ": it counts the steps of ", entry->count,
            " parameters, and the model has ", steps.size(), "; it belongs to another model");
    contents_->file.read<int64_t>(*entry, steps);
    for (const int64_t count : steps)
      require(count >= 0 && count <= all_steps, name(), ": it is damaged: a parameter has ", count, " of ", all_steps,
              " steps");
  }
  for (const Optimizer::Slot& slot : optimizer.slots()) all.push_back({slot.name, slot.weight});
  read_into(all);
  optimizer.set_steps(all_steps, steps);
}

void CheckpointFile::read_into(const std::vector<Parameter>& parameters) const {
  for (const Parameter& p : parameters) contents_->entry(p.name, p.tensor);
  for (const Parameter& p : parameters) contents_->read(p.name, p.tensor);
}

}  // namespace dikkat
