#include "lessons/02_matmul/rungs.h"

#include "kernels/memory.h"
#include "kernels/parallel.h"
#include "kernels/pieces.h"
#include "kernels/simd.h"

namespace dikkat {

using simd::Lanes;

namespace {

void clear(float* c, int64_t count) {
  for (int64_t i = 0; i < count; ++i) c[i] = 0;
}

}  // namespace

// 1. ------------------------------------------------------------------------------------------------------------------

void three_loops(const float* a, const float* b, float* c, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      float sum = 0;
      for (int64_t k = 0; k < n; ++k) sum += a[i * n + k] * b[k * n + j];  // b: n numbers further at every step
      c[i * n + j] = sum;
    }
  }
}

// 2. ------------------------------------------------------------------------------------------------------------------

void swapped_loops(const float* a, const float* b, float* c, int64_t n) {
  clear(c, n * n);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t k = 0; k < n; ++k) {
      for (int64_t j = 0; j < n; ++j) c[i * n + j] += a[i * n + k] * b[k * n + j];  // b and c: the next number
    }
  }
}

#if !defined(__clang__)
__attribute__((optimize("tree-vectorize")))
#endif
void swapped_loops_by_compiler(const float* a, const float* b, float* c, int64_t n) {
  clear(c, n * n);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t k = 0; k < n; ++k) {
#if defined(__clang__)
#pragma clang loop vectorize(enable)
#endif
      for (int64_t j = 0; j < n; ++j) c[i * n + j] += a[i * n + k] * b[k * n + j];
    }
  }
}

// 3. ------------------------------------------------------------------------------------------------------------------

void blocked(const float* a, const float* b, float* c, int64_t n, int64_t block) {
  clear(c, n * n);
  for (int64_t k0 = 0; k0 < n; k0 += block) {
    for (int64_t j0 = 0; j0 < n; j0 += block) {  // this block of b ...
      const int64_t k1 = smaller(k0 + block, n), j1 = smaller(j0 + block, n);
      for (int64_t i = 0; i < n; ++i) {  // ... serves all rows
        for (int64_t k = k0; k < k1; ++k) {
          for (int64_t j = j0; j < j1; ++j) c[i * n + j] += a[i * n + k] * b[k * n + j];
        }
      }
    }
  }
}

// 4. ------------------------------------------------------------------------------------------------------------------

namespace {

constexpr int lanes = simd::lanes;
constexpr int row_vectors = 4;  // of c in registers

// At most `count` <= lanes columns of one row of c.
void one_vector(const float* a_row, const float* b, float* c, int64_t n, int64_t count) {
  Lanes sum = {};
  for (int64_t k = 0; k < n; ++k) sum += simd::splat(a_row[k]) * simd::load_up_to(b + k * n, count);
  simd::store_up_to(c, sum, count);
}

// Columns [begin, n) of one row of c.
void rest_of_row(const float* a_row, const float* b, float* c_row, int64_t n, int64_t begin) {
  for (int64_t j = begin; j < n; j += lanes) one_vector(a_row, b + j, c_row + j, n, simd::up_to_lanes(n - j));
}

}  // namespace

void vectors(const float* a, const float* b, float* c, int64_t n) {
  int64_t j = 0;
  for (; j + row_vectors * lanes <= n; j += row_vectors * lanes) {
    for (int64_t i = 0; i < n; ++i) {
      Lanes sum[row_vectors] = {};
      for (int64_t k = 0; k < n; ++k) {
        const Lanes factor = simd::splat(a[i * n + k]);
        for (int v = 0; v < row_vectors; ++v) sum[v] += factor * simd::load(b + k * n + j + v * lanes);
      }
      for (int v = 0; v < row_vectors; ++v) simd::store(c + i * n + j + v * lanes, sum[v]);
    }
  }
  for (int64_t i = 0; i < n; ++i) rest_of_row(a + i * n, b, c + i * n, n, j);
}

// 5. ------------------------------------------------------------------------------------------------------------------

namespace {

// Twelve sums: enough that the processor never waits for one of them (it begins two multiply-adds a cycle, and each
// takes four cycles), and few enough for the sixteen registers of AVX2 beside two vectors of b and one number of a.
constexpr int tile_rows = 6, tile_vectors = 2, tile_columns = tile_vectors * lanes;

}  // namespace

void tiled(const float* a, const float* b, float* c, int64_t n) {
  int64_t j = 0;
  for (; j + tile_columns <= n; j += tile_columns) {
    int64_t i = 0;
    for (; i + tile_rows <= n; i += tile_rows) {
      Lanes sum[tile_rows][tile_vectors] = {};
      for (int64_t k = 0; k < n; ++k) {
        const float* b_row = b + k * n + j;
        const Lanes b0 = simd::load(b_row), b1 = simd::load(b_row + lanes);
        for (int r = 0; r < tile_rows; ++r) {
          const Lanes factor = simd::splat(a[(i + r) * n + k]);
          sum[r][0] += factor * b0;  // every number of b loaded above works six times,
          sum[r][1] += factor * b1;  // every number of a for two whole vectors
        }
      }
      for (int r = 0; r < tile_rows; ++r) {
        simd::store(c + (i + r) * n + j, sum[r][0]);
        simd::store(c + (i + r) * n + j + lanes, sum[r][1]);
      }
    }
    for (; i < n; ++i) {  // the rows that are left
      one_vector(a + i * n, b + j, c + i * n + j, n, lanes);
      one_vector(a + i * n, b + j + lanes, c + i * n + j + lanes, n, lanes);
    }
  }
  for (int64_t i = 0; i < n; ++i) rest_of_row(a + i * n, b, c + i * n, n, j);
}

