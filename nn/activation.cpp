#include "nn/activation.h"

#include <array>
#include <utility>

namespace dikkat {

namespace {

// The names are those of Hugging Face; "gelu_fast" and "gelu_pytorch_tanh" are other ways to write "gelu_new".
constexpr std::array<std::pair<const char*, Activation>, 14> activations{{
    {"gelu_new", gelu},
    {"gelu_pytorch_tanh", gelu},
    {"gelu_fast", gelu},
    {"gelu", gelu_erf},
    {"gelu_python", gelu_erf},
    {"quick_gelu", quick_gelu},
    {"silu", silu},
    {"swish", silu},
    {"relu", relu},
    {"relu2", relu_squared},
    {"leaky_relu", [](In x) { return leaky_relu(x); }},
    {"mish", mish},
    {"sigmoid", sigmoid},
    {"tanh", tanh},
}};

}  // namespace

Activation activation_named(const std::string& name) {
  std::string names;
  for (const auto& [key, function] : activations) {
    if (name == key) return function;
    names += (names.empty() ? "" : ", ") + std::string(key);
  }
  fail("there is no activation named '", name, "'; there are ", names);
}

}  // namespace dikkat
