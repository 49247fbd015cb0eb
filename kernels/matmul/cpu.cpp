// head comment to come
#include "kernels/matmul/bf16.h"
#include "kernels/matmul/vector.h"
#include "kernels/memory.h"
#include "kernels/parallel.h"
#include "kernels/variants.h"

namespace dikkat::cpu {
namespace {

using namespace simd;
using tile::begin_of;
using tile::Matrix;

#ifndef CHUNK
#define CHUNK 512
#endif
constexpr int64_t chunk_columns = CHUNK;

struct Product {
  Matrix<float> a;
  const void* b;
  Storage b_storage;
  int64_t b_row, b_column;
  float *c, *before_gelu;
  int64_t c_row, c_column;
  const float* bias;
  int64_t m, n, k;
  bool accumulate, gelu;
};

int64_t smaller(int64_t x, int64_t y) {
  return x < y ? x : y;
}
int64_t larger_of(int64_t x, int64_t y) {
  return x > y ? x : y;
}
int64_t pieces(int64_t count, int64_t size) {
  return (count + size - 1) / size;
}

template <class Number>
Matrix<Number> right_of(const Product& x) {
  return {static_cast<const Number*>(x.b), x.b_row, x.b_column};
}

// Calls body with b as a Matrix of its own numbers.
template <class Body>
void with_right(const Product& x, const Body& body) {
  if (x.b_storage == Storage::bf16) {
    body(right_of<Bf16>(x));
  } else if (x.b_storage == Storage::f16) {
    body(right_of<F16>(x));
  } else {
    body(right_of<float>(x));
  }
}

// a^T and b^T change places where that makes the rows of c contiguous, and where c has a single column.
void swap_roles_if_better(Product& x) {
  const bool better = (x.c_column != 1 && x.c_row == 1) || (x.n == 1 && x.m > 1);
  if (!better || x.bias || x.b_storage != Storage::real) return;
  const Matrix<float> a = x.a;
  x.a = {static_cast<const float*>(x.b), x.b_column, x.b_row};
  x.b = a.start, x.b_row = a.column, x.b_column = a.row;
  const int64_t m = x.m, row = x.c_row;
  x.m = x.n, x.c_row = x.c_column;
  x.n = m, x.c_column = row;
}

Product product_of(const MatmulArgs& args, int64_t batch) {
  const int64_t outer = batch / args.inner, inner = batch % args.inner;
  const int64_t b_at = outer * args.b_steps.outer + inner * args.b_steps.inner;
  const int64_t c_at = outer * args.c_steps.outer + inner * args.c_steps.inner;
  Product x;
  x.a = {args.a + outer * args.a_steps.outer + inner * args.a_steps.inner, args.a_steps.row, args.a_steps.column};
  x.b_storage = args.b ? Storage::real : args.b_storage;
  x.b = args.b ? static_cast<const void*>(args.b + b_at) : args.b_packed + b_at;
  x.b_row = args.b_steps.row, x.b_column = args.b_steps.column;
  x.c = args.c + c_at;
  x.before_gelu = args.before_gelu ? args.before_gelu + c_at : nullptr;
  x.c_row = args.c_steps.row, x.c_column = args.c_steps.column;
  x.bias = args.bias;
  x.m = args.m, x.n = args.n, x.k = args.k;
  x.accumulate = args.accumulate, x.gelu = args.gelu;
  swap_roles_if_better(x);
  return x;
}

// How one product is cut, by its sizes alone.
struct Cut {
  int64_t chunks;          // of columns
  int64_t blocks, block;   // of k: how many, and steps in each (but the last)
  int64_t strips, items;   // strips of rows, and groups of them
  bool in_place;           // the strips of a are read where they lie
};

Cut cut_of(const Product& x) {
  Cut cut;
  const int64_t panels = pieces(x.n, tile::columns);
  cut.chunks = pieces(panels, chunk_columns / tile::columns);
  cut.blocks = larger_of(pieces(x.k, tile::depth), 1);  // with k = 0 the bias is still to be written
  cut.block = pieces(pieces(x.k, cut.blocks), 16) * 16;
  cut.blocks = larger_of(pieces(x.k, cut.block > 0 ? cut.block : 1), 1);
  cut.strips = pieces(x.m, tile::max_rows);
    cut.in_place = x.a.column == 1 && x.a.row % 1024 != 0;
  const double one = 1.0 * tile::max_rows * pieces(panels, cut.chunks) * tile::columns * larger_of(cut.block, 1);
  const int64_t enough = 1 + static_cast<int64_t>(5e5 / one);  // strips in an item of about 10 microseconds
  const int64_t group = smaller(enough, 8);
  cut.items = pieces(cut.strips, group);
  return cut;
}

int64_t first_column(const Product& x, const Cut& cut, int64_t chunk) {
  return smaller(begin_of(chunk, pieces(x.n, tile::columns), cut.chunks) * tile::columns, x.n);
}

// What the workers on one chunk tell each other.
struct Progress {
  int64_t* taken;  // [block][worker] items that somebody has taken
  int64_t* done;   // [item] blocks that have been added
  int64_t own, workers;
};

// The next of `count` things, which are dealt evenly to `parts` counters: one of the worker's own, so that the same
// thread meets the same numbers again, otherwise one of another's. -1 when all are taken.
int64_t take_one(int64_t* counters, int64_t own, int64_t parts, int64_t count) {
  for (int64_t r = 0; r < parts; ++r) {
    const int64_t part = (own + r) % parts, begin = begin_of(part, count, parts), end = begin_of(part + 1, count, parts);
    if (counters[part] >= end - begin) continue;
    const int64_t i = begin + take(counters[part]);
    if (i < end) return i;
  }
  return -1;
}

void multiply_item(const Product& x, const Cut& cut, int64_t item, int64_t chunk, int64_t block, const float* panels,
                   float* strip) {
  const int64_t j0 = first_column(x, cut, chunk), j1 = first_column(x, cut, chunk + 1);
  const int64_t p = block * cut.block, k = smaller(cut.block, x.k - p);
  const bool is_last = block + 1 == cut.blocks;
  constexpr int64_t most_lines = tile::depth / tile::steps_per_line;
  const char* lines[most_lines];
  const int64_t tiles = pieces(j1 - j0, tile::columns);
  for (int64_t s = begin_of(item, cut.strips, cut.items); s < begin_of(item + 1, cut.strips, cut.items); ++s) {
    const int64_t i = begin_of(s, x.m, cut.strips), end = begin_of(s + 1, x.m, cut.strips), height = end - i;
    bool in_columns = false;
    const float* a = x.a.at(i, p);
    int64_t a_step = x.a.row;
    if (!cut.in_place) {
      in_columns = tile::pack_strip({a, x.a.row, x.a.column}, height, k, strip);
      a_step = in_columns ? tile::strip_column : tile::strip_row;
      a = strip;
    }
    tile::Ahead ahead;
#ifdef AH
    const bool more = s + 1 < cut.strips;
    if (more || !is_last) {
      const int64_t s2 = more ? s + 1 : 0, p2 = more ? p : p + cut.block, k2 = smaller(cut.block, x.k - p2);
      const int64_t i2 = begin_of(s2, x.m, cut.strips), end2 = begin_of(s2 + 1, x.m, cut.strips);
      if (x.a.column == 1 && (AH & 1)) ahead = tile::Ahead(x.a.at(i2, p2), x.a.row, end2 - i2, k2, tiles);
      else if (x.a.row == 1 && (AH & 2)) ahead = tile::Ahead(x.a.at(end2 - 1, p2), x.a.column, k2, 1, tiles);
    }
#endif
    for (int64_t j = j0; j < j1; j += tile::columns) {
      const int64_t c_at = i * x.c_row + j * x.c_column;
      const tile::Target to = {x.c + c_at,
                               x.c_row,
                               x.c_column,
                               x.bias && block == 0 ? x.bias + j : nullptr,
                               x.before_gelu ? x.before_gelu + c_at : nullptr,
                               x.accumulate || block > 0,
                               x.gelu && is_last};
      const int64_t wanted = k / tile::steps_per_line;
      int64_t n = 0;
#ifndef NOC
      for (int64_t r = 0; r < height && n + 2 <= wanted; ++r) {
        lines[n++] = reinterpret_cast<const char*>(to.c + r * x.c_row);
        lines[n++] = reinterpret_cast<const char*>(to.c + r * x.c_row + 16);
      }
#endif
      n = ahead.next(lines, n, wanted);
      while (n < wanted) lines[n++] = reinterpret_cast<const char*>(a);
      tile::multiply(height, smaller(tile::columns, x.n - j), {a, panels + (j - j0) * k, a_step, k, lines}, in_columns, to);
    }
  }
}

void pack_panels(const Product& x, const Cut& cut, int64_t chunk, int64_t block, float* panels) {
  const int64_t j0 = first_column(x, cut, chunk), j1 = first_column(x, cut, chunk + 1);
  const int64_t p = block * cut.block, k = smaller(cut.block, x.k - p);
  with_right(x, [&](const auto& b) {
    for (int64_t j = j0; j < j1; j += tile::columns) {
      auto part = b;
      part.start = b.at(p, j);
      tile::pack_panel(part, k, smaller(tile::columns, j1 - j), panels + (j - j0) * k);
    }
  });
}

// One chunk of columns, by one worker, or by all who come.
void multiply_chunk(const Product& x, const Cut& cut, int64_t chunk, Progress* shared, float* panels, float* strips) {
  for (int64_t block = 0; block < cut.blocks; ++block) {
    const auto next = [&](int64_t item) {
      if (shared) return take_one(shared->taken + block * shared->workers, shared->own, shared->workers, cut.items);
      return item + 1 < cut.items ? item + 1 : -1;
    };
    int64_t item = next(-1);
    if (item < 0) continue;
    pack_panels(x, cut, chunk, block, panels);
    while (item >= 0) {
      if (shared && block > 0) wait_for(shared->done[item], block);
      multiply_item(x, cut, item, chunk, block, panels, strips);
      if (shared) report(shared->done[item], block + 1);
      item = next(item);
    }
  }
}

bool few_rows(const Product& x) {
  return x.m <= few::max_rows && (x.b_column == 1 || (x.b_row == 1 && x.a.column == 1));
}

void multiply_few(const Product& x, int64_t j, int64_t width) {
  const int64_t c_at = j * x.c_column;
  const tile::Target to = {x.c + c_at,
                           x.c_row,
                           x.c_column,
                           x.bias ? x.bias + j : nullptr,
                           x.before_gelu ? x.before_gelu + c_at : nullptr,
                           x.accumulate,
                           x.gelu};
  with_right(x, [&](const auto& b) { few::multiply(x.a, b, x.m, j, smaller(width, x.n - j), x.k, to); });
}

// Matrices of a few numbers are done before anything could be packed.
void multiply_tiny(const Product& x) {
  with_right(x, [&](const auto& right) {
    for (int64_t i = 0; i < x.m; ++i) {
      for (int64_t j = 0; j < x.n; ++j) {
        float sum = x.bias ? x.bias[j] : 0.0f;
        const float* a = x.a.at(i, 0);
        const auto* b = right.at(0, j);
        for (int64_t p = 0; p < x.k; ++p) sum += a[p * x.a.column] * load_some(b + p * x.b_row, 1)[0];
        const int64_t at = i * x.c_row + j * x.c_column;
        if (x.accumulate) sum += x.c[at];
        if (x.gelu && x.before_gelu) x.before_gelu[at] = sum;
        x.c[at] = x.gelu ? elementwise::gelu(splat(sum))[0] : sum;
      }
    }
  });
}

}  // namespace

void matmul(const MatmulArgs& args) {
  const int64_t batches = args.outer * args.inner;
  if (args.m <= 0 || args.n <= 0 || batches <= 0) return;
  if (args.precision != Precision::f32) return bf16_product(args);
  const Product first = product_of(args, 0);
  const double work = 1.0 * first.m * first.n * first.k;

  if (work <= 1024) {
    parallel_ranges(batches, 512, [&](int64_t begin, int64_t end) {
      for (int64_t batch = begin; batch < end; ++batch) multiply_tiny(product_of(args, batch));
    });
    return;
  }

  if (few_rows(first)) {
    // Columns are dealt to the threads in pieces of at least about ten microseconds.
    const int64_t enough = pieces(pieces(100000, larger_of(first.k, 1)), 64) * 64;
    const int64_t width = smaller(few::columns, first.b_row == 1 ? smaller(enough, first.n) : larger_of(256, pieces(pieces(first.n, threads()), 64) * 64));
    const int64_t parts = pieces(first.n, width);
    parallel_ranges(batches * parts, work * batches < 1e5 ? batches * parts : 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) multiply_few(product_of(args, i / parts), i % parts * width, width);
    });
    return;
  }

  // Below a million multiplications (about ten microseconds) one thread is as fast as two.
  const int64_t workers = work * batches < 1e6 ? 1 : threads();
  const Cut cut = cut_of(first);
  const int64_t jobs = batches * cut.chunks;
  const int64_t counters = cut.blocks * workers + cut.items;
  const bool together = workers > 1 && cut.items > 1 && jobs < 64 * workers;
  const int64_t widest = pieces(pieces(first.n, tile::columns), cut.chunks) * tile::columns;
  const int64_t strips = cut.in_place ? 0 : 1;
  const int64_t own = strips * tile::strip_size + widest * smaller(cut.block, first.k);
  const int64_t shared_bytes = pieces((workers + (together ? jobs * counters : 0)) * 8, 64) * 64;
  
