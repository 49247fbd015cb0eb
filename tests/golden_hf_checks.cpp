#include "tests/golden_hf.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <limits>

#include "core/files/folders.h"
#include "core/files/mapped_file.h"
#include "core/ops.h"
#include "core/probe.h"
#include "nn/hugging_face/hugging_face.h"
#include "tests/golden.h"
#include "tests/temporary_folder.h"

namespace dikkat::test {
namespace {

const Tolerance near = {.absolute = 1e-4, .relative = 1e-4};

// The folder named by SAME_OUTPUTS_AS.txt or SAME_INPUTS_AS.txt; otherwise the folder itself.
std::string folder_of(const std::string& folder, const std::vector<std::string>& notes) {
  for (const std::string& note : notes) {
    if (!is_file(folder + "/" + note)) continue;
    std::string name = read_text(folder + "/" + note, 4096);
    name.erase(name.find_last_not_of(" \r\n") + 1);
    return (std::filesystem::path(folder).parent_path() / name).string();
  }
  return folder;
}

}  // namespace

Expected::Expected(const std::string& folder)
    : inputs(folder_of(folder, {"SAME_OUTPUTS_AS.txt", "SAME_INPUTS_AS.txt"}) + "/inputs.safetensors"),
      outputs(folder_of(folder, {"SAME_OUTPUTS_AS.txt"}) + "/outputs.safetensors") {
  for (const char* name : {"logits", "loss"}) {
    require(has(outputs, name), folder, ": its outputs.safetensors has no '", name, "', so nothing would be compared");
  }
  const std::string other = folder_of(folder, {"SAME_OUTPUTS_AS.txt"});
  if (is_file(other + "/grads.safetensors")) gradients.emplace(other + "/grads.safetensors");
  if (is_file(other + "/meta.json")) meta = read_json(other + "/meta.json");
}

namespace {

// (1,22,512) is (22,512) and (1) is a single number: a file may leave a batch of one out, or write it.
std::vector<int64_t> without_leading_ones(const Shape& shape) {
  const std::vector<int64_t> sizes = shape.sizes();
  return {std::find_if(sizes.begin(), sizes.end(), [](int64_t size) { return size != 1; }), sizes.end()};
}

std::string difference(const Tensor& found, const Safetensors& file, const std::string& name, const Tolerance& how) {
  const Shape expected = shape_of(file, name);
  if (without_leading_ones(found.shape()) != without_leading_ones(expected)) {
    return text("shape ", found.shape(), " instead of ", expected);
  }
  return compare(numbers_of(found), numbers_of(file, name), how).difference;
}

// The mean of the losses of each token but the first, as Hugging Face counts it: position t is scored by label t+1.
Tensor shifted_loss(const Tensor& logits, const Ids& labels) {
  const int64_t B = logits.size(0), T = logits.size(1);
  std::vector<int32_t> next;
  for (int64_t b = 0; b < B; ++b) {
    const auto row = labels.values().subspan(static_cast<size_t>(b * T), static_cast<size_t>(T));
    next.insert(next.end(), row.begin() + 1, row.end());
  }
  return cross_entropy(slice(logits, 1, 0, T - 1), Ids(next, {B, T - 1}));
}

int32_t best(const Tensor& scores) {
  return argmax(scores).values()[0];
}

// Continues `ids` as long as `expected`, always with the token that scores best.
std::vector<int32_t> continued(LanguageModel& model, std::vector<int32_t> ids, size_t length) {
  while (ids.size() < length) {
    ids.push_back(best(model.forward_last(Ids(ids, {1, static_cast<int64_t>(ids.size())}))));
  }
  return ids;
}

void check_hidden_states(const Probes& seen, const Safetensors& outputs, Compared& compared) {
  const std::vector<Tensor> states = seen.all("hidden_states");
  size_t expected = 0;
  for (; has(outputs, text("hidden_states.", expected)); ++expected) {
    const std::string name = text("hidden_states.", expected);
    ASSERT_LT(expected, states.size());
    EXPECT_EQ(difference(states[expected], outputs, name, near), "") << name;
    ++compared["hidden states"];
  }
  EXPECT_TRUE(expected == 0 || states.size() == expected) << states.size() << " hidden states";
}

// Rows of padding mean nothing and are not compared.
void check_padded(LanguageModel& model, const Expected& expected, const std::string& side, Compared& compared) {
  const std::string mask_name = "attention_mask_" + side, positions_name = "position_ids_" + side;
  const std::string name = "logits_" + side + "_padded_valid_rows_only";
  if (!has(expected.outputs, name)) return;
  Padding padding{.attention_mask = ids_of(expected.inputs, mask_name)};
  if (has(expected.inputs, positions_name)) {
    padding.position_ids = ids_of(expected.inputs, positions_name);
    const std::span<const int32_t> given = padding.position_ids.values();
    const Ids counted = positions_in(padding.attention_mask);
    EXPECT_TRUE(std::equal(given.begin(), given.end(), counted.values().begin(), counted.values().end()));
  }
  const Tensor logits = model.forward(ids_of(expected.inputs, "input_ids"), padding);
  ASSERT_EQ(logits.shape(), shape_of(expected.outputs, name));
  ASSERT_EQ(padding.attention_mask.shape(), (Shape{logits.size(0), logits.size(1)}));
  std::vector<double> found = numbers_of(logits), wanted = numbers_of(expected.outputs, name);
  const int64_t V = logits.size(-1);
  const std::span<const int32_t> mask = padding.attention_mask.values();
  for (size_t row = 0; row < mask.size(); ++row) {
    if (mask[row] != 0) continue;
    std::fill_n(found.begin() + static_cast<int64_t>(row) * V, V, 0.0);
    std::fill_n(wanted.begin() + static_cast<int64_t>(row) * V, V, 0.0);
  }
  EXPECT_EQ(compare(found, wanted, near).difference, "") << side << "-padded";
  ++compared[side + "-padded"];
}

void check_greedy(LanguageModel& model, const Expected& expected, Compared& compared) {
  if (!has(expected.outputs, "greedy_ids")) return;
  const int64_t length = expected.meta.at("greedy_prompt_len").integer(1, expected.outputs.at("greedy_ids").count - 1);
  const Ids ids = ids_of(expected.outputs, "greedy_ids");
  const std::vector<int32_t> wanted(ids.values().begin(), ids.values().end());
  const std::vector<int32_t> prompt(wanted.begin(), wanted.begin() + length);
  EXPECT_EQ(continued(model, prompt, wanted.size()), wanted) << "greedy continuation";
  ++compared["greedy"];
}

std::string without_prefix(const std::string& name) {
  return name.starts_with("transformer.") ? name.substr(12) : name;
}

// Every parameter's gradient under the name that its tensor has in the file.
void check_gradients(LanguageModel& model, const Safetensors& expected, Compared& compared) {
  std::map<std::string, Tensor> found;
  for (const NamedTensor& one : hugging_face_gradients(model)) found.emplace(without_prefix(one.name), one.tensor);
  EXPECT_EQ(found.size(), expected.entries().size()) << "gradients";
  std::vector<double> errors;
  double largest = 0;  // of all gradients: where one is 0 in theory, ours may be the rounding of such terms
  for (const SafetensorsEntry& entry : expected.entries())
    for (const double number : numbers_of(expected, entry.name)) largest = std::max(largest, std::abs(number));
  for (const SafetensorsEntry& entry : expected.entries()) {
    const auto gradient = found.find(without_prefix(entry.name));
    ASSERT_NE(gradient, found.end()) << entry.name;
    const Comparison comparison = compare(numbers_of(gradient->second), numbers_of(expected, entry.name),
                                          {.of_largest = 1e-3, .noise = 2.4e-7 * largest});
    EXPECT_EQ(comparison.difference, "") << "gradient of " << entry.name;
    errors.push_back(comparison.error);
    ++compared["gradients"];
  }
  ASSERT_FALSE(errors.empty());
  std::nth_element(errors.begin(), errors.begin() + static_cast<std::ptrdiff_t>(errors.size() / 2), errors.end());
  EXPECT_LT(errors[errors.size() / 2], 1e-5) << "the median of the gradients' relative errors";
}

std::vector<Real> logits_of(LanguageModel& model, const Ids& ids) {
  const Tensor logits = model.forward(ids);
  return {logits.values().begin(), logits.values().end()};
}

// What was written reads back as the same model, to the bit.
void check_saved(LanguageModel& model, const Ids& ids) {
  const TemporaryFolder folder;
  save_hugging_face(model, folder.path());
  const auto again = load_hugging_face(folder.path());
  EXPECT_EQ(logits_of(model, ids), logits_of(*again, ids)) << "after saving and loading";
}

std::vector<int32_t> ids_in(const JsonView& list) {
  std::vector<int32_t> ids;
  for (const JsonView& id : list.elements()) {
    ids.push_back(static_cast<int32_t>(id.integer(0, std::numeric_limits<int32_t>::max())));
  }
  return ids;
}

}  // namespace

void check_model(const std::string& folder, const Expected& expected, Compared& compared) {
  const auto model = load_hugging_face(folder);
  const Ids ids = ids_of(expected.inputs, "input_ids");
  const Probes seen;
  const Tensor logits = model->forward(ids);
  EXPECT_EQ(difference(logits, expected.outputs, "logits", near), "") << "logits";
  ++compared["logits"];
  check_hidden_states(seen, expected.outputs, compared);
  const Tensor loss = shifted_loss(logits, ids_of(expected.inputs, "labels"));
  EXPECT_EQ(difference(loss, expected.outputs, "loss", near), "") << "loss";
  ++compared["losses"];
  if (expected.gradients) {
    loss.backward();
    check_gradients(*model, *expected.gradients, compared);
  }
  check_padded(*model, expected, "left", compared);
  check_padded(*model, expected, "right", compared);
  check_greedy(*model, expected, compared);
  check_saved(*model, ids);
  ++compared["saved again"];
}

void check_greedy_file(LanguageModel& model, const std::string& path, Compared& compared) {
  const Json greedy = read_json(path);
  for (const JsonView& one : greedy.at("cases").elements()) {
    const std::vector<int32_t> prompt = ids_in(one.at("prompt_ids_with_bos"));
    std::vector<int32_t> wanted = prompt;
    const std::vector<int32_t> more = ids_in(one.at("greedy_new_ids"));
    wanted.insert(wanted.end(), more.begin(), more.end());
    EXPECT_EQ(continued(model, prompt, wanted.size()), wanted) << one.at("prompt").string();
    ++compared["greedy"];
  }
}

void check_logits_file(LanguageModel& model, const std::string& path, Compared& compared) {
  const Safetensors expected(path);
  const Ids ids = ids_of(expected, "input_ids");
  const Probes seen;
  const Tensor logits = model.forward(ids);
  EXPECT_EQ(difference(logits, expected, "logits", near), "");
  ++compared["logits"];
  EXPECT_EQ(difference(shifted_loss(logits, ids), expected, "loss_mean_shifted", near), "");
  ++compared["losses"];
  check_hidden_states(seen, expected, compared);
}

std::string list(const Compared& compared) {
  std::string all;
  for (const auto& [kind, count] : compared) all += text(all.empty() ? "" : ", ", count, " ", kind);
  return all;
}

void expect_compared(const Compared& compared, const std::vector<std::string>& kinds) {
  for (const std::string& kind : kinds) EXPECT_TRUE(compared.contains(kind)) << kind << ": compared nowhere";
}

}  // namespace dikkat::test
