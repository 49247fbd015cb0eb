// Elementwise kernels against numbers worked out by hand and against published ones. Every test runs on both tables.
#include <array>

#include "tests/kernel_values.h"

namespace dikkat::test {
namespace {

using KernelElementwiseValues = KernelValues;
INSTANTIATE_TEST_SUITE_P(On, KernelElementwiseValues, testing::Values("reference", "cpu"),
                         [](const auto& info) { return std::string(info.param); });

struct Point {
  double x, y, slope;
};

// Runs a function and its gradient on the points, filled up so that full and partial vectors are met.
void expect_points(const KernelTable& table, Unary function, const std::vector<Point>& points, double alpha = 1,
                   double beta = 0, double limit = 1e-6) {
  constexpr int64_t times = 19;
  const int64_t size = times * static_cast<int64_t>(points.size());
  Numbers x, dy(size, 2), y(size), dx(size, 1);
  std::vector<double> expected_y, expected_dx;
  for (int64_t i = 0; i < times; ++i) {
    for (const Point& point : points) {
      x.push_back(real(point.x));
      expected_y.push_back(point.y);
      expected_dx.push_back(1 + 2 * point.slope);
    }
  }
  SCOPED_TRACE(testing::Message() << "function " << static_cast<int>(function));
  table.unary(
      {.function = function, .x = x.data(), .y = y.data(), .size = size, .alpha = real(alpha), .beta = real(beta)});
  expect_near(y, expected_y, limit);
  table.unary_backward({.function = function,
                        .x = x.data(),
                        .y = y.data(),
                        .dy = dy.data(),
                        .dx = dx.data(),
                        .size = size,
                        .alpha = real(alpha),
                        .beta = real(beta)});
  expect_near(dx, expected_dx, limit);
}

TEST_P(KernelElementwiseValues, Unary) {
  const double e = std::exp(1), half_pi = std::acos(0.0), root = std::sqrt(0.5);
  const auto expect = [&](Unary function, const std::vector<Point>& points, double alpha = 1, double beta = 0) {
    expect_points(*table, function, points, alpha, beta);
  };
  expect(Unary::affine, {{2, 5, 3}, {-1, -4, 3}}, 3, -1);
  expect(Unary::divide, {{6, -1.5, -0.25}, {-1, 0.25, -0.25}, {0, 0, -0.25}}, -4);
  expect(Unary::power, {{4, 32, 20}, {0, 0, 0}, {1, 1, 2.5}}, 2.5);
  expect(Unary::power, {{-3, 9, -6}, {0, 0, 0}, {0.5, 0.25, 1}}, 2);
  expect(Unary::power, {{4, 0.5, -1.0 / 16}, {0.25, 2, -4}}, -0.5);
  expect(Unary::power, {{-2, -0.5, -0.25}, {4, 0.25, -1.0 / 16}}, -1);
  expect(Unary::power, {{-2, 1, 0}, {0, 1, 0}}, 0);
  expect(Unary::exp, {{0, 1, 1}, {1, e, e}});
  expect(Unary::log, {{1, 0, 1}, {e, 1, 1 / e}});
  expect(Unary::log1p, {{0, 0, 1}, {e - 1, 1, 1 / e}, {1e-7, 1e-7, 1}});
  expect(Unary::sqrt, {{4, 2, 0.25}, {0.25, 0.5, 1}});
  expect(Unary::abs, {{-3, 3, -1}, {2, 2, 1}, {0, 0, 0}});
  expect(Unary::sign, {{-3, -1, 0}, {0.1, 1, 0}, {0, 0, 0}});
  expect(Unary::sin, {{0, 0, 1}, {half_pi / 3, 0.5, std::sqrt(0.75)}, {half_pi / 2, root, root}});
  expect(Unary::cos, {{0, 1, 0}, {half_pi / 1.5, 0.5, -std::sqrt(0.75)}, {half_pi / 2, root, -root}});
  expect(Unary::tanh, {{0, 0, 1}, {std::log(3), 0.8, 0.36}});
  expect(Unary::sigmoid, {{0, 0.5, 0.25}, {std::log(3), 0.75, 0.1875}, {-std::log(3), 0.25, 0.1875}});
  // erf(1/2), erf(1) and erf(2) as in Abramowitz & Stegun, table 7.1.
  expect(Unary::erf, {{0, 0, 1.1283791671},
                      {0.5, 0.5204998778, 0.8787825789},
                      {1, 0.8427007929, 0.4151074974},
                      {-2, -0.9953222650, 0.0206669854}});
  expect(Unary::relu, {{-3, 0, 0}, {2, 2, 1}, {0, 0, 0}});
  expect(Unary::leaky_relu, {{-3, -0.75, 0.25}, {2, 2, 1}, {0, 0, 0.25}}, 0.25);
  expect(Unary::elu, {{2, 2, 1}, {-std::log(2), -1, 1}, {-1e-6, -2e-6, 2}, {0, 0, 2}}, 2);
  expect(Unary::clamp, {{-1, -0.5, 0}, {-0.5, -0.5, 0}, {0.1, 0.1, 1}, {0.75, 0.75, 0}, {1, 0.75, 0}}, -0.5, 0.75);
  expect(Unary::softplus, {{0, std::log(2), 0.5}, {std::log(3), std::log(4), 0.75}, {50, 50, 1}});
  expect(Unary::silu, {{0, 0, 0.5}, {std::log(3) / 2, std::log(3) / 2 * 0.75, 0.75 + 0.1875 * std::log(3)}}, 2);
  // The normal distribution at 1 is 0.8413447461, its density 0.2419707245.
  expect(
      Unary::gelu_erf,
      {{0, 0, 0.5}, {1, 0.8413447461, 0.8413447461 + 0.2419707245}, {-1, -0.1586552539, 0.1586552539 - 0.2419707245}});
}

// The library's sine is exact far out, where the vectors' range reduction ends.
TEST_P(KernelElementwiseValues, SineOfLargeAngles) {
  std::vector<Point> points;
  for (const double x : {100.0, -5000.5, 99999.0, 100001.0, -123456.0, 1e10, 4e25}) {
    const double rounded = real(x);
    points.push_back({rounded, std::sin(rounded), std::cos(rounded)});
  }
  expect_points(*table, Unary::sin, points);
}

TEST_P(KernelElementwiseValues, Gelu) {
  const Numbers x = {-3, -1, 0, 1, 2}, dy(5, 1);
  Numbers y(5), dx(5);
  table->unary({.function = Unary::gelu, .x = x.data(), .y = y.data(), .size = 5});
  expect_near(y, {-0.00363739, -0.15880801, 0, 0.84119199, 1.95459769});
  table->unary_backward(
      {.function = Unary::gelu, .x = x.data(), .y = y.data(), .dy = dy.data(), .dx = dx.data(), .size = 5});
  expect_near(dx, {-0.0115842, -0.0829641, 0.5000000, 1.0829641, 1.0860993});
}

TEST_P(KernelElementwiseValues, BinaryBackwardSumsOverRepeats) {
  const Numbers a = {1, 2, 3, 4}, b = {10, 20}, dy = {1, 1, 1, 2};
  Numbers da(4, 100), db(2, 100);
  table->binary_backward({.function = Binary::multiply,
                          .a = a.data(),
                          .b = b.data(),
                          .dy = dy.data(),
                          .da = da.data(),
                          .db = db.data(),
                          .rank = 2,
                          .shape = {2, 2},
                          .a_steps = {2, 1},
                          .b_steps = {0, 1}});
  expect_near(da, {110, 120, 110, 140});
  expect_near(db, {104, 110});
}

TEST_P(KernelElementwiseValues, CopyTransposes) {
  const Numbers x = {1, 2, 3, 4, 5, 6};
  Numbers y(6, 100);
  table->copy({.x = x.data(),
               .y = y.data(),
               .rank = 2,
               .shape = {3, 2},
               .x_steps = {1, 3},
               .y_steps = {2, 1},
               .accumulate = true});
  expect_near(y, {101, 104, 102, 105, 103, 106});
}

// a op b for single numbers, dy = 1: y, da and db.
std::array<double, 3> both(const KernelTable& table, Binary function, double a_value, double b_value) {
  const Numbers a = {real(a_value)}, b = {real(b_value)}, dy = {1};
  Numbers y(1), da(1), db(1);
  table.binary({.function = function,
                .a = a.data(),
                .b = b.data(),
                .y = y.data(),
                .rank = 1,
                .shape = {1},
                .a_steps = {1},
                .b_steps = {1}});
  table.binary_backward({.function = function,
                         .a = a.data(),
                         .b = b.data(),
                         .dy = dy.data(),
                         .da = da.data(),
                         .db = db.data(),
                         .rank = 1,
                         .shape = {1},
                         .a_steps = {1},
                         .b_steps = {1}});
  return {y[0], da[0], db[0]};
}

TEST_P(KernelElementwiseValues, Binary) {
  const auto expect = [&](Binary function, double a, double b, double y, double da, double db) {
    SCOPED_TRACE(testing::Message() << "function " << static_cast<int>(function) << " of " << a << " and " << b);
    const auto got = both(*table, function, a, b);
    expect_near({real(got[0]), real(got[1]), real(got[2])}, {y, da, db});
  };
  const double inf = infinity, nan = not_a_number;
  expect(Binary::add, 2, 3, 5, 1, 1);
  expect(Binary::subtract, 2, 3, -1, 1, -1);
  expect(Binary::multiply, 2, 3, 6, 3, 2);
  expect(Binary::divide, 3, 2, 1.5, 0.5, -0.75);
  expect(Binary::divide, 1, 0, inf, inf, -inf);
  expect(Binary::divide, -1, 0, -inf, inf, inf);
  expect(Binary::divide, 0, 0, nan, inf, nan);
  expect(Binary::divide, 5, inf, 0, 0, 0);
  expect(Binary::power, 2, 3, 8, 12, 8 * std::log(2));
  expect(Binary::power, 4, 0.5, 2, 0.25, 2 * std::log(4));
  expect(Binary::power, -2, 3, -8, 12, nan);
  expect(Binary::power, 0, 2, 0, 0, 0);  // 0^b is 0 for every b near 2
  expect(Binary::power, 0, 1, 0, 1, 0);
  expect(Binary::power, 0, 0, 1, 0, 0);
  expect(Binary::power, 0, -1, inf, -inf, -inf);
  expect(Binary::power, nan, 0, 1, 0, nan);
  expect(Binary::power, inf, 2, inf, inf, inf);
  expect(Binary::maximum, 2, 3, 3, 0, 1);
  expect(Binary::maximum, 3, 2, 3, 1, 0);
  expect(Binary::maximum, 3, 3, 3, 0.5, 0.5);
  expect(Binary::maximum, inf, inf, inf, 0.5, 0.5);
  expect(Binary::maximum, nan, 3, nan, 1, 1);
  expect(Binary::maximum, 3, nan, nan, 1, 1);
  expect(Binary::minimum, 2, 3, 2, 1, 0);
  expect(Binary::minimum, 3, 2, 2, 0, 1);
  expect(Binary::minimum, -inf, -inf, -inf, 0.5, 0.5);
  expect(Binary::minimum, nan, 3, nan, 1, 1);
  expect(Binary::minimum, 3, nan, nan, 1, 1);
  expect(Binary::less, 2, 3, 1, 0, 0);
  expect(Binary::less, 3, 3, 0, 0, 0);
  expect(Binary::less, nan, 3, 0, 0, 0);
  expect(Binary::equal, 3, 3, 1, 0, 0);
  expect(Binary::equal, 0, -0.0, 1, 0, 0);
  expect(Binary::equal, nan, nan, 0, 0, 0);
}

// The square of b is infinite or 0 as float, the slopes are not.
TEST_P(KernelElementwiseValues, DivideOfExtremeNumbers) {
  for (const double b : {1e20, -1e20, 1e-19, 1e-18, 3e37}) {
    const double exact_b = real(b);
    for (const double quotient : {1.0, -2.0, 0.0}) {
      const auto [y, da, db] = both(*table, Binary::divide, quotient * exact_b, exact_b);
      EXPECT_EQ(y, quotient) << b;
      EXPECT_NEAR(da * exact_b, 1, 1e-6) << b;
      EXPECT_NEAR(db * exact_b, -quotient, 1e-6) << quotient << " of " << b;
    }
  }
  const auto [y, da, db] = both(*table, Binary::divide, 1e-23, 1e-23);
  EXPECT_EQ(y, 1);
  EXPECT_NEAR(da / 1e23, 1, 1e-6);
  EXPECT_NEAR(db / 1e23, -1, 1e-6);
}

TEST_P(KernelElementwiseValues, Where) {
  const Numbers condition = {1, 0, real(-0.5), real(not_a_number), 0}, a = {1, 2, 3, 4, real(not_a_number)},
                b = {10, 20, real(not_a_number), 40, 50};
  Numbers y(5), da(5, 100), db(5, 200);
  table->where({.condition = condition.data(), .a = a.data(), .b = b.data(), .y = y.data(), .size = 5});
  expect_near(y, {1, 20, 3, 4, 50});  // anything but 0 chooses a, a NaN as well
  table->where({.condition = condition.data(), .b = b.data(), .y = y.data(), .size = 5, .value = -7});
  expect_near(y, {-7, 20, -7, -7, 50});
  const Numbers dy = {1, 2, 3, 4, 5};
  table->where_backward({.condition = condition.data(), .dy = dy.data(), .da = da.data(), .db = db.data(), .size = 5});
  expect_near(da, {101, 100, 103, 104, 100});
  expect_near(db, {200, 202, 200, 200, 205});
}

TEST_P(KernelElementwiseValues, Band) {
  const Numbers x = {1, 2, 3, 4, 5, 6};
  Numbers y(6), dx(6, 10);
  const auto band = [&](int64_t lower, int64_t upper, double value) {
    table->band({.x = x.data(),
                 .y = y.data(),
                 .batch = 1,
                 .rows = 2,
                 .cols = 3,
                 .lower = lower,
                 .upper = upper,
                 .value = real(value)});
  };
  band(-no_bound, 1, -infinity);  // a causal mask: the first of two queries does not see the last of three keys
  expect_near(y, {1, 2, -infinity, 4, 5, 6});
  band(-no_bound, 0, 0);
  expect_near(y, {1, 0, 0, 4, 5, 0});
  band(0, no_bound, 0);
  expect_near(y, {1, 2, 3, 0, 5, 6});
  table->band_backward(
      {.dy = x.data(), .dx = dx.data(), .batch = 1, .rows = 2, .cols = 3, .lower = -no_bound, .upper = 1});
  expect_near(dx, {11, 12, 10, 14, 15, 16});
}

// The special values, and their slopes, are those of PyTorch.
TEST_P(KernelElementwiseValues, UnaryOfInfinityAndNaN) {
  const double inf = infinity, nan = not_a_number, huge = real(1e38);
  const auto expect = [&](Unary function, const std::vector<Point>& points, double alpha = 1, double beta = 0) {
    expect_points(*table, function, points, alpha, beta, 1e-5);
  };
  expect(Unary::affine, {{inf, inf, 1}, {nan, nan, 1}});
  expect(Unary::divide, {{inf, inf, 0.5}, {nan, nan, 0.5}}, 2);
  expect(Unary::divide, {{3, inf, inf}, {-3, -inf, inf}, {0, nan, inf}, {inf, inf, inf}}, 0);
  expect(Unary::divide, {{3, 0, 0}, {0, 0, 0}, {inf, nan, 0}}, inf);
  expect(Unary::exp, {{inf, inf, inf},
                      {-inf, 0, 0},
                      {nan, nan, nan},
                      {1000, inf, inf},
                      {-1000, 0, 0},
                      {80, std::exp(80), std::exp(80)}});
  expect(Unary::log, {{0, -inf, inf}, {-0.0, -inf, -inf}, {-4, nan, -0.25}, {inf, inf, 0}, {nan, nan, nan}});
  expect(Unary::log1p, {{-1, -inf, inf}, {-5, nan, -0.25}, {inf, inf, 0}, {nan, nan, nan}});
  expect(Unary::sqrt, {{-1, nan, nan}, {inf, inf, 0}, {0, 0, inf}, {-0.0, 0, -inf}, {nan, nan, nan}});
  expect(Unary::abs, {{inf, inf, 1}, {-inf, inf, -1}, {nan, nan, 0}, {-0.0, 0, 0}});
  expect(Unary::sign, {{inf, 1, 0}, {-inf, -1, 0}, {nan, 0, 0}});
  expect(Unary::sin, {{inf, nan, nan}, {-inf, nan, nan}, {nan, nan, nan}});
  expect(Unary::cos, {{inf, nan, nan}, {-inf, nan, nan}, {nan, nan, nan}});
  expect(Unary::tanh, {{inf, 1, 0}, {-inf, -1, 0}, {nan, nan, nan}, {1000, 1, 0}, {-1000, -1, 0}, {1e-6, 1e-6, 1}});
  expect(Unary::sigmoid, {{inf, 1, 0}, {-inf, 0, 0}, {nan, nan, nan}, {huge, 1, 0}, {-huge, 0, 0}});
  expect(Unary::erf, {{inf, 1, 0}, {-inf, -1, 0}, {nan, nan, nan}, {huge, 1, 0}});
  expect(Unary::relu, {{inf, inf, 1}, {-inf, 0, 0}, {nan, nan, 1}, {-0.0, 0, 0}});
  expect(Unary::leaky_relu, {{inf, inf, 1}, {-inf, -inf, 0.25}, {nan, nan, 0.25}}, 0.25);
  expect(Unary::elu, {{inf, inf, 1}, {-inf, -2, 0}, {nan, nan, nan}, {huge, huge, 1}}, 2);
  expect(Unary::clamp, {{inf, 3, 0}, {-inf, -2, 0}, {nan, nan, 0}, {-2, -2, 0}, {3, 3, 0}}, -2, 3);
  expect(Unary::clamp, {{0, -2, 0}, {5, -2, 0}}, 3, -2);  // the upper bound wins
  expect(Unary::softplus, {{inf, inf, 1}, {-inf, 0, 0}, {nan, nan, nan}, {huge, huge, 1}, {-104, 0, 0}});
  expect(Unary::silu, {{inf, inf, nan}, {-inf, nan, nan}, {nan, nan, nan}, {huge, huge, 1}, {-huge, 0, 0}});
  expect(Unary::gelu,
         {{inf, inf, nan}, {-inf, nan, nan}, {nan, nan, nan}, {100, 100, 1}, {-100, 0, 0}, {1e15, 1e15, 1}});
  expect(Unary::gelu_erf, {{inf, nan, nan}, {-inf, nan, nan}, {nan, nan, nan}, {huge, huge, 1}, {-huge, 0, 0}});
  expect(Unary::power, {{inf, inf, inf}, {-inf, inf, -inf}, {nan, nan, nan}}, 2);
  expect(Unary::power, {{inf, inf, inf}, {nan, nan, nan}, {-1, nan, nan}, {0, 0, 0}}, 1.5);
  expect(Unary::power, {{0, 0, inf}, {-inf, nan, nan}}, 0.5);  // as sqrt, not as pow(-inf, 0.5) = inf
  expect(Unary::power, {{0, inf, -inf}, {inf, 0, 0}}, -1);
}

#ifndef DIKKAT_DOUBLE
// x^2 is infinite in float: PyTorch has no slope of gelu there.
TEST_P(KernelElementwiseValues, GeluOfHugeNumbers) {
  expect_points(*table, Unary::gelu, {{1e38, real(1e38), not_a_number}, {-1e38, 0, not_a_number}});
}
#endif

}  // namespace
}  // namespace dikkat::test
