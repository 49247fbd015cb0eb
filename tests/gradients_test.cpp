// Every operation's analytic gradients against central differences. Built with Real = double on the reference table.
#include "tests/operation_runs.h"

namespace dikkat::test {
namespace {

static_assert(sizeof(Real) == sizeof(double), "differences need the double build");

// The derivative of the loss by one element of a leaf. A central difference with step h errs by O(h^2); two of them
// combined so that this term cancels (Richardson's extrapolation) err by O(h^4). With h = 2^-9 that is about 1e-13 of
// the fifth derivative, as small as the rounding of the loss makes it: 1e-16 / h.
double difference_quotient(Real& element, const std::function<double()>& loss) {
  const Real before = element;
  const auto central = [&](double h) {
    element = before + h;
    const double up = loss();
    element = before - h;
    const double down = loss();
    element = before;
    return (up - down) / (2 * h);
  };
  const double h = 1.0 / 512;
  return (4 * central(h / 2) - central(h)) / 3;
}

// The largest error of a leaf's gradient, relative to the largest gradient. Where all of them are 0, the difference
// quotients are pure rounding, some 1e-13: gradients below 1e-5 count as that much.
void expect_gradients(const Operation& row, const Function& function, const std::vector<Operand>& operands) {
  const Arrays results = result_and_gradients(row, function, operands);
  const NoGrad measuring;
  const auto loss = [&] { return static_cast<double>(loss_of(row, run(function, operands)).item()); };
  for (size_t i = 0; i < operands.size(); ++i) {
    if (!gets_gradient(row, i)) continue;
    const Array& analytic = results[i + 1];
    const bool none = !operands[i].leaf.has_grad();  // as for `less`: then it must not be missed
    double largest = 1e-5, error = 0;
    for (size_t j = 0; j < operands[i].leaf.values().size(); ++j) {
      const double ours = none ? 0 : analytic.numbers[j];
      const double numeric = difference_quotient(operands[i].leaf.values()[j], loss);
      largest = std::max({largest, std::abs(ours), std::abs(numeric)});
      error = std::max(error, std::abs(ours - numeric));
      ASSERT_FALSE(std::isnan(ours)) << "operand " << i << ", element " << j;
    }
    EXPECT_LT(error / largest, 1e-7) << "operand " << i;
  }
}

class Gradients : public testing::TestWithParam<Operation> {};

TEST_P(Gradients, AgreeWithDifferences) {
  const Operation& row = GetParam();
  in_every_way(row, [&](const std::vector<Operand>& operands) { expect_gradients(row, row.run, operands); });
}

// In double the limit is 1e9 times closer than in float.
TEST_P(Gradients, ValuesInDouble) {
  expect_values(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Operations, Gradients, testing::ValuesIn(operations()),
                         [](const auto& info) { return test_name(info.param); });

// A wrong rule must be seen: the rule of the square with a factor of 2.000001.
struct WrongSquare : Op {
  explicit WrongSquare(Tensor x) : Op("wrong square", {x}) {}
  void backward(Node& out) override {
    Tensor& x = inputs[0];
    const std::span<Real> values = x.values();
    for (size_t i = 0; i < values.size(); ++i) x.grad_sum()[i] += 2.000001 * values[i] * out.grad_address()[i];
  }
};

TEST(GradientCheck, SeesAWrongRule) {
  const auto error_of = [](const Function& function) {
    Operation row{.name = "square", .declaration = "", .run = function, .shapes = {}, .expected = nullptr};
    const std::vector<Operand> operands = make_operands(row, "(3)", Seen::fresh);
    const Arrays results = result_and_gradients(row, function, operands);
    const NoGrad measuring;
    const auto loss = [&] { return static_cast<double>(loss_of(row, run(function, operands)).item()); };
    return std::abs(difference_quotient(operands[0].leaf.values()[0], loss) / results[1].numbers[0] - 1);
  };
  EXPECT_LT(error_of([](const Inputs& x) { return x[0] * x[0]; }), 1e-9);
  EXPECT_GT(error_of([](const Inputs& x) {
              return record(tensor({x[0].values()[0] * x[0].values()[0], 0, 0}), std::make_unique<WrongSquare>(x[0]),
                            x[0].where);
            }),
            4e-7);
}

}  // namespace
}  // namespace dikkat::test
