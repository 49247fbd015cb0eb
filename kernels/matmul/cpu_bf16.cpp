// Products whose factors are rounded to bf16 while they are packed, c (m,n) = a (m,k) b (k,n), on tiles (bf16_tiles.h)
// or AVX-512's bf16 dot products (bf16_dots.h); elsewhere bf16_lanes.h.
//
//              b:  block: up to 640 KiB, packed
//               +----+----+----+-- ... -+          - corner: 32 x 32 of c, four tiles of sums
//       depth   |32  |    |    |        |          - panel: 32 rows of a (or columns of b), packed for one depth; 16
//       of k    |cols|    |    |        |            steps of 32 of it (32 KiB) stay in the first cache while the
//               +----+----+----+-- ... -+            block's partners pass
//     depth     +----+----+----+-- ... -+          - block: the partners, in the second cache while all panels pass
//   +--------+  |    |    |    |        |
//   | panel  |  | corner  ->   |        |          for each block, for each depth of k: pack the block; then for each
//   +--------+  +----+----+----+-- ... -+            panel: pack it, multiply it with each partner, 16 steps at a time
//   | next   |  |  c                    |
//   +--------+  +-----------------------+          Where m is small, blocks are of a and panels of b.
//       a
//
// Packing turns f32 into blocks of 1 KiB that a tile loads at once (bf16_pack.h). Where rows of a lie along k and
// blocks are of b, the next panel is packed between the steps of this one (bf16_aside.h). A weight that stays as it is
// may be given in bf16 (core/packed.h): half the bytes to read, no rounding.
//
// Measured on two virtual cores with AMX, two threads, f32 to f32, best of several, GFLOP/s (tiles alone, loaded from
// the first cache with ordinary numbers: about 5000; with zeros they would reach 6400, for the clock stays higher):
//
//   layer            x w^T   dy w   dy^T x         squares
//   384 -> 384        2270   2570    1310          512    2190
//   384 -> 1152       2620   1880    1620          1024   2190
//   384 -> 1536       2640   2060    1720          2048   2050
//   1536 -> 384       1960   2760    1450
//   384 -> 50257      2170   1210    1130
//
// What stands between that and the tiles: without packing a, 384 -> 384 reaches 3770, and packing alone takes as long
// as multiplying alone. Both are bound by memory: a and c are f32 and lie in the third cache, and while a line is on
// its way from there the tiles' own loads wait behind it. bf16x3 does three times the work on the same bytes and comes
// to half of the tiles' pace.
//
// An element of c sums its terms in the same order however c is cut: the bits do not depend on the number of threads.
#include "kernels/bf16_unit.h"
#include "kernels/matmul/bf16.h"
#include "kernels/matmul/bf16_aside.h"
#include "kernels/matmul/bf16_dots.h"
#include "kernels/matmul/bf16_lanes.h"
#include "kernels/matmul/bf16_plan.h"
#include "kernels/matmul/bf16_tiles.h"
#include "kernels/memory.h"
#include "kernels/parallel.h"

namespace dikkat::cpu {
namespace {

#if defined(__AVX512F__)

using namespace bf16;

// Panels [first, end) times one block.
struct Task {
  int64_t batch = 0, block = 0, first = 0, end = 0;
};

// c = start + a panel of a times a panel of b (bf16_tiles.h).
template <int parts>
using Multiply = void (*)(const uint16_t* a, const uint16_t* b, int64_t steps, const float* start, int64_t start_stride,
                          float* c, int64_t stride, Aside<parts>& aside);

// Where a thread's part of the workspace begins: sums, packed panels, packed block.
struct Scratch {
  float* sums;
  uint16_t *panels, *block;
};

int64_t scratch_bytes(const Plan& x) {
  const int64_t numbers = (x.aside ? 2 : x.group) * x.panel_size + (x.held ? x.depths : 1) * x.part_size;
  return corner_size * 4 + numbers * 2;
}

Scratch scratch_at(const Plan& x, char* start) {
  float* sums = reinterpret_cast<float*>(start);
  uint16_t* panels = reinterpret_cast<uint16_t*>(sums + corner_size);
  return {sums, panels, panels + (x.aside ? 2 : x.group) * x.panel_size};
}

// What one thread does.
template <int parts>
class Worker {
 public:
  // taken[i]: how many tasks of block i (of all batches) are in work or done.
  Worker(const Plan& plan, Multiply<parts> unit, const Scratch& scratch, int64_t* taken, int64_t first_block)
      : x_(plan),
        multiply_(unit),
        taken_(taken),
        from_(first_block),
        left_(plan.blocks * plan.batches),
        panel_(scratch.panels),
        next_panel_(scratch.panels + plan.panel_size),
        block_(scratch.block),
        sums_(scratch.sums) {}

