// The fast layer normalisation. Whole vectors at a time; a row is read from memory once and stays in the first cache
// for its three passes. Backward takes the rows in chunks of a size that does not depend on the threads: each chunk
// sums its share of dweight and dbias by itself, and the shares are added in order.
// Measured on one AVX-512 core, 2048 rows of 128: forward 0.09 ms (24 GB/s), backward 0.10 ms (41 GB/s).
#include "kernels/memory.h"
#include "kernels/parallel.h"
#include "kernels/pieces.h"
#include "kernels/simd.h"
#include "kernels/variants.h"

namespace dikkat::cpu {
namespace {

using namespace simd;

void normalise_row(const LayerNormArgs& args, int64_t row) {
  const int64_t cols = args.cols;
  const float* x = args.x + row * cols;
  float* y = args.y + row * cols;

  Lanes total = {};
  for (int64_t i = 0; i < cols; i += lanes) total += load_up_to(x + i, up_to_lanes(cols - i));
  const float mean = simd::sum(total) / static_cast<float>(cols);

  const Lanes means = splat(mean);
  Lanes squares = {};
  for (int64_t i = 0; i < cols; i += lanes) {
    const int64_t count = up_to_lanes(cols - i);
    Lanes away = load_up_to(x + i, count) - means;
    if (count < lanes) away = select(first_lanes(count), away, Lanes{});
    squares = multiply_add(away, away, squares);
  }
  const float rstd = 1 / __builtin_sqrtf(simd::sum(squares) / static_cast<float>(cols) + args.eps);

  const Lanes rstds = splat(rstd);
  for (int64_t i = 0; i < cols; i += lanes) {
    const int64_t count = up_to_lanes(cols - i);
    const Lanes h = (load_up_to(x + i, count) - means) * rstds;
    const Lanes bias = args.bias ? load_up_to(args.bias + i, count) : Lanes{};
    store_up_to(y + i, multiply_add(h, load_up_to(args.weight + i, count), bias), count);
  }
  args.mean[row] = mean;
  args.rstd[row] = rstd;
}

// dx of one row; adds the row's share to dweight and dbias, which are never null here.
void normalise_row_backward(const LayerNormBackwardArgs& args, int64_t row, float* dweight, float* dbias) {
  const int64_t cols = args.cols;
  const float* x = args.x + row * cols;
  const float* dy = args.dy + row * cols;
  const Lanes mean = splat(args.mean[row]), rstd = splat(args.rstd[row]);

  Lanes sum_g = {}, sum_gh = {};
  for (int64_t i = 0; i < cols; i += lanes) {
    const int64_t count = up_to_lanes(cols - i);
    const Lanes h = (load_up_to(x + i, count) - mean) * rstd, d = load_up_to(dy + i, count);
    const Lanes g = d * load_up_to(args.weight + i, count);  // 0 behind the end
    sum_g += g;
    sum_gh = multiply_add(g, h, sum_gh);
    store_up_to(dweight + i, multiply_add(d, h, load_up_to(dweight + i, count)), count);
    store_up_to(dbias + i, load_up_to(dbias + i, count) + d, count);
  }
  if (!args.dx) return;
  const Lanes mean_g = splat(simd::sum(sum_g) / static_cast<float>(cols));
  const Lanes mean_gh = splat(simd::sum(sum_gh) / static_cast<float>(cols));
  float* dx = args.dx + row * cols;
  for (int64_t i = 0; i < cols; i += lanes) {
    const int64_t count = up_to_lanes(cols - i);
    const Lanes h = (load_up_to(x + i, count) - mean) * rstd;
    const Lanes g = load_up_to(dy + i, count) * load_up_to(args.weight + i, count);
    store_up_to(dx + i, multiply_add(rstd, g - mean_g - h * mean_gh, load_up_to(dx + i, count)), count);
  }
}

// target += the sum of the chunks' shares, in order; one share every `step` numbers.
void add_shares(float* target, const float* shares, int64_t step, int64_t chunks, int64_t cols) {
  if (!target) return;
  for (int64_t i = 0; i < cols; i += lanes) {
    const int64_t count = up_to_lanes(cols - i);
    Lanes total = {};
    for (int64_t chunk = 0; chunk < chunks; ++chunk) total += load_up_to(shares + chunk * step + i, count);
    store_up_to(target + i, load_up_to(target + i, count) + total, count);
  }
}

}  // namespace

void layer_norm(const LayerNormArgs& args) {
  parallel_ranges(args.rows, rows_per_piece(args.cols), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) normalise_row(args, row);
  });
}

void layer_norm_backward(const LayerNormBackwardArgs& args) {
  const int64_t cols = args.cols;
  const int64_t rows = rows_per_piece(cols) > 64 ? rows_per_piece(cols) : 64;
  const int64_t chunks = (args.rows + rows - 1) / rows;
  const Buffer scratch(chunks * 2 * cols * static_cast<int64_t>(sizeof(float)), Category::workspace);
  float* shares = static_cast<float*>(scratch.address());
  parallel_ranges(args.rows, rows, [&](int64_t begin, int64_t end) {
    float* dweight = shares + begin / rows * 2 * cols;
    float* dbias = dweight + cols;
    for (int64_t i = 0; i < 2 * cols; ++i) dweight[i] = 0;
    for (int64_t row = begin; row < end; ++row) normalise_row_backward(args, row, dweight, dbias);
  });
  add_shares(args.dweight, shares, 2 * cols, chunks, cols);
  add_shares(args.dbias, shares + cols, 2 * cols, chunks, cols);
}

void add_layer_norm(KernelTable& table) {
  table.layer_norm = layer_norm;
  table.layer_norm_backward = layer_norm_backward;
}

}  // namespace dikkat::cpu