// 6. ------------------------------------------------------------------------------------------------------------------

namespace {

constexpr int64_t group_strips = 8;  // strips of a that meet a panel of b while it is in the first cache

// Some columns of a and as many rows of b, one "slice" of the sum over k, and where their copies lie.
struct Slice {
  const float *a, *b;  // the first of those columns, the first of those rows
  float* c;
  int64_t n, depth;
  float *panels, *strips;
  bool is_first;  // the first slice begins the sums, the others go on
};

// Copies `tile_columns` columns of b, so that the tiles read them from end to end. Zeros where there is no column.
void pack_panel(const Slice& x, int64_t panel) {
  const int64_t j = panel * tile_columns, count = smaller(tile_columns, x.n - j);
  float* to = x.panels + panel * x.depth * tile_columns;
  for (int64_t k = 0; k < x.depth; ++k, to += tile_columns) {
    const float* from = x.b + k * x.n + j;
    for (int64_t v = 0; v < count; v += lanes)
      simd::store(to + v, simd::load_up_to(from + v, simd::up_to_lanes(count - v)));
    for (int64_t v = pieces(count, lanes) * lanes; v < tile_columns; v += lanes) simd::store(to + v, Lanes{});
  }
}

// Copies `tile_rows` rows of a: first their numbers of column 0, then those of column 1 ... Zeros where there is no
// row.
void pack_strip(const Slice& x, int64_t strip) {
  float* to = x.strips + strip * x.depth * tile_rows;
  for (int64_t r = 0; r < tile_rows; ++r) {
    const int64_t i = strip * tile_rows + r;
    for (int64_t k = 0; k < x.depth; ++k) to[k * tile_rows + r] = i < x.n ? x.a[i * x.n + k] : 0.0f;
  }
}

// One tile: a strip times a panel.
void multiply_tile(const Slice& x, int64_t strip, int64_t panel) {
  const float* a = x.strips + strip * x.depth * tile_rows;
  const float* b = x.panels + panel * x.depth * tile_columns;
  Lanes sum[tile_rows][tile_vectors] = {};
  for (int64_t k = 0; k < x.depth; ++k, a += tile_rows, b += tile_columns) {
    const Lanes b0 = simd::load(b), b1 = simd::load(b + lanes);
    for (int r = 0; r < tile_rows; ++r) {
      const Lanes factor = simd::splat(a[r]);
      sum[r][0] += factor * b0;
      sum[r][1] += factor * b1;
    }
  }
  const int64_t i = strip * tile_rows, j = panel * tile_columns;
  for (int r = 0; r < tile_rows && i + r < x.n; ++r) {
    for (int v = 0; v < tile_vectors && j + v * lanes < x.n; ++v) {
      float* c = x.c + (i + r) * x.n + j + v * lanes;
      const int64_t count = simd::up_to_lanes(x.n - j - v * lanes);
      simd::store_up_to(c, x.is_first ? sum[r][v] : simd::load_up_to(c, count) + sum[r][v], count);
    }
  }
}

// A group of strips: packs them, then takes panel after panel through all of them.
void multiply_group(const Slice& x, int64_t group) {
  const int64_t begin = group * group_strips, end = smaller(begin + group_strips, pieces(x.n, tile_rows));
  for (int64_t strip = begin; strip < end; ++strip) pack_strip(x, strip);
  for (int64_t panel = 0; panel < pieces(x.n, tile_columns); ++panel)
    for (int64_t strip = begin; strip < end; ++strip) multiply_tile(x, strip, panel);
}

// A product slice by slice, and the copies of the slice that is at work.
class Slices {
 public:
  Slices(const float* a, const float* b, float* c, int64_t n, int64_t depth)
      : whole_{a, b, c, n, depth, nullptr, nullptr, true},
        panels_(bytes_for(n, tile_columns, depth), Category::workspace),
        strips_(bytes_for(n, tile_rows, depth), Category::workspace) {}

  // The slice that begins with column k of a and row k of b.
  Slice at(int64_t k) const {
    Slice slice = whole_;
    slice.a += k;
    slice.b += k * slice.n;
    slice.depth = smaller(whole_.depth, slice.n - k);
    slice.panels = static_cast<float*>(panels_.address());
    slice.strips = static_cast<float*>(strips_.address());
    slice.is_first = k == 0;
    return slice;
  }

