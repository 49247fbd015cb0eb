// Large products: how c is cut, who works on which part, and when. cpu.cpp draws it.
#pragma once

#include "kernels/matmul/ahead.h"
#include "kernels/matmul/product.h"
#include "kernels/memory.h"
#include "kernels/parallel.h"

namespace dikkat::cpu {

// Columns whose panels are packed together: with 384 steps of k 768 KiB, which stay in the second cache (2 MiB here)
// beside the strips and c. Of 192, 256, 384, 512 and 768, 512 was best on the products of cpu.cpp's table: 78.6, 79.4,
// 82.7, 84.5, 82.9 % of the limit.
constexpr int64_t chunk_columns = 512;

// Strips of a transposed a that are packed together: their rows lie side by side, so more of each line of memory is
// used at once. Of 1, 2, 4 and 8, 2 was best (weight gradients: 78.1, 79.8, 77.9, 78.5 %).
constexpr int64_t transposed_strips = 2;

// Multiplications in an item, at least: about ten microseconds.
constexpr double least_work = 5e5;

// How one product is cut, by its sizes alone.
struct Cut {
  int64_t chunks;         // of columns
  int64_t blocks, block;  // of k: how many, and steps in each (but the last)
  int64_t strips, items;  // strips of rows, and groups of them
  int64_t item_strips;    // in an item, at most
  bool in_place;          // the strips of a are read where they lie

  explicit Cut(const Product& x) {
    const int64_t panels = pieces(x.n, tile::columns);
    chunks = pieces(panels, chunk_columns / tile::columns);
    blocks = pieces(x.k, tile::depth);
    block = pieces(pieces(x.k, blocks), 16) * 16;
    blocks = pieces(x.k, block);
    strips = pieces(x.m, tile::max_rows);
    // Rows whose distance is a multiple of 4 KiB (the first cache's size by its 12 ways, here) would throw each other
    // out.
    in_place = x.a.column == 1 && x.a.row % 1024 != 0;
    const bool transposed = x.a.row == 1 && x.a.column != 1;
    const double work = 1.0 * tile::max_rows * pieces(panels, chunks) * tile::columns * block;
    item_strips = larger(1 + static_cast<int64_t>(least_work / work), transposed ? transposed_strips : 1);
    item_strips = smaller(item_strips, tile::most_strips);
    items = pieces(strips, item_strips);
  }

  int64_t first_column(const Product& x, int64_t chunk) const {
    return smaller(begin_of(chunk, pieces(x.n, tile::columns), chunks) * tile::columns, x.n);
  }
  int64_t first_row(const Product& x, int64_t strip) const { return begin_of(strip, x.m, strips); }
  int64_t first_strip(int64_t item) const { return begin_of(item, strips, items); }
  int64_t steps(const Product& x, int64_t at_block) const { return smaller(block, x.k - at_block * block); }
};

// What the workers on one chunk tell each other.
struct Progress {
  int64_t* taken;  // [block][worker] of each worker's items, how many somebody has taken
  int64_t* done;   // [item] blocks that have been added
  int64_t own, workers;
};

// The next of `count` things, which are dealt evenly to `parts` counters: one of the worker's own, so that the same
// thread meets the same numbers again, otherwise one of another's. -1 when all are taken.
static inline int64_t take_one(int64_t* counters, int64_t own, int64_t parts, int64_t count) {
  for (int64_t i = 0; i < parts; ++i) {
    const int64_t part = (own + i) % parts, begin = begin_of(part, count, parts);
    const int64_t taken = take(counters[part], begin_of(part + 1, count, parts) - begin);
    if (taken >= 0) return begin + taken;
  }
  return -1;
}

class BlockedProduct {
 public:
  // One batch's product, cut like the others of its batch. `panels` and `strips` are the worker's own.
  BlockedProduct(const Product& x, const Cut& cut, float* panels, float* strips)
      : x_(x), cut_(cut), panels_(panels), strips_(strips) {}

  // One chunk of columns: by this worker alone, or by all who come, each with panels of its own.
  void multiply_chunk(int64_t chunk, Progress* shared) {
    begin_ = cut_.first_column(x_, chunk), end_ = cut_.first_column(x_, chunk + 1);
    for (int64_t block = 0; block < cut_.blocks; ++block) {
      const auto next = [&](int64_t item) {
        if (shared) return take_one(shared->taken + block * shared->workers, shared->own, shared->workers, cut_.items);
        return item + 1 < cut_.items ? item + 1 : -1;
      };
      int64_t item = next(-1);
      if (item < 0) continue;
      pack_panels(block);
      for (; item >= 0; item = next(item)) {
        // Sums are added in the order of k, whoever adds them. Whoever has the item's block before this one is at work
        // on it: all items of a block are taken before the next block's first.
        if (shared && block > 0) wait_for(shared->done[item], block);
        multiply_item(item, block);
        if (shared) report(shared->done[item], block + 1);
      }
    }
  }

 private:
  void pack_panels(int64_t block) {
    with_right(x_, [&](const auto& b) {
      tile::pack_panels(b.from(block * cut_.block, begin_), cut_.steps(x_, block), end_ - begin_, panels_);
    });
  }

