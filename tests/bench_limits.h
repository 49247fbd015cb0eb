// What this machine can do at most, measured: the roofs under which products of matrices are seen. All threads of the
// pool take part; each figure is the best of `runs` runs of some milliseconds. Take the best of several calls, near in
// time to what they are compared with: on a shared machine the roof itself moves.
#pragma once

#include <cstdint>

namespace dikkat::bench {

// How many floats one vector of the built level holds.
int lanes_of_built_level();

// Multiplications and additions of vectors of the built level (fused, where it has that), in registers. GFLOP/s.
double lanes_limit(int64_t runs);

// Whether this processor multiplies tiles of bf16 numbers (AMX), and the system lets this program use them.
bool has_tiles();

// c += a b of tiles (16 rows of 32 bf16 numbers), four sums from two tiles of a and two of b: in registers alone, or
// with each tile of a and b loaded from the first cache, as in any real product. GFLOP/s; 0 without tiles.
enum class TileOperands { registers, loaded };
double tiles_limit(TileOperands operands, int64_t runs);

// Reads `bytes` that begin at `from`, cut into equal parts for the threads, and every part into `streams` (1 or 8)
// places where reading goes on at the same time. Eight are read with software prefetch. GB/s.
double read_limit(const void* from, int64_t bytes, int streams, int64_t runs);

}  // namespace dikkat::bench
