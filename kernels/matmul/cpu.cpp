// The fast matrix product (see tile.h for its heart). What makes it fast:
//   - tiles of c in registers, two fused multiply-adds of whole vectors per cycle;
//   - b is copied to panels of two vectors' width that are read from end to end, and the strip of a that a row of tiles
//     needs to a few kilobytes of the first cache; so strides and transposes cost no more than the copy;
//   - the copies are cheap: a moves as it lies, and where rows must become columns, blocks are turned in registers;
//   - every thread has its own part of c, packs what it needs and waits for nobody.
//
// Measured on two cores with AVX-512 (best of many runs): 512^3 at 329 GFLOP/s with two threads and 180 with one, the
// products of a small GPT (2048 rows, widths 128 to 512) at 235 to 335; built for AVX2 227 and 115, because a vector is
// half as long; for SSE 20 to 33 on one core, because a quarter as long and nothing is fused. Small batched products
// (64 x 64 x 32) reach 240. A vector times a matrix runs at the pace of memory.
//
// An element of c sums its terms in the order of k, in blocks of tile::depth, however c is cut: the bits do not depend
// on the number of threads.
#include "kernels/matmul/tile.h"
#include "kernels/memory.h"
#include "kernels/parallel.h"
#include "kernels/variants.h"

namespace dikkat::cpu {
namespace {

using namespace simd;
using tile::Matrix;

// How many columns of b are packed at a time: 256 * 1024 numbers are 1 MiB, half of a second cache.
constexpr int64_t panel_columns = 1024;

// How many strips of a are packed at a time. A panel of b meets them all while it is in the first cache; they wait in
// the second (8 * 17 KiB).
constexpr int64_t group_strips = tile::max_strips;

struct Product {
  Matrix a, b;
  float* c;
  int64_t c_row, c_column;
  const float* bias;
  int64_t m, n, k;
  bool accumulate;
};

int64_t smaller(int64_t x, int64_t y) {
  return x < y ? x : y;
}
int64_t pieces(int64_t count, int64_t size) {
  return (count + size - 1) / size;
}
using tile::begin_of;

// a^T and b^T change places where that makes the rows of c contiguous, and where c has a single column.
void swap_roles_if_better(Product& x) {
  const bool better = (x.c_column != 1 && x.c_row == 1) || (x.n == 1 && x.m > 1);
  if (!better || x.bias) return;
  const Matrix a = x.a;
  x.a = {x.b.start, x.b.column, x.b.row};
  x.b = {a.start, a.column, a.row};
  const int64_t m = x.m, row = x.c_row;
  x.m = x.n, x.c_row = x.c_column;
  x.n = m, x.c_column = row;
}

// Matrices of a few numbers are done before anything could be packed.
void multiply_tiny(const Product& x) {
  for (int64_t i = 0; i < x.m; ++i) {
    for (int64_t j = 0; j < x.n; ++j) {
      float sum = x.bias ? x.bias[j] : 0.0f;
      const float* a = x.a.start + i * x.a.row;
      const float* b = x.b.start + j * x.b.column;
      for (int64_t p = 0; p < x.k; ++p) sum += a[p * x.a.column] * b[p * x.b.row];
      float& c = x.c[i * x.c_row + j * x.c_column];
      c = x.accumulate ? c + sum : sum;
    }
  }
}

// One row of c times columns [begin, end), where every number of b is used once and packing would be wasted.
// b lies in rows: eight vectors of c at once, b passes by row after row.
template <int vectors>
void row_times_rows(const Product& x, int64_t begin, int64_t width) {
  Lanes sum[1][vectors] = {};
  const float* b = x.b.start + begin;
  for (int64_t p = 0; p < x.k; ++p) {
    const Lanes left = splat(x.a.start[p * x.a.column]);
    const float* row = b + p * x.b.row;
    if (width == vectors * lanes) {
      for (int v = 0; v < vectors; ++v) sum[0][v] = multiply_add(left, load(row + v * lanes), sum[0][v]);
    } else {
      sum[0][0] = multiply_add(left, load_some(row, width), sum[0][0]);
    }
  }
  tile::store_tile<1, vectors>(sum, {x.c + begin, x.c_row, 1, x.bias ? x.bias + begin : nullptr, x.accumulate}, width);
}

// b is the transpose of rows: dot products, eight at once.
template <int count>
void row_times_columns(const Product& x, int64_t begin) {
  const float* b = x.b.start + begin * x.b.column;
  Lanes sum[count] = {};
  int64_t p = 0;
  for (; p + lanes <= x.k; p += lanes) {
    const Lanes left = load(x.a.start + p);
    for (int j = 0; j < count; ++j) sum[j] = multiply_add(left, load(b + j * x.b.column + p), sum[j]);
  }
  if (p < x.k) {
    const Lanes left = load_some(x.a.start + p, x.k - p);
    for (int j = 0; j < count; ++j) sum[j] = multiply_add(left, load_some(b + j * x.b.column + p, x.k - p), sum[j]);
  }
  for (int j = 0; j < count; ++j) {
    float value = simd::sum(sum[j]);
    if (x.bias) value += x.bias[begin + j];
    float& c = x.c[(begin + j) * x.c_column];
    c = x.accumulate ? c + value : value;
  }
}

bool is_vector_times_matrix(const Product& x) {
  return x.m == 1 && ((x.b.column == 1 && x.c_column == 1) || (x.b.row == 1 && x.a.column == 1));
}

void multiply_vector(const Product& x, int64_t begin, int64_t end) {
  int64_t j = begin;
  if (x.b.column == 1 && x.c_column == 1) {
    for (; j + 8 * lanes <= end; j += 8 * lanes) row_times_rows<8>(x, j, 8 * lanes);
    for (; j < end; j += lanes) row_times_rows<1>(x, j, smaller(lanes, end - j));
  } else {
    for (; j + 8 <= end; j += 8) row_times_columns<8>(x, j);
    for (; j < end; ++j) row_times_columns<1>(x, j);
  }
}

// Rows [first_row, last_row) by columns [first, last) of c. `scratch` holds a group of strips and the panels.
void multiply_block(const Product& x, int64_t first_row, int64_t last_row, int64_t first, int64_t last,
                    float* scratch) {
  float* packed_strips = scratch;
  float* panels = scratch + smaller(pieces(x.m, tile::max_rows), group_strips) * tile::strip_size;
  const int64_t rows = last_row - first_row, groups = pieces(rows, group_strips * tile::max_rows);
  const int64_t blocks = x.k > 0 ? pieces(x.k, tile::depth) : 1;  // with k = 0 the bias is still to be written

  for (int64_t j0 = first; j0 < last; j0 += panel_columns) {
    const int64_t j1 = smaller(j0 + panel_columns, last);
    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t p = block * tile::depth, k = smaller(tile::depth, x.k - p);
      for (int64_t j = j0; j < j1; j += tile::columns) {
        const Matrix b = {x.b.start + p * x.b.row + j * x.b.column, x.b.row, x.b.column};
        tile::pack_panel(b, k, smaller(tile::columns, j1 - j), panels + (j - j0) * k);
      }
      for (int64_t g = 0; g < groups; ++g) {
        const int64_t row = first_row + begin_of(g, rows, groups);
        const int64_t height = first_row + begin_of(g + 1, rows, groups) - row;
        const int64_t strips = pieces(height, tile::max_rows);  // of equal height, so that the last is no stump
        const Matrix a = {x.a.start + row * x.a.row + p * x.a.column, x.a.row, x.a.column};
        const int64_t column_step = tile::pack_strips(a, height, strips, k, packed_strips);
        for (int64_t j = j0; j < j1; j += tile::columns) {
          for (int64_t s = 0; s < strips; ++s) {
            const int64_t i = begin_of(s, height, strips), end = begin_of(s + 1, height, strips);
            const tile::Target to = {x.c + (row + i) * x.c_row + j * x.c_column, x.c_row, x.c_column,
                                     x.bias && block == 0 ? x.bias + j : nullptr, x.accumulate || block > 0};
            tile::multiply(end - i, smaller(tile::columns, j1 - j), k, packed_strips + s * tile::strip_size,
                           column_step, panels + (j - j0) * k, to);
          }
        }
      }
    }
  }
}

// How the rows and columns of c are dealt to `workers`: the cut with the least to pack.
void choose_cut(const Product& x, int64_t workers, int64_t& row_parts, int64_t& column_parts) {
  row_parts = 1, column_parts = 1;
  double least = 1e300;
  for (int64_t r = 1; r <= workers; ++r) {
    if (workers % r != 0) continue;
    const int64_t c = workers / r;
    const double height = static_cast<double>(pieces(pieces(x.m, tile::max_rows), r)) * tile::max_rows;
    const double width = static_cast<double>(pieces(pieces(x.n, tile::columns), c)) * tile::columns;
    const double cost = height * width + 2 * height + 10 * width;  // multiply, pack a, pack b
    if (cost < least) least = cost, row_parts = r, column_parts = c;
  }
}

Product product_of(const MatmulArgs& args, int64_t batch) {
  const int64_t outer = batch / args.inner, inner = batch % args.inner;
  Product x;
  x.a = {args.a + outer * args.a_steps.outer + inner * args.a_steps.inner, args.a_steps.row, args.a_steps.column};
  x.b = {args.b + outer * args.b_steps.outer + inner * args.b_steps.inner, args.b_steps.row, args.b_steps.column};
  x.c = args.c + outer * args.c_steps.outer + inner * args.c_steps.inner;
  x.c_row = args.c_steps.row, x.c_column = args.c_steps.column;
  x.bias = args.bias;
  x.m = args.m, x.n = args.n, x.k = args.k;
  x.accumulate = args.accumulate;
  swap_roles_if_better(x);
  return x;
}

}  // namespace

