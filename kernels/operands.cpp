// What each kernel touches: addresses, how far they reach, and whether they are read, written or added to.
#include <initializer_list>

#include "kernels/kernels.h"

namespace dikkat {
namespace {

// Adds one operand. Nobody touches a null address or an empty operand, so these are left out.
template <class Element>
void add(Operands& operands, const char* name, const Element* address, int64_t count, Use use, bool is_real) {
  if (!address || count == 0) return;
  void* writable = const_cast<void*>(static_cast<const void*>(address));
  operands.list.push_back({name, writable, count * static_cast<int64_t>(sizeof(Element)), use, is_real});
}

// One dimension of a strided operand: so many elements, so far apart.
struct Dimension {
  int64_t size, step;
};

// Elements from the first to the last one touched.
int64_t extent(std::initializer_list<Dimension> dimensions) {
  int64_t last = 0;
  for (const Dimension& dimension : dimensions) {
    if (dimension.size == 0) return 0;
    last += (dimension.size - 1) * dimension.step;
  }
  return last + 1;
}

int64_t extent(int rank, const int64_t* shape, const int64_t* steps) {
  int64_t last = 0;
  for (int d = 0; d < rank; ++d) {
    if (shape[d] == 0) return 0;
    last += (shape[d] - 1) * steps[d];
  }
  return last + 1;
}

int64_t element_count(int rank, const int64_t* shape) {
  int64_t count = 1;
  for (int d = 0; d < rank; ++d) count *= shape[d];
  return count;
}

void add_shape(Operands& operands, int rank, const int64_t* shape) {
  constexpr const char* names[max_rank] = {"dim 0", "dim 1", "dim 2", "dim 3", "dim 4", "dim 5", "dim 6", "dim 7"};
  for (int d = 0; d < rank; ++d) operands.size(names[d], shape[d]);
}

// The sizes and the work of attention. A causal query sees half of the keys on average.
template <class Args>
void add_attention_sizes(Operands& operands, const Args& args) {
  operands.size("batch", args.batch);
  operands.size("heads", args.heads);
  operands.size("queries", args.queries);
  operands.size("keys", args.keys);
  operands.size("head_size", args.head_size);
  const double products = 4.0 * args.batch * args.heads * args.queries * args.keys * args.head_size;
  operands.flops = args.causal ? products / 2 : products;
}

template <class Args>
int64_t head_extent(const Args& args, const HeadSteps& steps, int64_t times) {
  return extent({{args.batch, steps.batch}, {times, steps.time}, {args.heads, steps.head}, {args.head_size, 1}});
}

}  // namespace

void Operands::read(const char* name, const Real* address, int64_t count) {
  add(*this, name, address, count, Use::read, true);
}
void Operands::read(const char* name, const int32_t* address, int64_t count) {
  add(*this, name, address, count, Use::read, false);
}
void Operands::write(const char* name, Real* address, int64_t count) {
  add(*this, name, address, count, Use::write, true);
}
void Operands::write(const char* name, int32_t* address, int64_t count) {
  add(*this, name, address, count, Use::write, false);
}
void Operands::update(const char* name, Real* address, int64_t count) {
  add(*this, name, address, count, Use::update, true);
}

void MatmulArgs::operands(Operands& list) const {
  const auto reach = [&](int64_t rows, int64_t columns, const Steps& steps) {
    return extent({{outer, steps.outer}, {inner, steps.inner}, {rows, steps.row}, {columns, steps.column}});
  };
  list.read("a", a, reach(m, k, a_steps));
  list.read("b", b, reach(k, n, b_steps));
  list.read("bias", bias, n);
  if (accumulate) {
    list.update("c", c, reach(m, n, c_steps));
  } else {
    list.write("c", c, reach(m, n, c_steps));
  }
  list.size("m", m);
  list.size("n", n);
  list.size("k", k);
  list.size("outer", outer);
  list.size("inner", inner);
  list.flops = 2.0 * m * n * k * outer * inner;
}

void SoftmaxArgs::operands(Operands& list) const {
  list.read("x", x, rows * cols);
  list.write("p", p, rows * cols);
  list.size("rows", rows);
  list.size("cols", cols);
  list.flops = 4.0 * rows * cols;
}

void SoftmaxBackwardArgs::operands(Operands& list) const {
  list.read("p", p, rows * cols);
  list.read("dp", dp, rows * cols);
  list.update("dx", dx, rows * cols);
  list.size("rows", rows);
  list.size("cols", cols);
  list.flops = 5.0 * rows * cols;
}

void LayerNormArgs::operands(Operands& list) const {
  list.read("x", x, rows * cols);
  list.read("weight", weight, cols);
  list.read("bias", bias, cols);
  list.write("y", y, rows * cols);
  list.write("mean", mean, rows);
  list.write("rstd", rstd, rows);
  list.size("rows", rows);
  list.size("cols", cols);
  list.flops = 8.0 * rows * cols;
}

void LayerNormBackwardArgs::operands(Operands& list) const {
  list.read("x", x, rows * cols);
  list.read("weight", weight, cols);
  list.read("mean", mean, rows);
  list.read("rstd", rstd, rows);
  list.read("dy", dy, rows * cols);
  list.update("dx", dx, rows * cols);
  list.update("dweight", dweight, cols);
  list.update("dbias", dbias, cols);
  list.size("rows", rows);
  list.size("cols", cols);
  list.flops = 14.0 * rows * cols;
}

void AttentionArgs::operands(Operands& list) const {
  list.read("q", q, head_extent(*this, q_steps, queries));
  list.read("k", k, head_extent(*this, k_steps, keys));
  list.read("v", v, head_extent(*this, v_steps, keys));
  list.write("out", out, head_extent(*this, out_steps, queries));
  list.write("log_sum_exp", log_sum_exp, batch * heads * queries);
  add_attention_sizes(list, *this);
}

void AttentionBackwardArgs::operands(Operands& list) const {
  list.read("q", q, head_extent(*this, q_steps, queries));
  list.read("k", k, head_extent(*this, k_steps, keys));
  list.read("v", v, head_extent(*this, v_steps, keys));
  list.read("out", out, head_extent(*this, out_steps, queries));
  list.read("log_sum_exp", log_sum_exp, batch * heads * queries);
  list.read("dout", dout, head_extent(*this, dout_steps, queries));
  list.update("dq", dq, head_extent(*this, dq_steps, queries));
  list.update("dk", dk, head_extent(*this, dk_steps, keys));
  list.update("dv", dv, head_extent(*this, dv_steps, keys));
  add_attention_sizes(list, *this);
  list.flops *= 2.5;  // five products of matrices where forward has two
}

void CrossEntropyArgs::operands(Operands& list) const {
  list.read("logits", logits, rows * cols);
  list.read("targets", targets, rows);
  list.write("row_loss", row_loss, rows);
  list.write("log_sum_exp", log_sum_exp, rows);
  list.write("loss", loss, 1);
  list.write("count", count, 1);
  list.size("rows", rows);
  list.size("cols", cols);
  list.flops = 4.0 * rows * cols;
}

void CrossEntropyBackwardArgs::operands(Operands& list) const {
  list.read("logits", logits, rows * cols);
  list.read("targets", targets, rows);
  list.read("log_sum_exp", log_sum_exp, rows);
  list.read("count", count, 1);
  list.read("dloss", dloss, 1);
  list.update("dlogits", dlogits, rows * cols);
  list.size("rows", rows);
  list.size("cols", cols);
  list.flops = 4.0 * rows * cols;
}

void EmbeddingArgs::operands(Operands& list) const {
  list.read("weight", weight, vocabulary * cols);
  list.read("ids", ids, rows);
  list.write("y", y, rows * cols);
  list.size("rows", rows);
  list.size("cols", cols);
  list.size("vocabulary", vocabulary);
}

void EmbeddingBackwardArgs::operands(Operands& list) const {
  list.read("ids", ids, rows);
  list.read("dy", dy, rows * cols);
  list.update("dweight", dweight, vocabulary * cols);
  list.size("rows", rows);
  list.size("cols", cols);
  list.size("vocabulary", vocabulary);
  list.flops = 1.0 * rows * cols;
}

void UnaryArgs::operands(Operands& list) const {
  list.read("x", x, size);
  list.write("y", y, size);
  list.size("function", static_cast<int>(function));
  list.size("size", size);
  list.flops = 2.0 * size;
}

void UnaryBackwardArgs::operands(Operands& list) const {
  list.read("x", x, size);
  list.read("y", y, size);
  list.read("dy", dy, size);
  list.update("dx", dx, size);
  list.size("function", static_cast<int>(function));
  list.size("size", size);
  list.flops = 4.0 * size;
}

void BinaryArgs::operands(Operands& list) const {
  const int64_t elements = element_count(rank, shape);
  list.read("a", a, extent(rank, shape, a_steps));
  list.read("b", b, extent(rank, shape, b_steps));
  list.write("y", y, elements);
  list.size("function", static_cast<int>(function));
  add_shape(list, rank, shape);
  list.flops = 1.0 * elements;
}

void BinaryBackwardArgs::operands(Operands& list) const {
  const int64_t elements = element_count(rank, shape);
  list.read("a", a, extent(rank, shape, a_steps));
  list.read("b", b, extent(rank, shape, b_steps));
  list.read("dy", dy, elements);
  list.update("da", da, extent(rank, shape, a_steps));
  list.update("db", db, extent(rank, shape, b_steps));
  list.size("function", static_cast<int>(function));
  add_shape(list, rank, shape);
  list.flops = 4.0 * elements;
}

void CopyArgs::operands(Operands& list) const {
  list.read("x", x, extent(rank, shape, x_steps));
  if (accumulate) {
    list.update("y", y, extent(rank, shape, y_steps));
  } else {
    list.write("y", y, extent(rank, shape, y_steps));
  }
  add_shape(list, rank, shape);
  list.flops = accumulate ? 1.0 * element_count(rank, shape) : 0;
}

void SumArgs::operands(Operands& list) const {
  list.read("x", x, outer * count * inner);
  list.write("y", y, outer * inner);
  list.size("outer", outer);
  list.size("count", count);
  list.size("inner", inner);
  list.flops = 1.0 * outer * count * inner;
}

void SumBackwardArgs::operands(Operands& list) const {
  list.read("dy", dy, outer * inner);
  list.update("dx", dx, outer * count * inner);
  list.size("outer", outer);
  list.size("count", count);
  list.size("inner", inner);
  list.flops = 2.0 * outer * count * inner;
}

void CausalMaskArgs::operands(Operands& list) const {
  list.read("x", x, batch * queries * keys);
  list.write("y", y, batch * queries * keys);
  list.size("batch", batch);
  list.size("queries", queries);
  list.size("keys", keys);
}

void CausalMaskBackwardArgs::operands(Operands& list) const {
  list.read("dy", dy, batch * queries * keys);
  list.update("dx", dx, batch * queries * keys);
  list.size("batch", batch);
  list.size("queries", queries);
  list.size("keys", keys);
  list.flops = 1.0 * batch * queries * keys;
}

void FillArgs::operands(Operands& list) const {
  list.write("y", y, size);
  list.size("size", size);
}

void RandomArgs::operands(Operands& list) const {
  list.write("y", y, size);
  list.size("size", size);
  list.flops = 2.0 * size;
}

void SumOfSquaresArgs::operands(Operands& list) const {
  list.read("x", x, size);
  list.update("total", total, 1);
  list.size("size", size);
  list.flops = 2.0 * size;
}

void AdamWArgs::operands(Operands& list) const {
  list.update("weight", weight, size);
  list.read("gradient", gradient, size);
  list.update("m", m, size);
  list.update("v", v, size);
  list.read("squared_norm", squared_norm, 1);
  list.size("size", size);
  list.size("step", step);
  list.flops = 14.0 * size;
}

void SampleArgs::operands(Operands& list) const {
  list.read("logits", logits, rows * cols);
  list.write("ids", ids, rows);
  list.size("rows", rows);
  list.size("cols", cols);
  list.size("top_k", top_k);
  list.flops = 4.0 * rows * cols;
}

}  // namespace dikkat
