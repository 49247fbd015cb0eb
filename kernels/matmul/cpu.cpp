// The fast f32 product  c (m,n) = a (m,k) b (k,n).
//
//            b:     chunk of 512 columns                         - tile: 14 rows x 32 columns of c in registers
//               +------+------+------+-- ... -+                    (AVX2: 6 x 16), while one strip and one panel pass
//     block of  |panel |panel |      |        |  packed: each    - strip: 14 rows of a, 384 steps of k: 21 KiB, in the
//     384 steps |384x32|      |      |        |  panel is read     first cache while all panels of the chunk pass
//        of k   |      |      |      |        |  from end to end - panels: 48 KiB each, 768 KiB a chunk, in the second
//               +------+------+------+-- ... -+                    cache while all strips pass
//      384      +------+------+------+-- ... -+                  - items: strips that a thread takes at once; it takes
//   +--------+  | tile |  ->  |  ->  |        |                    its own first, then other threads'
//   | strip  |  +------+------+------+-- ... -+
//   +--------+  |      |                         for each chunk of b's columns, for each block of k:
//   | strip  |  |  c   |                           pack the panels; then for each strip: (pack it,) for each panel:
//   +--------+  +------+                             c's tile += strip x panel
//       a
//
// Why: a number of b that has come from the second cache serves 14 rows, one of a that has come from memory serves 512
// columns, and one of c is read and written once in 384 multiplications. Strides and transposes cost no more than a
// copy; rows of a that lie along k are not even copied. While a tile multiplies, it asks for the memory that the next
// ones need (ahead.h). Each thread packs panels of its own: reading the other's would cost as much as packing.
//
// Measured with `tests/bench matmul` on two virtual cores with AVX-512, two threads, as shares of the multipliers' pace
// without any memory, measured right before each product; the limit with loads from the first cache is 85 to 89 %
// (tile.h). Rows 2304 = 12 texts of 192 tokens, layers of a GPT of width 384 and their two backward products:
//
//   layer            x w^T   dy w   dy^T x         squares
//   384 -> 384         88     87      76           512    87
//   384 -> 1152        91     87      81           1024   85
//   384 -> 1536        88     86      83           2048   88
//   1536 -> 384        91     87      83
//   384 -> 50257       87     86      81           geometric mean 85.7 %
//
// An element of c sums its terms in the order of k, in blocks of at most tile::depth (a few rows: in lanes or groups of
// eight). Which of these it is depends on sizes and steps alone: the bits do not depend on the number of threads.
#include "kernels/matmul/bf16.h"
#include "kernels/matmul/blocked.h"
#include "kernels/matmul/few_rows_product.h"
#include "kernels/variants.h"

namespace dikkat::cpu {
namespace {

// Up to so many rows b is read as it lies, once for every eight of them. (4096 x 4096, 16 rows: 132 to 154 GFLOP/s, and
// 108 to 111 with copies of b; with 32 rows they are equal.)
constexpr int64_t most_few_rows = 3 * few::max_rows;

bool is_few_rows(const Product& x) {
  return x.m <= most_few_rows && (x.b_column == 1 || (x.b_row == 1 && x.a.column == 1));
}

inline float number_at(const float* from) {
  return *from;
}
template <class Number>
float number_at(const Number* from) {
  return simd::load_some(from, 1)[0];
}

// Matrices of a few numbers are done before anything could be packed.
void multiply_tiny(const Product& x) {
  with_right(x, [&](const auto& right) {
    for (int64_t i = 0; i < x.m; ++i) {
      for (int64_t j = 0; j < x.n; ++j) {
        const float* a = x.a.at(i, 0);
        const auto* b = right.at(0, j);
        float sum = x.bias ? x.bias[j] : 0.0f;
        for (int64_t p = 0; p < x.k; ++p) sum += a[p * x.a.column] * number_at(b + p * x.b_row);
        const int64_t at = i * x.c_row + j * x.c_column;
        if (x.accumulate) sum += x.c[at];
        x.c[at] = sum;
      }
    }
  });
}

}  // namespace

void matmul(const MatmulArgs& args) {
  const int64_t batches = args.outer * args.inner;
  if (args.m <= 0 || args.n <= 0 || batches <= 0) return;
  const Product first = product_of(args, 0);
  const double work = 1.0 * first.m * first.n * first.k;
  const bool tiny = work <= 256;
  if (!tiny && is_few_rows(first)) {
    few::few_rows_product(args, first);
  } else if (args.precision != Precision::f32) {
    bf16_product(args);
  } else if (tiny) {
    parallel_ranges(batches, 512, [&](int64_t begin, int64_t end) {
      for (int64_t batch = begin; batch < end; ++batch) multiply_tiny(product_of(args, batch));
    });
  } else {
    // Below a million multiplications (about ten microseconds) one thread is as fast as two.
    blocked_product(args, first, work * batches < 1e6 ? 1 : threads());
  }
}

void add_matmul(KernelTable& table) {
  table.matmul = matmul;
}

}  // namespace dikkat::cpu
