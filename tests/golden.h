// Where the golden numbers lie, what cannot be checked yet, and when two tensors are equal.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/files/safetensors.h"
#include "core/ids.h"
#include "core/tensor.h"

namespace dikkat::test {

// DIKKAT_GOLDEN, or tests/golden. The layout of both is described in golden/README.md of the shared folder.
std::string golden();

// The lines "kind | reason" of tests/golden/unsupported.txt, the committed list whichever folder is tested.
const std::map<std::string, std::string>& unsupported();

// The tensor `name` of a file, its sizes as they stand there.
std::vector<double> numbers_of(const Safetensors& file, const std::string& name);
Shape shape_of(const Safetensors& file, const std::string& name);
Tensor tensor_of(const Safetensors& file, const std::string& name);
Ids ids_of(const Safetensors& file, const std::string& name);
bool has(const Safetensors& file, const std::string& name);

// The elements in reading order.
std::vector<double> numbers_of(const Tensor& tensor);

// How near numbers must be. NaN and infinities must stand in the same places whatever the tolerance is.
struct Tolerance {
  double of_norm = 0;   // |a-b| <= of_norm |b|, both norms over all finite elements
  double absolute = 0;  // of each element: |a_i-b_i| <= absolute + relative |b_i|
  double relative = 0;
  double of_largest = 0;  // of each element: |a_i-b_i| <= of_largest max|b|
  double noise = 0;       // the rounding of larger terms that cancelled: so near is near enough, too
};

struct Comparison {
  std::string difference;  // empty: near enough
  double error = 0;        // |a-b| / |b| over the finite elements
  bool noise = false;      // near enough only because both are rounding noise
};

Comparison compare(std::span<const double> found, std::span<const double> expected, const Tolerance& tolerance);

}  // namespace dikkat::test
