// The ladder of lesson 02: c = a b, the same multiplications and additions in ever better order.
// All matrices are (n,n), row after row: a[i * n + k] is row i, column k. c need not be cleared first.
#pragma once

#include <cstdint>

namespace dikkat {

// 1. As in the textbook: i, j, k. The innermost loop goes down a column of b.
void three_loops(const float* a, const float* b, float* c, int64_t n);

// 2. i, k, j: the innermost loop goes along a row of b and a row of c.
void swapped_loops(const float* a, const float* b, float* c, int64_t n);

// The same, but the compiler may use vectors wherever it sees a chance (nowhere else in this file).
void swapped_loops_by_compiler(const float* a, const float* b, float* c, int64_t n);

// 3. A block of b, `block` rows and columns, is used for every row of a before the next one is fetched.
void blocked(const float* a, const float* b, float* c, int64_t n, int64_t block);

// 4. A few vectors of a row of c stay in registers while k runs.
void vectors(const float* a, const float* b, float* c, int64_t n);

// 5. A tile of c, a few rows of a few vectors, stays in registers while k runs.
void tiled(const float* a, const float* b, float* c, int64_t n);

// 6. The same, with a and b copied before into the order in which the tiles read them; `depth` rows of b at a time.
void packed(const float* a, const float* b, float* c, int64_t n, int64_t depth);

// 7. The same on all threads.
void threaded(const float* a, const float* b, float* c, int64_t n, int64_t depth);

// How many bytes each of them carries between memory (or a cache) and the registers for one multiply-add, counted in
// its innermost loops; and the sizes of the tile.
struct Traffic {
  double three_loops, swapped_loops, blocked, vectors, tiled, packed;
};
Traffic bytes_per_multiply_add(int64_t n, int64_t depth);
struct Tile {
  int64_t rows, columns;  // of the tile
  int64_t row_columns;    // of the piece of a row that vectors() keeps
  int64_t lanes;          // of a vector
};
Tile tile();

// c = a b in double precision, to judge the others by.
void product_in_double(const float* a, const float* b, double* c, int64_t n);

// What the machine can do at best --------------------------------------------------------------------------------

// Multiplies and adds in registers alone, `rounds` times flops_in_round(). The result is there to be used: a compiler
// leaves out what nobody needs.
float multiply_add_in_registers(int64_t rounds);
int64_t flops_in_round();

// Reads `count` numbers once and adds them up: from several places at a time, or the same with every line asked for
// before its turn. Which is quicker depends on where the numbers lie: measure each.
float read_all(const float* numbers, int64_t count);
float read_ahead(const float* numbers, int64_t count);

}  // namespace dikkat