  void multiply_item(int64_t item, int64_t block) {
    const int64_t p = block * cut_.block, k = cut_.steps(x_, block);
    const int64_t first = cut_.first_strip(item), end = cut_.first_strip(item + 1);
    bool in_columns = false;
    if (!cut_.in_place) {
      tile::Strips strips = {end - first, {}, x_.m};
      for (int64_t s = first; s <= end; ++s) strips.begin[s - first] = cut_.first_row(x_, s);
      in_columns = tile::pack_strips(x_.a.from(0, p), strips, k, strips_);
    }
    tile::Ahead ahead = next_rows(item, p, k, (end - first) * pieces(end_ - begin_, tile::columns));
    for (int64_t s = first; s < end; ++s) {
      const int64_t i = cut_.first_row(x_, s), rows = cut_.first_row(x_, s + 1) - i;
      tile::Factors of;
      of.a = cut_.in_place ? x_.a.at(i, p) : strips_ + (s - first) * tile::strip_size;
      of.a_step = cut_.in_place ? x_.a.row : in_columns ? tile::strip_column : tile::strip_row;
      of.k = k;
      const char* lines[tile::depth / tile::steps_per_line];
      of.lines = lines;
      for (int64_t j = begin_; j < end_; j += tile::columns) {
        const tile::Target to = x_.target(i, j, block == 0);
        of.b = panels_ + (j - begin_) * k;
        of.line_count = ask_for(to, rows, ahead, lines, k / tile::steps_per_line);
        tile::multiply(rows, smaller(tile::columns, x_.n - j), of, in_columns, to);
      }
    }
  }

  // What a tile asks for while it multiplies: its own part of c, if that is to be read, and a part of what comes next.
  // A part of c that is only written is better not asked for (a head of 50257 columns: 78 % with, 85 % without).
  static int64_t ask_for(const tile::Target& to, int64_t rows, tile::Ahead& ahead, const char** lines, int64_t most) {
    int64_t count = 0;
    for (int64_t r = 0; to.add && r < rows; ++r) {
      for (int64_t j = 0; j < tile::columns && count < most; j += 16) {
        lines[count++] = reinterpret_cast<const char*>(to.c + r * to.row_step + j);
      }
    }
    return ahead.next(lines, count, most);
  }

  // The next item's part of a. (Weight gradients: 72 % of the limit without it, 76 % with it.)
  tile::Ahead next_rows(int64_t item, int64_t p, int64_t k, int64_t portions) const {
    if (item + 1 >= cut_.items || (x_.a.column != 1 && x_.a.row != 1)) return {};
    const int64_t i = cut_.first_row(x_, cut_.first_strip(item + 1));
    const int64_t rows = cut_.first_row(x_, cut_.first_strip(item + 2)) - i;
    if (x_.a.column == 1) return {x_.a.at(i, p), x_.a.row, rows, k, portions};
    return {x_.a.at(i, p), x_.a.column, k, rows, portions};
  }

  const Product x_;
  const Cut& cut_;
  float *const panels_, *const strips_;
  int64_t begin_ = 0, end_ = 0;  // columns of the chunk
};

// All batches' products. With more than one worker, each first takes chunks that nobody has begun, then helps where
// somebody is still at work: it waits for a thread that the system has put aside only where that one holds an item.
// `first` is the first of them.
static inline void blocked_product(const MatmulArgs& args, const Product& first, int64_t workers) {
  const Cut cut(first);
  const int64_t jobs = args.outer * args.inner * cut.chunks;
  const int64_t counters = cut.blocks * workers + cut.items;
  const bool together = workers > 1 && cut.items > 1 && jobs < 64 * workers;

  const int64_t widest = pieces(pieces(first.n, tile::columns), cut.chunks) * tile::columns;
  const int64_t panels_size = widest * smaller(cut.block, first.k);
  const int64_t strips_size = cut.in_place ? 0 : cut.item_strips * tile::strip_size;
  const int64_t counters_size = pieces(workers + (together ? jobs * counters : 0), 8) * 8;
  const int64_t bytes = 8 * counters_size + 4 * workers * (panels_size + strips_size);
  // Copies that fill a good part of the second cache get large pages (memory.cpp): 1 % of the products in the table.
  const Buffer scratch(bytes > 1000000 ? larger(bytes, 4 << 20) : bytes, Category::workspace);
  int64_t* counts = static_cast<int64_t*>(scratch.address());
  for (int64_t i = 0; i < counters_size; ++i) counts[i] = 0;
  float* copies = reinterpret_cast<float*>(counts + counters_size);

  parallel_for(workers, [&](int64_t worker) {
    float* panels = copies + worker * (panels_size + strips_size);
    const auto work_on = [&](int64_t job) {
      int64_t* shared = counts + workers + job * counters;
      Progress progress = {shared, shared + cut.blocks * workers, worker, workers};
      BlockedProduct(product_of(args, job / cut.chunks), cut, panels, panels + panels_size)
          .multiply_chunk(job % cut.chunks, together ? &progress : nullptr);
    };
    for (int64_t job = 0; (job = take_one(counts, worker, workers, jobs)) >= 0;) work_on(job);
    for (int64_t job = 0; together && job < jobs; ++job) work_on(job);
  });
}

}  // namespace dikkat::cpu