void matmul(const MatmulArgs& args) {
  const int64_t batches = args.outer * args.inner;
  if (args.m <= 0 || args.n <= 0 || batches <= 0) return;
  const Product first = product_of(args, 0);
  const double work = 1.0 * first.m * first.n * first.k;

  if (work <= 1024) {
    parallel_ranges(batches, 512, [&](int64_t begin, int64_t end) {
      for (int64_t batch = begin; batch < end; ++batch) multiply_tiny(product_of(args, batch));
    });
    return;
  }
  if (is_vector_times_matrix(first)) {
    const int64_t grain = smaller(first.n, work * batches < 1e5 ? first.n : 8 * lanes);
    const int64_t parts = pieces(first.n, grain);
    const auto one = [&](int64_t i) {
      const int64_t begin = i % parts * grain;
      multiply_vector(product_of(args, i / parts), begin, smaller(begin + grain, first.n));
    };
    parallel_ranges(batches * parts, work * batches < 1e5 ? batches * parts : 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) one(i);
    });
    return;
  }

  // Below a million multiplications (about ten microseconds) one thread is as fast as two.
  const int64_t workers = work * batches < 1e6 ? 1 : threads();
  int64_t row_parts = 1, column_parts = 1;
  if (batches < 4 * workers) choose_cut(first, workers, row_parts, column_parts);
  const int64_t parts = row_parts * column_parts, tasks = batches * parts;
  const int64_t row_strips = pieces(first.m, tile::max_rows), column_panels = pieces(first.n, tile::columns);
  const int64_t widest = smaller(pieces(column_panels, column_parts) * tile::columns, panel_columns);
  const int64_t floats = smaller(row_strips, group_strips) * tile::strip_size + widest * smaller(first.k, tile::depth);
  const Buffer scratch(workers * floats * static_cast<int64_t>(sizeof(float)), Category::workspace);

  parallel_for(workers, [&](int64_t worker) {
    float* own = static_cast<float*>(scratch.address()) + worker * floats;
    for (int64_t task = begin_of(worker, tasks, workers); task < begin_of(worker + 1, tasks, workers); ++task) {
      const int64_t row_part = task % parts / column_parts, column_part = task % parts % column_parts;
      multiply_block(product_of(args, task / parts),
                     smaller(begin_of(row_part, row_strips, row_parts) * tile::max_rows, first.m),
                     smaller(begin_of(row_part + 1, row_strips, row_parts) * tile::max_rows, first.m),
                     smaller(begin_of(column_part, column_panels, column_parts) * tile::columns, first.n),
                     smaller(begin_of(column_part + 1, column_panels, column_parts) * tile::columns, first.n), own);
    }
  });
}

void add_matmul(KernelTable& table) {
  table.matmul = matmul;
}

}  // namespace dikkat::cpu
