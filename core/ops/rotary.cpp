// Rotary position embedding (Su et al., "RoFormer", 2021): each pair of numbers of a head is turned by an angle that
// grows with its place in the text, so that q . k depends on how far apart they stand.
#include "core/ops/heads.h"

namespace dikkat {

namespace {

RotaryArgs rotary_args(const Shape& shape, const Tensor& cos, const Tensor& sin, bool interleaved) {
  return {.cos = cos.address(),
          .sin = sin.address(),
          .batch = shape[0],
          .time = shape[1],
          .heads = shape[2],
          .size = shape[3],
          .angle_batch = cos.rank() == 3 ? shape[1] * (shape[3] / 2) : 0,
          .interleaved = interleaved};
}

void set_x(RotaryArgs& args, const Real* x, const Strides& strides) {
  args.x = x;
  args.x_batch = strides[0];
  args.x_time = strides[1];
  args.x_head = strides[2];
}

void set_y(RotaryArgs& args, Real* y, const Strides& strides) {
  args.y = y;
  args.y_batch = strides[0];
  args.y_time = strides[1];
  args.y_head = strides[2];
}

void check(const In& x, const In& cos, const In& sin) {
  require(x.rank() == 4 && x.size(3) >= 2 && x.size(3) % 2 == 0, x.where,
          "rotary: needs (batch, time, heads, head size) with an even head size, got ", x.shape());
  const Shape for_all{x.size(1), x.size(3) / 2}, for_each{x.size(0), x.size(1), x.size(3) / 2};
  require(cos.shape() == sin.shape() && (cos.shape() == for_all || cos.shape() == for_each), x.where,
          "rotary: ", x.shape(), " needs cos and sin of ", for_all, " or ", for_each, ", got ", cos.shape(), " and ",
          sin.shape());
}

}  // namespace

namespace op {

// y = x, its pairs turned by the angles.      dx = dy, turned back
struct Rotary : Op {
  Rotary(Tensor x, Tensor cos, Tensor sin, bool interleaved) : Op("rotary", {x, cos, sin}), interleaved(interleaved) {}
  void backward(Node& out) override {
    Tensor &x = inputs[0], &cos = inputs[1], &sin = inputs[2];
    RotaryArgs args = rotary_args(x.shape(), cos, sin, interleaved);
    set_x(args, out.grad_address(), out.gradient_layout.strides);
    set_y(args, x.grad_sum(), x.grad_strides());
    args.inverse = true;
    args.accumulate = true;
    kernels().rotary(args);
  }
  bool interleaved;
};

}  // namespace op

Tensor rotary(In x, In cos, In sin, bool interleaved) {
  check(x, cos, sin);
  if (grad_enabled() && (cos.requires_grad() || sin.requires_grad())) return rotary_plain(x, cos, sin, interleaved);
  x = heads_in_order(x);
  cos = in_order(cos);
  sin = in_order(sin);
  Tensor out = empty(x.shape());
  RotaryArgs args = rotary_args(x.shape(), cos, sin, interleaved);
  set_x(args, x.address(), x.strides());
  set_y(args, out.address(), out.strides());
  kernels().rotary(args);
  return record(out, std::make_unique<op::Rotary>(x, cos, sin, interleaved), x.where);
}

Tensor rotary_plain(In x, In cos, In sin, bool interleaved) {
  check(x, cos, sin);
  const Here here(x);
  const int64_t size = x.size(3);
  const In c = here(unsqueeze(here(cos), -2)), s = here(unsqueeze(here(sin), -2));  // (T,1,D/2): for every head
  const In first = here(interleaved ? slice(x, 3, 0, size, 2) : slice(x, 3, 0, size / 2));
  const In second = here(interleaved ? slice(x, 3, 1, size, 2) : slice(x, 3, size / 2, size));
  const In y0 = here(here(first * c) - here(second * s)), y1 = here(here(first * s) + here(second * c));
  if (!interleaved) return cat({y0, y1}, 3);
  return reshape(here(stack({y0, y1}, 4)), x.shape().sizes());  // (B,T,H,D/2,2) -> (B,T,H,D)
}

}  // namespace dikkat
