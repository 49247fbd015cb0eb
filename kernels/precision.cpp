#include "kernels/precision.h"

#include "kernels/check.h"

namespace dikkat {

namespace {

Precision in_force = Precision::f32;

constexpr Precision all_precisions[] = {Precision::f32, Precision::bf16x3, Precision::bf16};

}  // namespace

void use_precision(Precision precision) {
  in_force = precision;
}
Precision precision() {
  return in_force;
}

const char* name_of(Precision precision) {
  switch (precision) {
    case Precision::bf16x3:
      return "bf16x3";
    case Precision::bf16:
      return "bf16";
    case Precision::f32:
      break;
  }
  return "f32";
}

std::vector<std::string> precision_names() {
  std::vector<std::string> names;
  for (const Precision precision : all_precisions) names.emplace_back(name_of(precision));
  return names;
}

Precision precision_named(const std::string& name) {
  for (const Precision precision : all_precisions) {
    if (name == name_of(precision)) return precision;
  }
  fail("no precision is called \"", name, "\": there are f32, bf16x3 and bf16");
}

}  // namespace dikkat