  void work() {
    if (x_.aside) {
      pass_aside();
    } else {
      pass_groups();
    }
  }

 private:
  // The next task of the block that this thread is at, or of the next block that has one left.
  bool take(Task& task) {
    for (; left_ > 0; --left_, from_ = (from_ + 1) % (x_.blocks * x_.batches)) {
      const int64_t i = dikkat::take(taken_[from_], x_.tasks);
      if (i < 0) continue;
      task = {from_ / x_.blocks, from_ % x_.blocks, x_.panels * i / x_.tasks, x_.panels * (i + 1) / x_.tasks};
      return true;
    }
    return false;
  }

  void pack(const Packing& p) {
    for (int64_t piece = 0; piece < pieces_of(p); ++piece) pack_piece<parts>(p, piece);
  }

  // One depth of the task's block, unless it is there already.
  void pack_block(const Task& t, int64_t k) {
    const int64_t line = t.block * x_.width;
    const Packing wanted = packing_of(x_, !x_.by_rows, t.batch, line, x_.width, 0, nullptr);
    // The number of lines too: where all lines are one (a step of 0), all blocks begin at the same address.
    if (wanted.from.start != packed_ || wanted.lines != packed_lines_ || !x_.held) packed_until_ = 0;
    packed_ = wanted.from.start, packed_lines_ = wanted.lines;
    part_ = block_ + (x_.held ? k / x_.depth * x_.part_size : 0);
    if (k < packed_until_) return;
    pack(packing_of(x_, !x_.by_rows, t.batch, line, x_.width, k, part_));
    packed_until_ = x_.held ? k + x_.depth : 0;
  }

  // Rows along k: while one panel is multiplied, the next is packed.
  void pass_aside() {
    Task now, next;
    bool more = take(now);
    if (!more) return;
    begin_panel(now, now.first, 0);
    finish_panel();
    for (; more; now = next) {
      for (int64_t k = 0; k < x_.args.k; k += x_.depth) {
        const bool last = k + x_.depth >= x_.args.k;
        if (last) more = take(next);
        pack_block(now, k);
        for (int64_t panel = now.first; panel < now.end; ++panel) {
          const bool follows = panel + 1 < now.end;
          if (follows) {
            begin_panel(now, panel + 1, k);
          } else if (!last) {
            begin_panel(now, now.first, k + x_.depth);
          } else if (more) {
            begin_panel(next, next.first, 0);
          }
          multiply_panel(now, panel, k, panel_, follows);
          finish_panel();
        }
      }
    }
  }
  void begin_panel(const Task& t, int64_t panel, int64_t k) {
    aside_.rows.begin(packing_of(x_, true, t.batch, panel * panel_lines, panel_lines, k, next_panel_));
  }
  void finish_panel() {
    aside_.rows.pack(INT64_MAX);
    uint16_t* packed = next_panel_;
    next_panel_ = panel_, panel_ = packed;
  }

  // Other layouts: a group of panels is packed, then multiplied.
  void pass_groups() {
    for (Task t; take(t);) {
      for (int64_t k = 0; k < x_.args.k; k += x_.depth) {
        pack_block(t, k);
        for (int64_t group = t.first; group < t.end; group += x_.group) {
          const int64_t count = smaller(x_.group, t.end - group);
          const Packing p = packing_of(x_, x_.by_rows, t.batch, group * panel_lines, count * panel_lines, k, panel_);
          pack(p);
          for (int64_t i = 0; i < count; ++i) {
            multiply_panel(t, group + i, k, panel_ + i * panel_size(parts, p.panel_steps()), i + 1 < count);
          }
        }
      }
    }
  }

  // A packed panel times the block, one depth. `follows`: the next panel is multiplied next.
  void multiply_panel(const Task& t, int64_t panel, int64_t k, const uint16_t* packed, bool follows) {
    const int64_t depth = smaller(x_.depth, x_.args.k - k), steps = pieces(depth, block_steps);
    const int64_t begin = t.block * x_.width, lines = smaller(x_.width, (x_.by_rows ? x_.args.n : x_.args.m) - begin);
    const int64_t partners = pieces(lines, panel_lines);
    aside_.rows_each = pieces(panel_lines, partners);
    for (int64_t step = 0; step < steps; step += x_.inner) {
      const Visit visit = {k == 0 && step == 0, smaller(x_.inner, steps - step)};
      for (int64_t i = 0; i < partners; ++i) {
        const int64_t line = begin + i * panel_lines, other = panel * panel_lines;
        const Corner corner = corner_at(t, x_.by_rows ? other : line, x_.by_rows ? line : other, visit);
        const bool last = i + 1 == partners;
        aside_.fetch_nothing();
        if (!last) {
          aside_.fetch_corner(corner, x_.by_rows ? 0 : panel_lines, x_.by_rows ? panel_lines : 0, visit.steps);
        } else if (follows && step + x_.inner >= steps) {
          const int64_t back = -i * panel_lines;
          aside_.fetch_corner(corner, x_.by_rows ? panel_lines : back, x_.by_rows ? back : panel_lines, visit.steps);
        }
        const uint16_t* partner = part_ + i * panel_size(parts, steps) + step * step_size<parts>;
        const uint16_t* own = packed + step * step_size<parts>;
        multiply_corner(corner, visit, x_.by_rows ? own : partner, x_.by_rows ? partner : own);
      }
    }
  }