 private:
  static int64_t bytes_for(int64_t numbers, int64_t size, int64_t depth) {
    return pieces(numbers, size) * size * depth * static_cast<int64_t>(sizeof(float));
  }

  Slice whole_;
  Buffer panels_, strips_;
};

}  // namespace

void packed(const float* a, const float* b, float* c, int64_t n, int64_t depth) {
  const Slices slices(a, b, c, n, depth);
  for (int64_t k = 0; k < n; k += depth) {
    const Slice slice = slices.at(k);
    for (int64_t panel = 0; panel < pieces(n, tile_columns); ++panel) pack_panel(slice, panel);
    for (int64_t group = 0; group < pieces(n, group_strips * tile_rows); ++group) multiply_group(slice, group);
  }
}

// 7. ------------------------------------------------------------------------------------------------------------------

void threaded(const float* a, const float* b, float* c, int64_t n, int64_t depth) {
  const Slices slices(a, b, c, n, depth);
  for (int64_t k = 0; k < n; k += depth) {
    const Slice slice = slices.at(k);
    parallel_for(pieces(n, tile_columns), [&](int64_t panel) { pack_panel(slice, panel); });
    parallel_for(pieces(n, group_strips * tile_rows), [&](int64_t group) { multiply_group(slice, group); });
  }
}

// What is counted and compared ----------------------------------------------------------------------------------------

Traffic bytes_per_multiply_add(int64_t n, int64_t depth) {
  constexpr double number = sizeof(float);
  Traffic traffic;
  traffic.three_loops = 2 * number;    // reads a and b
  traffic.swapped_loops = 3 * number;  // reads b, reads and writes c
  traffic.blocked = 3 * number;
  traffic.vectors = number * (1 + 1.0 / (row_vectors * lanes));  // reads b; a once for some vectors
  traffic.tiled = number * (1.0 / tile_rows + 1.0 / tile_columns);
  // The copies: a and b read and written once; c read and written once for every slice.
  traffic.packed =
      traffic.tiled + number * (4.0 / static_cast<double>(n) + 2.0 / static_cast<double>(smaller(depth, n)));
  return traffic;
}

Tile tile() {
  return {tile_rows, tile_columns, row_vectors * lanes, lanes};
}

void product_in_double(const float* a, const float* b, double* c, int64_t n) {
  parallel_for(n, [=](int64_t i) {
    for (int64_t j = 0; j < n; ++j) c[i * n + j] = 0;
    for (int64_t k = 0; k < n; ++k) {
      const double factor = a[i * n + k];
      for (int64_t j = 0; j < n; ++j) c[i * n + j] += factor * b[k * n + j];
    }
  });
}

// What the machine can do at best -------------------------------------------------------------------------------------

namespace {

constexpr int chains = tile_rows * tile_vectors;  // sums that do not wait for each other, as many as in a tile
constexpr int streams = 8;                        // places that are read from at a time

}  // namespace

float multiply_add_in_registers(int64_t rounds) {
  Lanes sum[chains];
  for (int i = 0; i < chains; ++i) sum[i] = simd::splat(static_cast<float>(i));
  const Lanes factor = simd::splat(0.999f), term = simd::splat(1e-3f);
  for (int64_t round = 0; round < rounds; ++round)
    for (int i = 0; i < chains; ++i) sum[i] = simd::multiply_add(sum[i], factor, term);
  for (int i = 1; i < chains; ++i) sum[0] += sum[i];
  return simd::sum(sum[0]);
}

int64_t flops_in_round() {
  return 2 * chains * lanes;
}

float read_all(const float* numbers, int64_t count) {
  Lanes sum[streams] = {};
  const int64_t length = count / streams / lanes * lanes;  // of one stream
  for (int64_t i = 0; i < length; i += lanes)
    for (int s = 0; s < streams; ++s) sum[s] += simd::load(numbers + s * length + i);
  for (int s = 1; s < streams; ++s) sum[0] += sum[s];
  float total = simd::sum(sum[0]);
  for (int64_t i = streams * length; i < count; ++i) total += numbers[i];
  return total;
}

float read_ahead(const float* numbers, int64_t count) {
  constexpr int64_t line = 16, lines = 2, step = lines * line;  // numbers that are read from a stream at its turn
  constexpr int64_t ahead = 512;  // about what arrives while the other streams have their turns
  constexpr int loads = step / lanes;
  Lanes sum[loads] = {};
  const int64_t length = count / streams / step * step;  // of one stream
  for (int64_t i = 0; i < length; i += step) {
    for (int s = 0; s < streams; ++s) {
      const float* place = numbers + s * length + i;
      for (int64_t l = 0; l < lines; ++l) __builtin_prefetch(place + ahead + l * line);
      for (int v = 0; v < loads; ++v) sum[v] += simd::load(place + v * lanes);
    }
  }
  for (int v = 1; v < loads; ++v) sum[0] += sum[v];
  float total = simd::sum(sum[0]);
  for (int64_t i = streams * length; i < count; ++i) total += numbers[i];
  return total;
}

}  // namespace dikkat
