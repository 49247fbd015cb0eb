// Weights in another storage format, and products in every precision, as core asks for them.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "core/autograd.h"
#include "core/ops.h"
#include "kernels/half.h"
#include "kernels/memory.h"
#include "kernels/table.h"
#include "tests/messages.h"

namespace dikkat::test {
namespace {

// Another precision, while it lives.
class UsePrecision {
 public:
  explicit UsePrecision(Precision wanted) : before_(precision()) { use_precision(wanted); }
  ~UsePrecision() { use_precision(before_); }

 private:
  Precision before_;
};

std::vector<Real> numbers_of(const Tensor& x) {
  const NoGrad reading;
  const Tensor ordered = contiguous(x);
  return {ordered.values().begin(), ordered.values().end()};
}

double largest_of(const Tensor& x) {
  double largest = 0;
  for (const Real number : numbers_of(x)) largest = std::max(largest, std::abs(static_cast<double>(number)));
  return largest;
}

// The largest difference, relative to the largest number.
double distance(const Tensor& x, const Tensor& y) {
  const std::vector<Real> ours = numbers_of(x), theirs = numbers_of(y);
  double largest = 0;
  for (size_t i = 0; i < ours.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(ours[i]) - static_cast<double>(theirs[i])));
  return largest / largest_of(y);
}

// The nearest numbers of sixteen bits.
Tensor rounded(const Tensor& x, Storage storage = Storage::bf16) {
  Tensor result = empty(x.shape());
  const std::vector<Real> numbers = numbers_of(x);
  for (size_t i = 0; i < numbers.size(); ++i) {
    const auto number = static_cast<float>(numbers[i]);
    result.values()[i] =
        storage == Storage::f16 ? half_to_float(float_to_half(number)) : bfloat16_to_float(float_to_bfloat16(number));
  }
  return result;
}

TEST(Packed, HoldsAMatrixInHalfTheBytes) {
  manual_seed(3);
  const Tensor w = randn({17, 5});
  const int64_t before = memory_use().live[static_cast<size_t>(Category::weights)];
  const Packed bf16 = pack(w, Storage::bf16), f16 = pack(w, Storage::f16), real = pack(w, Storage::real);
  EXPECT_EQ(memory_use().live[static_cast<size_t>(Category::weights)] - before, 17 * 5 * (2 + 2 + 4));
  EXPECT_EQ(bf16.bytes(), 170);
  EXPECT_EQ(f16.bytes(), 170);
  EXPECT_EQ(real.bytes(), 340);
  EXPECT_EQ(bf16.shape(), (Shape{17, 5}));
  EXPECT_EQ(f16.storage(), Storage::f16);
  EXPECT_EQ(numbers_of(unpack(real)), numbers_of(w));
  EXPECT_EQ(numbers_of(unpack(bf16)), numbers_of(rounded(w)));
  EXPECT_EQ(numbers_of(unpack(f16)), numbers_of(rounded(w, Storage::f16)));
  EXPECT_EQ(numbers_of(unpack(pack(transpose(w), Storage::bf16))), numbers_of(transpose(rounded(w))));
  EXPECT_STREQ(name_of(Storage::bf16), "bf16");
}

TEST(Packed, OutlivesTheTensorAndSharesItsNumbers) {
  Packed copy;
  EXPECT_FALSE(copy.defined());
  EXPECT_EQ(copy.bytes(), 0);
  {
    const Packed first = pack(tensor({1, 2, 3, 4}, {2, 2}), Storage::f16);
    copy = first;
    EXPECT_EQ(copy.halves(), first.halves());
  }
  EXPECT_EQ(numbers_of(matmul(tensor({1, 10}), copy)), (std::vector<Real>{31, 42}));
  EXPECT_EQ(numbers_of(linear(tensor({1, 10}), copy)), (std::vector<Real>{21, 43}));
}

TEST(Packed, NothingIsAnErrorThatSaysSo) {
  const Packed nothing;
  EXPECT_NE(message_of([&] { matmul(ones({2}), nothing); }).find("this Packed holds nothing yet"), std::string::npos);
  EXPECT_NE(message_of([&] { unpack(nothing); }).find("this Packed holds nothing yet"), std::string::npos);
}

TEST(Packed, IsFrozen) {
  Tensor x = ones({3, 2}).requires_grad_(), w = ones({4, 2}).requires_grad_(), bias = zeros({4}).requires_grad_();
  sum(linear(x, pack(w, Storage::bf16), bias)).backward();
  EXPECT_FALSE(w.has_grad());
  EXPECT_EQ(numbers_of(x.grad()), std::vector<Real>(6, 4));
  EXPECT_EQ(numbers_of(bias.grad()), std::vector<Real>(4, 3));
}

// A product in two operands, and what each gradient is by hand, from products in f32 of factors that were rounded
// before. `dy` is the gradient of the result.
struct Product {
  const char* name;
  Shape x, w;
  std::function<Tensor(const Tensor& x, const Tensor& w)> run;
  std::function<Tensor(const Tensor& dy, const Tensor& w)> dx;
  std::function<Tensor(const Tensor& dy, const Tensor& x)> dw;  // none: w is frozen
};

std::vector<Product> products() {
  const auto matrices = [](const Tensor& x, const Tensor& w) { return matmul(x, w); };
  const auto dx = [](const Tensor& dy, const Tensor& w) { return matmul(dy, transpose(w)); };
  const auto dw = [](const Tensor& dy, const Tensor& x) { return matmul(transpose(x), dy); };
  const auto linear_dx = [](const Tensor& dy, const Tensor& w) { return matmul(dy, w); };
  return {
      {"matmul", {40, 70}, {70, 50}, matrices, dx, dw},
      {"batched", {3, 40, 70}, {3, 70, 50}, matrices, dx, dw},
      {"linear",
       {40, 70},
       {50, 70},
       [](const Tensor& x, const Tensor& w) { return linear(x, w); },
       linear_dx,
       [](const Tensor& dy, const Tensor& x) { return matmul(transpose(dy), x); }},
      {"packed matmul",
       {40, 70},
       {70, 50},
       [](const Tensor& x, const Tensor& w) { return matmul(x, pack(w, Storage::real)); },
       dx,
       nullptr},
      {"packed linear",
       {40, 70},
       {50, 70},
       [](const Tensor& x, const Tensor& w) { return linear(x, pack(w, Storage::f16)); },
       linear_dx,
       nullptr},
  };
}

struct Results {
  Tensor y, dx, dw;
};

Results results_of(const Product& product, Tensor x, Tensor w, const Tensor& dy) {
  x.zero_grad();
  w.zero_grad();
  x.requires_grad_();
  w.requires_grad_(product.dw != nullptr);
  const Tensor y = product.run(x, w);
  sum(y * dy).backward();
  return {y.detach(), x.grad(), product.dw ? w.grad() : Tensor()};
}

TEST(Precision, RoundsTheFactorsOfEveryProductForwardAndBackward) {
  manual_seed(4);
  for (const Product& product : products()) {
    SCOPED_TRACE(product.name);
    // f16 holds w exactly, so that a packed weight has been rounded once, by the precision.
    const Tensor x = randn(product.x), w = rounded(randn(product.w), Storage::f16),
                 dy = randn(product.run(x, w).shape());
    const Results f32 = results_of(product, x, w, dy);
    const Results bf16 = [&] {
      const UsePrecision rounding(Precision::bf16);
      return results_of(product, x, w, dy);
    }();
    const Results x3 = [&] {
      const UsePrecision rounding(Precision::bf16x3);
      return results_of(product, x, w, dy);
    }();
    // Sums of 70 terms in f32: off by some 70 * 2^-24.
    EXPECT_LT(distance(bf16.y, product.run(rounded(x), rounded(w))), 1e-5);
    EXPECT_LT(distance(bf16.dx, product.dx(rounded(dy), rounded(w))), 1e-5);
    EXPECT_GT(distance(bf16.y, f32.y), 1e-4);
    EXPECT_GT(distance(bf16.dx, f32.dx), 1e-4);
    // The root mean square of the errors is below 6e-6 (kernel_precision_test.cpp); none of thousands is ten times
    // that.
    EXPECT_LT(distance(x3.y, f32.y), 6e-5);
    EXPECT_LT(distance(x3.dx, f32.dx), 6e-5);
    EXPECT_NE(numbers_of(x3.y), numbers_of(f32.y));
    if (!product.dw) continue;
    EXPECT_LT(distance(bf16.dw, product.dw(rounded(dy), rounded(x))), 1e-5);
    EXPECT_GT(distance(bf16.dw, f32.dw), 1e-4);
    EXPECT_LT(distance(x3.dw, f32.dw), 6e-5);
  }
  EXPECT_EQ(precision(), Precision::f32);
}

}  // namespace
}  // namespace dikkat::test
