#include <filesystem>
#include <map>
#include <set>

#include "core/autograd.h"
#include "core/files/atomic_file.h"
#include "core/files/folders.h"
#include "core/files/safetensors.h"
#include "core/ops.h"
#include "nn/hugging_face/families.h"

namespace dikkat {

namespace {

std::map<std::string, Tensor> parameters_by_name(LanguageModel& model) {
  std::map<std::string, Tensor> all;
  for (const Parameter& p : parameters(model)) all.emplace(p.name, p.tensor);
  return all;
}

// One tensor as the file has it, from what `part` makes of each parameter.
template <class Part>
Tensor put_together(const HuggingFaceWeight& weight, const Part& part) {
  Tensor whole = part(weight.parameters[0]);
  if (weight.parameters.size() > 1) {
    std::vector<In> parts;
    for (const std::string& name : weight.parameters) parts.emplace_back(part(name));
    whole = cat(parts, 0);
  }
  return contiguous(weight.transposed ? transpose(whole) : whole);
}

template <class Part>
std::vector<NamedTensor> all_tensors(LanguageModel& model, const Part& part) {
  const NoGrad reading;
  const std::map<std::string, Tensor> ours = parameters_by_name(model);
  std::vector<NamedTensor> all;
  for (const HuggingFaceWeight& weight : hugging_face_weights(model)) {
    const Tensor whole = put_together(weight, [&](const std::string& name) { return part(name, ours.at(name)); });
    all.push_back({weight.name, whole});
  }
  return all;
}

// What config.json said, if the model is still what it was, or else what it has become.
Json config_to_write(const LanguageModel& model) {
  const AnyConfig now = config_of(model);
  Json config;
  if (model.origin && read_config(model.origin->config) == now)
    config = model.origin->config;
  else
    config = std::visit([](const auto& c) { return write_config(c); }, now);
  const bool today = mentions(config, "dtype");
  if (today) config.set("dtype", "float32");
  if (!today || mentions(config, "torch_dtype")) config.set("torch_dtype", "float32");
  return config;
}

}  // namespace

std::vector<HuggingFaceWeight> hugging_face_weights(LanguageModel& model) {
  const std::vector<HuggingFaceWeight> table = std::visit(
      [&](const auto& config) {
        return weights_of(config, model.origin ? model.origin->prefix : usual_prefix(config));
      },
      config_of(model));
  std::set<std::string> placed;
  for (const HuggingFaceWeight& weight : table) placed.insert(weight.parameters.begin(), weight.parameters.end());
  const std::map<std::string, Tensor> ours = parameters_by_name(model);
  for (const auto& [name, tensor] : ours)
    require(placed.count(name) > 0, "Hugging Face: the model's parameter '", name,
            "' has no place in such a folder; an adapter must first be merged into the weights");
  for (const std::string& name : placed)
    require(ours.count(name) > 0, "Hugging Face: the model lacks the parameter '", name, "', which its folder needs");
  return table;
}

std::vector<NamedTensor> hugging_face_values(LanguageModel& model) {
  return all_tensors(model, [](const std::string&, const Tensor& parameter) { return parameter.detach(); });
}

std::vector<NamedTensor> hugging_face_gradients(LanguageModel& model) {
  return all_tensors(model, [](const std::string& name, const Tensor& parameter) {
    require(parameter.has_grad(), "the parameter '", name, "' has no gradient; call backward() on a loss first");
    return parameter.grad();
  });
}

void save_hugging_face(LanguageModel& model, const std::string& folder) {
  const Json config = config_to_write(model);
  const std::vector<NamedTensor> tensors = hugging_face_values(model);
  std::vector<SafetensorsItem> items;
  for (const NamedTensor& t : tensors)
    items.push_back(safetensors_item<Real>(t.name, t.tensor.shape().sizes(), t.tensor.values()));
  make_folders(folder);
  const std::filesystem::path path(folder);
  write_safetensors((path / "model.safetensors").string(), items, {{"format", "pt"}});
  write_file((path / "config.json").string(), config.dump(2) + "\n");
}

}  // namespace dikkat
