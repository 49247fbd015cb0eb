#include <algorithm>
#include <filesystem>
#include <map>

#include "core/autograd.h"
#include "core/files/folders.h"
#include "core/files/safetensors.h"
#include "core/files/utf8.h"
#include "core/ops.h"
#include "core/update.h"
#include "nn/hugging_face/families.h"

namespace dikkat {

namespace {

std::string sizes(const std::vector<int64_t>& shape) {
  std::string words;
  for (const int64_t size : shape) words += (words.empty() ? "" : ",") + std::to_string(size);
  return "(" + words + ")";
}

// The weights of a folder, and the checks that come before the model is built.
class Weights {
 public:
  explicit Weights(const std::string& folder) : folder_(shown(folder)), file_(folder) {}

  // How the names of this folder begin.
  std::string prefix(const std::string& usual, const std::string& first) const {
    return !file_.find(usual + first) && file_.find(first) ? "" : usual;
  }

  void require_layers(int64_t layers) const {
    require(layers <= static_cast<int64_t>(file_.entries().size()), folder_, ": config.json speaks of ", layers,
            " layers, but there are only ", file_.entries().size(), " tensors");
  }

  // Every tensor is there, with its shape and a format of fractions, and no other one.
  void check(const std::vector<HuggingFaceWeight>& wanted, const std::vector<std::string>& buffers, bool tied) const {
    std::vector<std::string_view> names;
    for (const HuggingFaceWeight& weight : wanted) {
      const SafetensorsEntry* found = file_.find(weight.name);
      require(found != nullptr, folder_, ": the tensor '", weight.name,
              "' is missing; the model that config.json describes cannot do without it");
      require(is_floating(found->dtype), file_.where(*found), " has dtype ", dtype_name(found->dtype),
              "; weights are read from F32, F16, BF16 or F64");
      require(found->shape == weight.shape, file_.where(*found), " has shape ", sizes(found->shape),
              ", but the model that config.json describes needs ", sizes(weight.shape));
      names.push_back(weight.name);
    }
    std::sort(names.begin(), names.end());
    for (const SafetensorsEntry& entry : file_.entries()) {
      if (std::binary_search(names.begin(), names.end(), std::string_view(entry.name)) ||
          std::count(buffers.begin(), buffers.end(), entry.name) > 0)
        continue;
      if (tied && entry.name == "lm_head.weight") {
        check_tied(entry, file_.at(wanted.front().name));
        continue;
      }
      fail(file_.where(entry), " belongs to no part of the model that config.json describes; ",
           "without it the model would compute something else");
    }
  }

  // Copies the numbers of one tensor to our parameters.
  void read(const HuggingFaceWeight& weight, const std::map<std::string, Tensor>& parameters) const {
    const SafetensorsEntry& entry = file_.at(weight.name);
    if (weight.parameters.size() == 1 && !weight.transposed)
      return file_.read(entry, parameters.at(weight.parameters[0]).values());
    Shape shape;
    for (const int64_t size : weight.shape) shape.append(size);
    const Tensor whole = empty(shape, Category::workspace);
    file_.read(entry, whole.values());
    const Tensor ours = weight.transposed ? transpose(whole) : whole;  // (out of all parts, in)
    int64_t begin = 0;
    for (const std::string& name : weight.parameters) {
      const Tensor& part = parameters.at(name);
      assign(part, slice(ours, 0, begin, begin + part.size(0)));
      begin += part.size(0);
    }
  }

 private:
  void check_tied(const SafetensorsEntry& head, const SafetensorsEntry& embedding) const {
    const bool same = head.dtype == embedding.dtype && head.shape == embedding.shape &&
                      std::equal(head.bytes.begin(), head.bytes.end(), embedding.bytes.begin(), embedding.bytes.end());
    require(same, file_.where(head), " differs from '", embedding.name,
            "', but config.json says that they are one; set tie_word_embeddings to false to keep both");
  }

  std::string folder_;
  Safetensors file_;
};

}  // namespace

std::unique_ptr<LanguageModel> load_hugging_face(const std::string& folder) {
  const std::filesystem::path path(folder);
  const std::string config_path = (path / "config.json").string();
  require(is_folder(folder), shown(folder), ": this is no folder; a Hugging Face model is a folder with config.json ",
          "and model.safetensors");
  require(is_file(config_path), shown(folder), ": the folder holds no config.json that can be read, so it is no ",
          "Hugging Face model");
  std::error_code gone;
  for (std::filesystem::directory_iterator entry(path, gone), end; !gone && entry != end; entry.increment(gone)) {
    std::error_code unknown;
    const auto kind = std::filesystem::status(entry->path(), unknown).type();
    require(kind == std::filesystem::file_type::regular || kind == std::filesystem::file_type::directory ||
                kind == std::filesystem::file_type::not_found || kind == std::filesystem::file_type::none,
            shown(folder), ": ", entry->path().filename().string(),
            " is no ordinary file; a model's folder must hold its files themselves, or links to them");
  }
  auto origin = std::make_shared<HuggingFaceOrigin>();
  origin->config = read_json(config_path);
  require(origin->config.kind() == JsonKind::object, shown(config_path), ": the file must hold an object, {...}");
  const AnyConfig any = read_config(origin->config);
  const Weights weights(folder);
  return std::visit(
      [&](const auto& config) {
        try {
          config.check();
        } catch (const Error& error) {
          fail(shown(config_path), ": ", error.what());
        }
        weights.require_layers(layers_of(config));
        const std::string usual = usual_prefix(config);
        origin->prefix = weights.prefix(usual, weights_of(config, "").front().name);
        weights.check(weights_of(config, origin->prefix), buffers_of(config, origin->prefix),
                      config.tie_word_embeddings);

        const NoFirstWeights all_are_read;
        const NoGrad reading;
        std::unique_ptr<LanguageModel> model = build(config);
        model->origin = origin;
        std::map<std::string, Tensor> parts;
        for (const Parameter& p : parameters(*model)) parts.emplace(p.name, p.tensor);
        for (const HuggingFaceWeight& weight : hugging_face_weights(*model)) weights.read(weight, parts);
        return model;
      },
      any);
}

}  // namespace dikkat
