// The catalogue of kernels: what can be computed on raw memory. One Args struct for each kernel, with its formula and
// shapes; every table (reference, cpu, later vulkan) offers the same functions on the same Args.
//
// Conventions. Addresses come from the pool (memory.h). Matrices are row-major and contiguous unless steps are given.
// "update" means += : gradients always accumulate. A null gradient address means that nobody wants it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/random.h"
#include "kernels/real.h"

namespace dikkat {

inline constexpr int max_rank = 8;

// What a kernel touches, told by its Args: the checked and profiled tables, and later the GPU, learn it from here.
enum class Use { read, write, update };
struct Operand {
  const char* name;
  void* address;
  int64_t bytes;  // from the address to the end of the last element touched
  Use use;
  bool is_real;  // Real numbers; otherwise 32-bit token ids
};
struct Operands {
  std::vector<Operand> list;                           // operands with a null address are left out
  std::vector<std::pair<const char*, int64_t>> sizes;  // for messages: "rows 12, cols 64"
  double flops = 0;                                    // multiplications and additions, for the profile

  void read(const char* name, const Real* address, int64_t count);
  void read(const char* name, const int32_t* address, int64_t count);
  void write(const char* name, Real* address, int64_t count);
  void write(const char* name, int32_t* address, int64_t count);
  void update(const char* name, Real* address, int64_t count);
  void size(const char* name, int64_t value) { sizes.push_back({name, value}); }
};

// Distances, in elements, between neighbours of a matrix in a batch of (outer, inner) matrices.
struct Steps {
  int64_t row = 0, column = 1, outer = 0, inner = 0;
};

// c = a b (+ bias), or c += a b (+ bias) with accumulate.   a (m,k)  b (k,n)  c (m,n)  bias (n), in outer*inner
// batches. Any operand may be transposed or strided; the elements of c must be distinct.
struct MatmulArgs {
  const Real* a = nullptr;
  const Real* b = nullptr;
  Real* c = nullptr;
  const Real* bias = nullptr;
  Steps a_steps = {}, b_steps = {}, c_steps = {};
  int64_t m = 0, n = 0, k = 0, outer = 1, inner = 1;
  bool accumulate = false;
  void operands(Operands& list) const;
};

// p = exp(x - max) / sum(exp(x - max)) over each row.   x, p (rows, cols).  A row of -inf alone gives NaN, as in
// PyTorch.
struct SoftmaxArgs {
  const Real* x = nullptr;
  Real* p = nullptr;
  int64_t rows = 0, cols = 0;
  void operands(Operands& list) const;
};

// dx += p * (dp - sum(p * dp)) over each row.
struct SoftmaxBackwardArgs {
  const Real* p = nullptr;
  const Real* dp = nullptr;
  Real* dx = nullptr;
  int64_t rows = 0, cols = 0;
  void operands(Operands& list) const;
};

// y = (x - mean) * rstd * weight + bias over each row; rstd = 1 / sqrt(variance + eps), variance divided by cols.
// x, y (rows, cols)  weight, bias (cols), bias may be null  mean, rstd (rows)
struct LayerNormArgs {
  const Real* x = nullptr;
  const Real* weight = nullptr;
  const Real* bias = nullptr;
  Real* y = nullptr;
  Real* mean = nullptr;
  Real* rstd = nullptr;
  int64_t rows = 0, cols = 0;
  Real eps = 1e-5f;
  void operands(Operands& list) const;
};

// With h = (x - mean) * rstd and g = dy * weight:  dx += rstd * (g - mean(g) - h * mean(g * h)),
// dweight += sum over rows of dy * h,  dbias += sum over rows of dy.  dx, dweight, dbias may each be null.
struct LayerNormBackwardArgs {
  const Real* x = nullptr;
  const Real* weight = nullptr;
  const Real* mean = nullptr;
  const Real* rstd = nullptr;
  const Real* dy = nullptr;
  Real* dx = nullptr;
  Real* dweight = nullptr;
  Real* dbias = nullptr;
  int64_t rows = 0, cols = 0;
  void operands(Operands& list) const;
};

// Distances, in elements, between neighbours of a (B,T,H,D) tensor; the D numbers of a head lie together.
struct HeadSteps {
  int64_t batch = 0, time = 0, head = 0;
};

// out = softmax(q k^T * scale) v for each head, never storing the (T,T) matrix (Dao et al., "FlashAttention", 2022).
// q, out (B,Tq,H,D)  k, v (B,Tk,H,D)  log_sum_exp (B,H,Tq), natural logarithm of each row's sum of exp(score).
// causal: query t sees keys 0 ... t + (Tk - Tq); needs Tk >= Tq.
struct AttentionArgs {
  const Real* q = nullptr;
  const Real* k = nullptr;
  const Real* v = nullptr;
  Real* out = nullptr;
  Real* log_sum_exp = nullptr;
  HeadSteps q_steps = {}, k_steps = {}, v_steps = {}, out_steps = {};
  int64_t batch = 0, heads = 0, queries = 0, keys = 0, head_size = 0;
  Real scale = 1;
  bool causal = true;
  void operands(Operands& list) const;
};

// With p = exp(q k^T * scale - log_sum_exp), dp = dout v^T and ds = p * (dp - rowsum(dout * out)):
// dv += p^T dout,  dq += ds k * scale,  dk += ds^T q * scale.  dq, dk, dv have the steps of q, k, v; each may be null.
struct AttentionBackwardArgs {
  const Real* q = nullptr;
  const Real* k = nullptr;
  const Real* v = nullptr;
  const Real* out = nullptr;
  const Real* log_sum_exp = nullptr;
  const Real* dout = nullptr;
  Real* dq = nullptr;
  Real* dk = nullptr;
  Real* dv = nullptr;
  HeadSteps q_steps = {}, k_steps = {}, v_steps = {}, out_steps = {};
  HeadSteps dout_steps = {}, dq_steps = {}, dk_steps = {}, dv_steps = {};
  int64_t batch = 0, heads = 0, queries = 0, keys = 0, head_size = 0;
  Real scale = 1;
  bool causal = true;
  void operands(Operands& list) const;
};

inline constexpr int32_t ignore_index = -100;  // a target that does not count, as in PyTorch

// row_loss = log(sum(exp(logits))) - logits[target], 0 for an ignored row;  loss = sum(row_loss) / count.
// logits (rows, cols)  targets, row_loss, log_sum_exp (rows)  loss, count (1): count of rows that are not ignored.
struct CrossEntropyArgs {
  const Real* logits = nullptr;
  const int32_t* targets = nullptr;
  Real* row_loss = nullptr;
  Real* log_sum_exp = nullptr;
  Real* loss = nullptr;
  Real* count = nullptr;
  int64_t rows = 0, cols = 0;
  void operands(Operands& list) const;
};

// dlogits += dloss / count * (exp(logits - log_sum_exp) - one_hot(target)) for every row that is not ignored.
struct CrossEntropyBackwardArgs {
  const Real* logits = nullptr;
  const int32_t* targets = nullptr;
  const Real* log_sum_exp = nullptr;
  const Real* count = nullptr;
  const Real* dloss = nullptr;
  Real* dlogits = nullptr;
  int64_t rows = 0, cols = 0;
  void operands(Operands& list) const;
};

// y[row] = weight[ids[row]].   weight (vocabulary, cols)  ids (rows)  y (rows, cols).  Ids were checked by the caller.
struct EmbeddingArgs {
  const Real* weight = nullptr;
  const int32_t* ids = nullptr;
  Real* y = nullptr;
  int64_t rows = 0, cols = 0, vocabulary = 0;
  void operands(Operands& list) const;
};

// dweight[ids[row]] += dy[row], rows in order (a token may occur many times).
struct EmbeddingBackwardArgs {
  const int32_t* ids = nullptr;
  const Real* dy = nullptr;
  Real* dweight = nullptr;
  int64_t rows = 0, cols = 0, vocabulary = 0;
  void operands(Operands& list) const;
};

// y = f(x), element by element.
//   affine: alpha * x + beta     gelu: x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3)))  (Hendrycks & Gimpel, 2016)
enum class Unary { affine, exp, log, sqrt, tanh, relu, gelu };
struct UnaryArgs {
  Unary function = Unary::affine;
  const Real* x = nullptr;
  Real* y = nullptr;
  int64_t size = 0;
  Real alpha = 1, beta = 0;
  void operands(Operands& list) const;
};

// dx += dy * f'(x); y = f(x) is given because some derivatives are shorter in it.
struct UnaryBackwardArgs {
  Unary function = Unary::affine;
  const Real* x = nullptr;
  const Real* y = nullptr;
  const Real* dy = nullptr;
  Real* dx = nullptr;
  int64_t size = 0;
  Real alpha = 1, beta = 0;
  void operands(Operands& list) const;
};

// y = a op b with broadcasting: along a dimension where an operand is repeated its step is 0.   y is contiguous.
enum class Binary { add, subtract, multiply, divide };
struct BinaryArgs {
  Binary function = Binary::add;
  const Real* a = nullptr;
  const Real* b = nullptr;
  Real* y = nullptr;
  int rank = 0;
  int64_t shape[max_rank] = {}, a_steps[max_rank] = {}, b_steps[max_rank] = {};
  void operands(Operands& list) const;
};

// da += dy * dy/da, db += dy * dy/db, summed over the dimensions along which the operand was repeated.
// da and db have the steps of a and b; each may be null. For add and subtract, which do not look at them, a and b may
// be.
struct BinaryBackwardArgs {
  Binary function = Binary::add;
  const Real* a = nullptr;
  const Real* b = nullptr;
  const Real* dy = nullptr;
  Real* da = nullptr;
  Real* db = nullptr;
  int rank = 0;
  int64_t shape[max_rank] = {}, a_steps[max_rank] = {}, b_steps[max_rank] = {};
  void operands(Operands& list) const;
};

// y = x, or y += x with accumulate, between any two strided layouts of one shape. The elements of y must be distinct.
struct CopyArgs {
  const Real* x = nullptr;
  Real* y = nullptr;
  int rank = 0;
  int64_t shape[max_rank] = {}, x_steps[max_rank] = {}, y_steps[max_rank] = {};
  bool accumulate = false;
  void operands(Operands& list) const;
};

// y[o,i] = scale * sum over n of x[o,n,i].   x (outer, count, inner)  y (outer, inner)
struct SumArgs {
  const Real* x = nullptr;
  Real* y = nullptr;
  int64_t outer = 0, count = 0, inner = 0;
  Real scale = 1;
  void operands(Operands& list) const;
};

// dx[o,n,i] += scale * dy[o,i]
struct SumBackwardArgs {
  const Real* dy = nullptr;
  Real* dx = nullptr;
  int64_t outer = 0, count = 0, inner = 0;
  Real scale = 1;
  void operands(Operands& list) const;
};

// y = x where the key may be seen, -inf where it lies in the future (key > query + keys - queries).
// x, y (batch, queries, keys)
struct CausalMaskArgs {
  const Real* x = nullptr;
  Real* y = nullptr;
  int64_t batch = 0, queries = 0, keys = 0;
  void operands(Operands& list) const;
};

// dx += dy where the key may be seen.
struct CausalMaskBackwardArgs {
  const Real* dy = nullptr;
  Real* dx = nullptr;
  int64_t batch = 0, queries = 0, keys = 0;
  void operands(Operands& list) const;
};

// y = value
struct FillArgs {
  Real* y = nullptr;
  int64_t size = 0;
  Real value = 0;
  void operands(Operands& list) const;
};

// uniform: low + (high - low) * u.   normal: mean + deviation * z with the pair (z0, z1) of Box and Muller (1958) made
// of the uniforms of elements 2j and 2j+1:  sqrt(-2 ln(1 - u0)) * (cos, sin)(2 pi u1).   u as in random.h.
enum class Distribution { uniform, normal };
struct RandomArgs {
  Distribution distribution = Distribution::uniform;
  Real* y = nullptr;
  int64_t size = 0;
  Real first = 0, second = 1;  // low and high, or mean and deviation
  RandomStream stream = {};
  void operands(Operands& list) const;
};

// total += sum(x * x); total (1).
struct SumOfSquaresArgs {
  const Real* x = nullptr;
  Real* total = nullptr;
  int64_t size = 0;
  void operands(Operands& list) const;
};

// One step of AdamW (Loshchilov & Hutter, "Decoupled weight decay regularization", 2019), step counted from 1:
//   g = gradient * min(1, max_norm / (sqrt(squared_norm) + 1e-6))      (no clipping where squared_norm is null)
//   m = beta1 m + (1 - beta1) g      v = beta2 v + (1 - beta2) g^2
//   weight = weight * (1 - rate * weight_decay) - rate * (m / (1 - beta1^step)) / (sqrt(v / (1 - beta2^step)) + eps)
struct AdamWArgs {
  Real* weight = nullptr;
  const Real* gradient = nullptr;
  Real* m = nullptr;
  Real* v = nullptr;
  const Real* squared_norm = nullptr;  // (1): of all gradients together
  int64_t size = 0, step = 1;
  double rate = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0.01, max_norm = 1;
  void operands(Operands& list) const;
};

// Draws one id from softmax(logits / temperature) of each row, among the top_k largest (0: among all; the smaller id
// goes first where logits are equal); temperature 0 takes the largest. Row r uses the uniform number of element r.
// logits (rows, cols)  ids (rows)
struct SampleArgs {
  const Real* logits = nullptr;
  int32_t* ids = nullptr;
  int64_t rows = 0, cols = 0, top_k = 0;
  Real temperature = 1;
  RandomStream stream = {};
  void operands(Operands& list) const;
};

// One way to compute: a function for each kernel. See table.h for the tables there are.
struct KernelTable {
  const char* name = nullptr;
  void (*matmul)(const MatmulArgs&) = nullptr;
  void (*softmax)(const SoftmaxArgs&) = nullptr;
  void (*softmax_backward)(const SoftmaxBackwardArgs&) = nullptr;
  void (*layer_norm)(const LayerNormArgs&) = nullptr;
  void (*layer_norm_backward)(const LayerNormBackwardArgs&) = nullptr;
  void (*attention)(const AttentionArgs&) = nullptr;
  void (*attention_backward)(const AttentionBackwardArgs&) = nullptr;
  void (*cross_entropy)(const CrossEntropyArgs&) = nullptr;
  void (*cross_entropy_backward)(const CrossEntropyBackwardArgs&) = nullptr;
  void (*embedding)(const EmbeddingArgs&) = nullptr;
  void (*embedding_backward)(const EmbeddingBackwardArgs&) = nullptr;
  void (*unary)(const UnaryArgs&) = nullptr;
  void (*unary_backward)(const UnaryBackwardArgs&) = nullptr;
  void (*binary)(const BinaryArgs&) = nullptr;
  void (*binary_backward)(const BinaryBackwardArgs&) = nullptr;
  void (*copy)(const CopyArgs&) = nullptr;
  void (*sum)(const SumArgs&) = nullptr;
  void (*sum_backward)(const SumBackwardArgs&) = nullptr;
  void (*causal_mask)(const CausalMaskArgs&) = nullptr;
  void (*causal_mask_backward)(const CausalMaskBackwardArgs&) = nullptr;
  void (*fill)(const FillArgs&) = nullptr;
  void (*random)(const RandomArgs&) = nullptr;
  void (*sum_of_squares)(const SumOfSquaresArgs&) = nullptr;
  void (*adamw)(const AdamWArgs&) = nullptr;
  void (*sample)(const SampleArgs&) = nullptr;
  void (*wait)() = nullptr;  // returns when everything asked for so far has been computed
};

// The table in force.
const KernelTable& kernels();

}  // namespace dikkat