#ifdef BIGS
  const Buffer scratch(shared_bytes + workers * own * 4 > 1000000 ? larger_of(4 << 20, shared_bytes + workers * own * 4) : shared_bytes + workers * own * 4, Category::workspace);
#else
  const Buffer scratch(shared_bytes + workers * own * 4, Category::workspace);
#endif

  int64_t* shared = static_cast<int64_t*>(scratch.address());
  for (int64_t i = 0; i < shared_bytes / 8; ++i) shared[i] = 0;

  parallel_for(workers, [&](int64_t worker) {
    float* strip_space = reinterpret_cast<float*>(static_cast<char*>(scratch.address()) + shared_bytes) + worker * own;
    float* panels = strip_space + strips * tile::strip_size;
    const auto work_on = [&](int64_t job) {
      int64_t* mine = shared + workers + job * counters;
      Progress progress = {mine, mine + cut.blocks * workers, worker, workers};
      multiply_chunk(product_of(args, job / cut.chunks), cut, job % cut.chunks, together ? &progress : nullptr, panels,
                     strip_space);
    };
    // First what nobody has begun, then help where somebody is still at work.
    for (int64_t job = 0; (job = take_one(shared, worker, workers, jobs)) >= 0;) work_on(job);
    for (int64_t job = 0; together && job < jobs; ++job) work_on(job);
  });
}

void add_matmul(KernelTable& table) {
  table.matmul = matmul;
}

}  // namespace dikkat::cpu
