// How a product in bf16 is cut (cpu_bf16.cpp draws it). Nothing here but `tasks` knows the number of threads, and a
// task sums what its elements of c sum in any other: the bits do not depend on it.
#pragma once

#include "kernels/matmul/bf16_pack.h"
#include "kernels/pieces.h"

#if defined(__AVX512F__)

namespace dikkat::bf16 {

// Bytes of a packed block for one depth: it stays in the second cache (2 MiB on the processors with tiles) while panels
// pass by, beside those panels and what they come from. 300 KiB to 1.2 MiB differ by less than the noise.
constexpr int64_t block_bytes = 640 << 10;

// Columns of a block where there are more and k is deep. A visit of 32 rows costs 128 bytes of a for each step of k,
// and 256 of c for each column, there and back: with a given product of both, about 400 columns and 800 steps cost
// least.
constexpr int64_t wide = 512;

// Steps of 32 along k for which a packed panel (32 KiB) stays in the first cache (48 KiB) while its partners pass. More
// steps mean fewer visits to c: of 8, 12, 16, 20 and 24, 16 was best (1024^3: 1.74, 1.72, 2.08, 2.11 and 2.09 TFLOP/s;
// 384 columns and k = 2304, transposed: 1.27, 1.30, 1.32, 1.28 and 1.18).
constexpr int64_t inner_steps = 16;

// Bytes of a block with all its depths that a thread keeps packed.
constexpr int64_t held_bytes = 3 << 20;

// Panels that a thread packs at once where their lines are neighbours in memory: rows of 2 KiB, for every row is on
// another page, and finding a page takes as long as reading that much of it.
constexpr int64_t group_panels = 16;
constexpr int64_t group_bytes = 800 << 10;

// Panels that pass all depths together, where they are packed aside.
constexpr int64_t aside_panels = 8;

// The size of the parts if `count` things are cut into the fewest parts of about `most` at most, all about as large, in
// multiples of `unit`.
static inline int64_t even_part(int64_t count, int64_t most, int64_t unit) {
  return pieces(pieces(count, pieces(count, larger(most, unit))), unit) * unit;
}

struct Plan {
  MatmulArgs args;
  int64_t batches = 1;
  bool by_rows = true;            // blocks are of b, and panels of a pass by; otherwise of a, and panels of b pass
  bool aside = false;             // panels are packed aside
  bool direct = false;            // tiles of sums are loaded from c and stored to it
  int64_t depth = 0, depths = 1;  // steps of k in a part of a block
  int64_t inner = 0;              // of those, in steps of 32, what a panel does with all partners at a time
  int64_t width = 0, blocks = 1;  // lines of a block
  int64_t part_size = 0;          // numbers of a packed part of a block,
  int64_t panel_size = 0;         // of a panel and one depth
  bool held = false;              // a block stays packed for all depths
  int64_t panels = 0, group = 1;  // that pass; so many pass all depths together
  int64_t tasks = 1;              // for each block
};

// A number takes 2 bytes for each of its parts.
static inline Plan plan_of(const MatmulArgs& args, int64_t parts, int64_t workers) {
  Plan x;
  x.args = args;
  x.batches = args.outer * args.inner;
  const bool along_k = args.a_steps.column == 1;
  x.by_rows = args.m >= args.n || (along_k && args.m >= 512);
  x.aside = x.by_rows && along_k;
  x.direct = args.c_steps.column == 1 && !(args.accumulate && args.bias);

  const int64_t bytes = 2 * parts, lines = x.by_rows ? args.n : args.m;
  const int64_t narrow = smaller(wide, pieces(lines, panel_lines) * panel_lines);
  x.depth = even_part(args.k, block_bytes / bytes / narrow, block_steps);
  x.depths = pieces(args.k, x.depth);
  x.inner = even_part(x.depth / block_steps, inner_steps / parts, 1);
  x.width = even_part(lines, block_bytes / bytes / x.depth, panel_lines);
  x.blocks = pieces(lines, x.width);
  x.panel_size = panel_size(parts, x.depth / block_steps);
  x.part_size = x.width / panel_lines * x.panel_size;
  x.held = x.depths * x.part_size * 2 <= held_bytes;

  x.panels = pieces(x.by_rows ? args.m : args.n, panel_lines);
  x.group = x.aside ? aside_panels : larger(1, smaller(group_panels, group_bytes / 2 / x.panel_size));
  const int64_t blocks = x.blocks * x.batches;
  if (x.aside && x.depths == 1) {
    x.tasks = pieces(8 * workers, blocks);
  } else if (x.held) {
    x.tasks = blocks >= 2 * workers ? pieces(x.panels, x.group) : workers * pieces(x.panels, workers * x.group);
  } else {
    x.tasks = blocks >= workers ? 1 : workers;  // each packs the whole block
  }
  x.tasks = smaller(x.tasks, x.panels);
  return x;
}

static inline int64_t offset(const MatmulArgs& args, const Steps& steps, int64_t batch) {
  return batch / args.inner * steps.outer + batch % args.inner * steps.inner;
}

// Lines from `line` on of a, or of b, at most `lines`, and one depth from k on, to be packed at `to`.
static inline Packing packing_of(const Plan& x, bool of_a, int64_t batch, int64_t line, int64_t lines, int64_t k,
                                 uint16_t* to) {
  const MatmulArgs& args = x.args;
  const Steps& steps = of_a ? args.a_steps : args.b_steps;
  Factor factor = {args.a, Storage::real, steps.row, steps.column};
  if (!of_a && args.b) factor = {args.b, Storage::real, steps.column, steps.row};
  if (!of_a && !args.b) factor = {args.b_packed, args.b_storage, steps.column, steps.row};
  Packing result;
  result.from = factor.moved(offset(args, steps, batch)).at(line, k);
  result.lines = smaller(lines, (of_a ? args.m : args.n) - line);
  result.steps = smaller(x.depth, args.k - k);
  result.by_pairs = !of_a;
  result.to = to;
  return result;
}

}  // namespace dikkat::bf16

#endif
