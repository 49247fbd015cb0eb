#include <cmath>

#include "core/files/utf8.h"
#include "nn/hugging_face/families.h"

namespace dikkat {

AnyConfig read_config(const JsonView& config) {
  const JsonView type = config.at("model_type");
  const std::string& name = type.string();
  refuse_given(config, "quantization_config");
  if (name == "gpt2") return read_gpt2_config(config);
  if (name == "llama" || name == "mistral" || name == "qwen2" || name == "qwen3")
    return read_llama_config(config, name);
  fail(type.where(), ": models of the type ", in_quotes(name),
       " are not supported; supported are 'gpt2', 'llama', 'mistral', 'qwen2' and 'qwen3'");
}

AnyConfig config_of(const LanguageModel& model) {
  if (const auto* gpt = dynamic_cast<const GPT*>(&model)) return gpt->config;
  if (const auto* llama = dynamic_cast<const Llama*>(&model)) return llama->config;
  fail("this model is of no family that Hugging Face's folders are written for; those are GPT and Llama");
}

int64_t size_at(const JsonView& config, const char* key) {
  return config.at(key).integer(1, most);
}

int64_t size_at(const JsonView& config, const char* key, int64_t otherwise) {
  const auto value = config.find(key);
  return value ? value->integer(1, most) : otherwise;
}

double number_at(const JsonView& config, const char* key, double otherwise) {
  const auto value = config.find(key);
  if (!value) return otherwise;
  const double number = value->number();
  require(std::isfinite(number) && number >= 0, value->where(), " must not be negative, found ", number);
  return number;
}

double rate_at(const JsonView& config, const char* key, double otherwise) {
  const auto value = config.find(key);
  if (!value) return otherwise;
  const double rate = value->number();
  require(rate >= 0 && rate < 1, value->where(), " must be at least 0 and below 1, found ", rate);
  return rate;
}

bool flag_at(const JsonView& config, const char* key, bool otherwise) {
  const auto value = config.find(key);
  return value ? value->boolean() : otherwise;
}

std::string activation_at(const JsonView& config, const char* key, const char* otherwise) {
  const auto value = config.find(key);
  if (!value) return otherwise;
  try {
    activation_named(value->string());
  } catch (const Error& error) {
    fail(value->where(), ": ", error.what());
  }
  return value->string();
}

bool mentions(const JsonView& config, std::string_view key) {
  for (const auto& [name, value] : config.members())
    if (name == key) return true;
  return false;
}

void refuse_true(const JsonView& config, const char* key) {
  if (const auto value = config.find(key))
    require(!value->boolean(), value->where(), " is true, which is not supported; without it the model would ",
            "compute something else");
}

void refuse_false(const JsonView& config, const char* key) {
  if (const auto value = config.find(key))
    require(value->boolean(), value->where(), " is false, which is not supported; with it the model would ",
            "compute something else");
}

void refuse_given(const JsonView& config, const char* key) {
  if (const auto value = config.find(key))
    fail(value->where(), " is not supported; without it the model would compute something else");
}

}  // namespace dikkat
