// The fast root mean square normalisation, made like the layer normalisation: whole vectors, a row read from memory
// once, and backward in chunks of rows whose size does not depend on the threads, their shares of dweight added in
// order.
#include "kernels/memory.h"
#include "kernels/parallel.h"
#include "kernels/pieces.h"
#include "kernels/simd.h"
#include "kernels/variants.h"

namespace dikkat::cpu {
namespace {

using namespace simd;

void normalise_row(const RmsNormArgs& args, int64_t row) {
  const int64_t cols = args.cols;
  const float* x = args.x + row * cols;
  float* y = args.y + row * cols;

  Lanes squares = {};
  for (int64_t i = 0; i < cols; i += lanes) {
    const Lanes value = load_up_to(x + i, up_to_lanes(cols - i));
    squares = multiply_add(value, value, squares);
  }
  const float rstd = 1 / __builtin_sqrtf(simd::sum(squares) / static_cast<float>(cols) + args.eps);
  for (int64_t i = 0; i < cols; i += lanes) {
    const int64_t count = up_to_lanes(cols - i);
    store_up_to(y + i, load_up_to(x + i, count) * splat(rstd) * load_up_to(args.weight + i, count), count);
  }
  args.rstd[row] = rstd;
}

// dx of one row; adds the row's share to dweight, which is never null here.
void normalise_row_backward(const RmsNormBackwardArgs& args, int64_t row, float* dweight) {
  const int64_t cols = args.cols;
  const float* x = args.x + row * cols;
  const float* dy = args.dy + row * cols;
  const Lanes rstd = splat(args.rstd[row]);

  Lanes sum_gh = {};
  for (int64_t i = 0; i < cols; i += lanes) {
    const int64_t count = up_to_lanes(cols - i);
    const Lanes dh = load_up_to(dy + i, count) * (load_up_to(x + i, count) * rstd);  // 0 behind the end
    sum_gh = multiply_add(dh, load_up_to(args.weight + i, count), sum_gh);
    store_up_to(dweight + i, load_up_to(dweight + i, count) + dh, count);
  }
  if (!args.dx) return;
  const Lanes mean_gh = splat(simd::sum(sum_gh) / static_cast<float>(cols));
  float* dx = args.dx + row * cols;
  for (int64_t i = 0; i < cols; i += lanes) {
    const int64_t count = up_to_lanes(cols - i);
    const Lanes h = load_up_to(x + i, count) * rstd;
    const Lanes g = load_up_to(dy + i, count) * load_up_to(args.weight + i, count);
    store_up_to(dx + i, multiply_add(rstd, g - h * mean_gh, load_up_to(dx + i, count)), count);
  }
}

}  // namespace

void rms_norm(const RmsNormArgs& args) {
  parallel_ranges(args.rows, rows_per_piece(args.cols), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) normalise_row(args, row);
  });
}

void rms_norm_backward(const RmsNormBackwardArgs& args) {
  const int64_t cols = args.cols;
  const int64_t rows = rows_per_piece(cols) > 64 ? rows_per_piece(cols) : 64;
  const int64_t chunks = (args.rows + rows - 1) / rows;
  const Buffer scratch(chunks * cols * static_cast<int64_t>(sizeof(float)), Category::workspace);
  float* shares = static_cast<float*>(scratch.address());
  parallel_ranges(args.rows, rows, [&](int64_t begin, int64_t end) {
    float* dweight = shares + begin / rows * cols;
    for (int64_t i = 0; i < cols; ++i) dweight[i] = 0;
    for (int64_t row = begin; row < end; ++row) normalise_row_backward(args, row, dweight);
  });
  for (int64_t i = 0; args.dweight && i < cols; i += lanes) {
    const int64_t count = up_to_lanes(cols - i);
    Lanes total = {};
    for (int64_t chunk = 0; chunk < chunks; ++chunk) total += load_up_to(shares + chunk * cols + i, count);
    store_up_to(args.dweight + i, load_up_to(args.dweight + i, count) + total, count);
  }
}

void add_rms_norm(KernelTable& table) {
  table.rms_norm = rms_norm;
  table.rms_norm_backward = rms_norm_backward;
}

}  // namespace dikkat::cpu
