#include "core/recompute.h"

#include "core/autograd.h"

namespace dikkat {

namespace {

// The random numbers of an earlier time, while it lives.
class RandomAgain {
 public:
  explicit RandomAgain(const RandomStream& then) : now_(random_state()) { set_random_state(then); }
  ~RandomAgain() { set_random_state(now_); }
  RandomAgain(const RandomAgain&) = delete;
  RandomAgain& operator=(const RandomAgain&) = delete;

 private:
  RandomStream now_;
};

}  // namespace

namespace op {

// y = function(x).      dx and the parameters' gradients: function(x) once more, recorded this time, and back from dy
struct Recompute : Op {
  Recompute(std::function<Tensor(const Tensor&)> function, Tensor x, const RandomStream& random)
      : Op("recompute", {std::move(x)}), function(std::move(function)), random(random) {}
  void backward(Node& out) override {
    const Tensor& x = inputs[0];
    const EnableGrad recording;
    // The same numbers and the same gradient as x, but without the history of x: the inner backward() ends here.
    Tensor start = window(x, x.shape(), x.node().layout, x.node().gradient_layout);
    start.node().requires_grad = x.requires_grad();
    const Tensor again = [&] {
      const RandomAgain same(random);
      return function(start);
    }();
    out.grad_address();
    again.backward(tensor_over(out.gradient->numbers, out.shape, out.gradient_layout));
  }
  std::function<Tensor(const Tensor&)> function;
  RandomStream random;
};

}  // namespace op

Tensor recompute(const std::function<Tensor(const Tensor&)>& function, In x) {
  const RandomStream random = random_state();
  if (!grad_enabled()) return function(x);
  // Recorded, to learn whether a gradient is wanted by x or by a parameter; what was recorded goes at the end.
  const Tensor y = function(x);
  if (!y.requires_grad()) return y;
  Tensor out = tensor_over(y.node().numbers, y.shape(), y.node().layout);
  out.node().requires_grad = true;
  return record(out, std::make_unique<op::Recompute>(function, x, random), x.where);
}

}  // namespace dikkat
