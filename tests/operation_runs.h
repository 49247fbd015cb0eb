// Runs a row of the table of operations: makes operands, fresh or seen through views, computes values and gradients.
#pragma once

#include <gtest/gtest.h>

#include <limits>

#include "core/autograd.h"
#include "kernels/random.h"
#include "kernels/table.h"
#include "tests/operations.h"

namespace dikkat::test {

// How the operands of a row are laid out. The operation must not notice.
//   transposed, sliced, expanded: views that skip, start later, repeat
//   mixed: an expanded tensor with its dimensions in the other order
//   same: one tensor for every operand, where their shapes are equal
enum class Seen { fresh, transposed, sliced, expanded, mixed, same };
inline constexpr Seen every_way[] = {Seen::fresh,    Seen::transposed, Seen::sliced,
                                     Seen::expanded, Seen::mixed,      Seen::same};
inline constexpr const char* way_names[] = {"fresh", "transposed", "sliced", "expanded", "mixed", "same"};

// "(2,3) ()" -> {2,3} and {}
inline std::vector<Shape> parse_shapes(const std::string& words) {
  std::vector<Shape> shapes;
  std::string digits;
  for (const char c : words) {
    if (c >= '0' && c <= '9') digits += c;
    if (c == '(') shapes.emplace_back();
    if ((c == ',' || c == ')') && !digits.empty()) {
      shapes.back().append(std::stoll(digits));
      digits.clear();
    }
  }
  return shapes;
}

inline std::vector<int> reversed_order(int rank) {
  std::vector<int> order;
  for (int i = rank - 1; i >= 0; --i) order.push_back(i);
  return order;
}

// One operand: the leaf that holds its numbers, and the way from the leaf to what the operation sees.
struct Operand {
  Tensor leaf;
  Array numbers;  // what the operation sees
  std::function<Tensor(const Tensor&)> view;
};

// A number between low and high, the k-th of operand `which`.
inline double draw(const Operation& row, size_t which, uint64_t k) {
  const double random = random_uniform({.seed = 17 + which}, k);
  if (is_mask(row, which)) return random < 0.5 ? 0 : 1;
  if (!row.apart) return row.low + (row.high - row.low) * random;
  // A slot of its own among 128, and a place in it that no other operand comes near.
  const double slot = static_cast<double>((k * 37 + 11) % 127), place = 0.1 + 0.3 * static_cast<double>(which % 3);
  return row.low + (row.high - row.low) * (slot + place + 0.1 * random) / 128;
}

inline Operand make_operand(const Operation& row, const Shape& shape, Seen seen, size_t which) {
  const int rank = shape.rank();
  const bool has_view = seen == Seen::sliced ? rank >= 1 : rank >= 2 && seen != Seen::fresh && seen != Seen::same;
  std::vector<int64_t> sizes = shape.sizes();
  Operand result;
  std::function<Array(const Array&)> naive_view = [](const Array& x) { return x; };
  result.view = [](const Tensor& x) { return x; };
  if (has_view && seen == Seen::transposed) {
    std::swap(sizes[sizes.size() - 1], sizes[sizes.size() - 2]);
    naive_view = transposed;
    result.view = [](const Tensor& x) { return transpose(x); };
  } else if (has_view && seen == Seen::sliced) {
    const int64_t size = sizes.back();
    sizes.back() += 3;
    naive_view = [=](const Array& x) { return sliced(x, -1, 1, size + 1); };
    result.view = [=](const Tensor& x) { return slice(x, -1, 1, size + 1); };
  } else if (has_view && seen == Seen::expanded) {
    sizes.erase(sizes.begin());
    naive_view = [=](const Array& x) { return expanded(x, shape); };
    result.view = [=](const Tensor& x) { return expand(x, shape); };
  } else if (has_view && seen == Seen::mixed) {
    const std::vector<int> order = reversed_order(rank);
    std::reverse(sizes.begin(), sizes.end());
    const Shape wide = shape_of(sizes);
    sizes.back() = 1;
    naive_view = [=](const Array& x) { return permuted(expanded(x, wide), order); };
    result.view = [=](const Tensor& x) { return permute(expand(x, wide), order); };
  }
  const Shape of_leaf = shape_of(sizes);
  uint64_t drawn = 0;
  const Array numbers = make_array(
      of_leaf, [&](const Index&) { return static_cast<double>(static_cast<Real>(draw(row, which, drawn++))); });
  result.leaf = tensor(numbers.numbers, of_leaf);
  result.numbers = naive_view(numbers);
  return result;
}

// The operands of a row in one way. Empty where that way is not for it: Seen::same where the operands' shapes differ.
inline std::vector<Operand> make_operands(const Operation& row, const std::string& shapes, Seen seen) {
  std::vector<Operand> operands;
  const std::vector<Shape> parsed = parse_shapes(shapes);
  if (!row.repeated && (seen == Seen::expanded || seen == Seen::mixed)) return {};
  for (const Shape& shape : parsed)
    if (seen == Seen::same && (parsed.size() < 2 || !(shape == parsed[0]) || !row.masks.empty() || !row.frozen.empty()))
      return {};
  for (size_t i = 0; i < parsed.size(); ++i)
    operands.push_back(seen == Seen::same && i > 0 ? operands[0] : make_operand(row, parsed[i], seen, i));
  return operands;
}

inline Tensor run(const Function& function, const std::vector<Operand>& operands) {
  Inputs inputs;
  for (const Operand& operand : operands) inputs.push_back(operand.view(operand.leaf));
  return function(inputs);
}

inline Arrays numbers_of(const std::vector<Operand>& operands) {
  Arrays arrays;
  for (const Operand& operand : operands) arrays.push_back(operand.numbers);
  return arrays;
}

inline Array to_array(const Tensor& x) {
  const NoGrad reading;
  const Tensor ordered = contiguous(x);
  const std::span<Real> values = ordered.values();
  return {x.shape(), std::vector<double>(values.begin(), values.end())};
}

// A loss that every element of y has its own share in.
inline Tensor loss_of(const Operation& row, const Tensor& y) {
  const Tensor result = row.finite ? row.finite(y) : y;
  uint64_t drawn = 0;
  const Array shares =
      make_array(result.shape(), [&](const Index&) { return 2 * random_uniform({.seed = 5}, drawn++) - 1; });
  return sum(result * tensor(shares.numbers, shares.shape));
}

// Result and gradients of a row: result first, then one gradient for each leaf; nothing, of shape (0), for a leaf that
// gets none.
inline Arrays result_and_gradients(const Operation& row, const Function& function,
                                   const std::vector<Operand>& operands) {
  for (size_t i = 0; i < operands.size(); ++i) {
    Tensor leaf = operands[i].leaf;
    leaf.requires_grad_(gets_gradient(row, i));
    leaf.zero_grad();
  }
  const Tensor y = run(function, operands);
  Tensor loss = loss_of(row, y);
  if (loss.requires_grad()) loss.backward();
  Arrays results{to_array(y)};
  for (const Operand& operand : operands)
    results.push_back(operand.leaf.has_grad() ? to_array(operand.leaf.grad()) : Array{{0}, {}});
  return results;
}

// The largest finite magnitude.
inline double largest_of(const Array& array) {
  double largest = 0;
  for (const double number : array.numbers)
    if (std::isfinite(number)) largest = std::max(largest, std::abs(number));
  return largest;
}

// How far results may lie apart. n terms of size M add up with an error of about u n M / 7, u being half the distance
// from 1 to the next Real (see kernel_cases_matmul.h for the argument); an operation is a few of those in a row, at
// most as long as its largest operand, and 2 u (n + 32) M is far below one missing term.
inline double tolerance(const Array& expected, int64_t longest) {
  const double largest = std::max(1.0, largest_of(expected));
  return std::numeric_limits<Real>::epsilon() * static_cast<double>(longest + 32) * largest;
}

inline int64_t longest_of(const Arrays& arrays) {
  int64_t longest = 0;
  for (const Array& array : arrays) longest = std::max(longest, array.shape.numel());
  return longest;
}

inline void expect_close(const Array& ours, const Array& expected, double limit) {
  ASSERT_EQ(ours.shape, expected.shape);
  for (size_t i = 0; i < expected.numbers.size(); ++i) {
    if (ours.numbers[i] == expected.numbers[i]) continue;
    ASSERT_LE(std::abs(ours.numbers[i] - expected.numbers[i]), limit)
        << "element " << i << " is " << ours.numbers[i] << " and should be " << expected.numbers[i];
  }
}

inline void expect_same_bits(const Arrays& ours, const Arrays& expected) {
  ASSERT_EQ(ours.size(), expected.size());
  for (size_t i = 0; i < ours.size(); ++i) {
    EXPECT_EQ(ours[i].shape, expected[i].shape);
    EXPECT_EQ(ours[i].numbers, expected[i].numbers) << (i == 0 ? "result" : "gradient");
  }
}

// Calls test(operands) for every set of shapes in every way.
template <class Test>
void in_every_way(const Operation& row, const Test& test) {
  for (const std::string& shapes : row.shapes) {
    for (const Seen seen : every_way) {
      SCOPED_TRACE(text(row.name, " ", shapes, " ", way_names[static_cast<int>(seen)]));
      const std::vector<Operand> operands = make_operands(row, shapes, seen);
      if (!operands.empty()) test(operands);
    }
  }
}

// Every result against the naive loops.
inline void expect_values(const Operation& row) {
  in_every_way(row, [&](const std::vector<Operand>& operands) {
    const Arrays numbers = numbers_of(operands);
    const Array expected = row.expected(numbers);
    expect_close(to_array(run(row.run, operands)), expected, tolerance(expected, longest_of(numbers)));
  });
}

// gtest names hold letters and digits alone.
inline std::string test_name(const Operation& row) {
  std::string name;
  for (const char c : row.name) name += std::isalnum(static_cast<unsigned char>(c)) ? c : c == '-' ? 'm' : '_';
  return name;
}

}  // namespace dikkat::test