  // A number of steps along k, and whether they are the first of all.
  struct Visit {
    bool first;
    int64_t steps;
  };

  Corner corner_at(const Task& t, int64_t row, int64_t column, const Visit& visit) const {
    const MatmulArgs& args = x_.args;
    const int64_t at = offset(args, args.c_steps, t.batch) + row * args.c_steps.row + column * args.c_steps.column;
    Corner corner;
    corner.c = args.c + at, corner.row = args.c_steps.row, corner.column = args.c_steps.column;
    corner.rows = smaller(panel_lines, args.m - row);
    corner.columns = smaller(panel_lines, args.n - column);
    corner.add = args.accumulate || !visit.first;
    if (visit.first && args.bias) corner.bias = args.bias + column;
    return corner;
  }

  void multiply_corner(const Corner& corner, const Visit& visit, const uint16_t* a, const uint16_t* b) {
    if (x_.direct && corner.whole()) {
      const float* start = corner.add ? corner.c : corner.bias;
      multiply_(a, b, visit.steps, start, corner.add ? corner.row : 0, corner.c, corner.row, aside_);
      return;
    }
    const bool from_zero = !corner.add && !corner.bias;
    if (!from_zero) read_corner(corner, sums_);
    multiply_(a, b, visit.steps, from_zero ? nullptr : sums_, panel_lines, sums_, panel_lines, aside_);
    write_corner(corner, sums_);
  }

  const Plan& x_;
  const Multiply<parts> multiply_;
  Aside<parts> aside_;
  int64_t* taken_;
  int64_t from_, left_;  // the block to take tasks from, and how many blocks may have any
  uint16_t *panel_, *next_panel_, *block_;
  uint16_t* part_ = nullptr;      // the depth of the block that is multiplied
  const void* packed_ = nullptr;  // which block is packed: where it begins,
  int64_t packed_lines_ = 0;      // how many lines it has,
  int64_t packed_until_ = 0;      // and up to which k it is
  float* sums_;
};

template <int parts, bool stream_b>
Multiply<parts> with(Bf16Unit unit) {
  return unit == Bf16Unit::tiles ? multiply_tiles<parts, stream_b, Aside<parts>> : multiply_dots<parts, Aside<parts>>;
}

template <int parts>
void multiply_all(const MatmulArgs& args, Bf16Unit unit) {
  // Two million multiplications take a few microseconds, as does waking a thread.
  const int64_t workers = 1.0 * args.m * args.n * args.k * args.outer * args.inner < 2e6 ? 1 : threads();
  const Plan plan = plan_of(args, parts, workers);
  const Multiply<parts> multiply = plan.by_rows ? with<parts, true>(unit) : with<parts, false>(unit);
  const int64_t each = pieces(scratch_bytes(plan), 64) * 64, blocks = plan.blocks * plan.batches;
  const Buffer buffer(workers * each + blocks * static_cast<int64_t>(sizeof(int64_t)), Category::workspace);
  char* start = static_cast<char*>(buffer.address());
  int64_t* taken = reinterpret_cast<int64_t*>(start + workers * each);
  for (int64_t i = 0; i < blocks; ++i) taken[i] = 0;
  parallel_for(workers, [&](int64_t i) {
    if (unit == Bf16Unit::tiles) configure_tiles();
    Worker<parts>(plan, multiply, scratch_at(plan, start + i * each), taken, blocks * i / workers).work();
    if (unit == Bf16Unit::tiles) release_tiles();
  });
}

#endif

}  // namespace

void bf16_product(const MatmulArgs& args) {
#if defined(__AVX512F__)
  // Packing pays from a thousand multiplications on.
  const Bf16Unit unit = bf16_unit();
  if (unit != Bf16Unit::lanes && 1.0 * args.m * args.n * args.k > 1024) {
    return args.precision == Precision::bf16 ? multiply_all<1>(args, unit) : multiply_all<2>(args, unit);
  }
#endif
  bf16::lanes_product(args);
}

}  // namespace dikkat::cpu
