// y = x or y += x between two layouts, for cpu.cpp: row by row where both are contiguous, in blocks turned over in
// registers where one is the transpose of the other (each cache line is then read and written once), else one by one.
#pragma once

#include "kernels/elementwise/binary.h"

namespace dikkat::elementwise {

static inline void copy_row(const float* x, float* y, int64_t x_step, int64_t y_step, int64_t size, bool accumulate) {
  for (int64_t i = 0; i < size; i += lanes) {
    const int64_t count = up_to_lanes(size - i);
    const Lanes value = strided::load(x + i * x_step, x_step, count);
    float* to = y + i * y_step;
    strided::store(to, y_step, accumulate ? strided::load(to, y_step, count) + value : value, count);
  }
}

// A block of at most lanes x lanes: y[i][j] = x[j][i], rows of y `y_step` apart, rows of x `x_step`.
static inline void turn_block(const float* x, float* y, int64_t x_step, int64_t y_step, int64_t rows, int64_t cols,
                              bool accumulate) {
  Lanes block[lanes];
  for (int64_t j = 0; j < lanes; ++j) block[j] = j < cols ? load_up_to(x + j * x_step, rows) : Lanes{};
  transpose(block);
  for (int64_t i = 0; i < lanes && i < rows; ++i) {
    float* to = y + i * y_step;
    store_up_to(to, accumulate ? load_up_to(to, cols) + block[i] : block[i], cols);
  }
}

static inline void copy_strided(const CopyArgs& args) {
  const Walk<2> unsorted = strided::simplify<2>(args.rank, args.shape, {args.x_steps, args.y_steps});
  if (count_of(unsorted) == 0) return;

  // The order of the dimensions is free: the largest steps of y go first, so that y is written from end to end.
  int order[max_rank];
  for (int d = 0; d < unsorted.rank; ++d) {
    int place = d;
    for (; place > 0 && unsorted.steps[1][order[place - 1]] < unsorted.steps[1][d]; --place) {
      order[place] = order[place - 1];
    }
    order[place] = d;
  }
  int64_t shape[max_rank], x_steps[max_rank], y_steps[max_rank];
  for (int d = 0; d < unsorted.rank; ++d) {
    shape[d] = unsorted.shape[order[d]];
    x_steps[d] = unsorted.steps[0][order[d]], y_steps[d] = unsorted.steps[1][order[d]];
  }
  Walk<2> walk = strided::simplify<2>(unsorted.rank, shape, {x_steps, y_steps});
  const int last = walk.rank - 1;

  int turned = -1;  // the dimension in which x is contiguous
  for (int d = 0; d < last; ++d) {
    if (walk.steps[0][d] == 1) turned = d;
  }
  if (turned < 0 || walk.steps[1][last] != 1 || walk.steps[0][last] == 0) {
    const int64_t x_step = walk.steps[0][last], y_step = walk.steps[1][last];
    for_rows(walk, [&](int64_t row, int64_t begin, int64_t end) {
      copy_row(args.x + strided::offset(row, last, walk.shape, walk.steps[0]) + begin * x_step,
               args.y + strided::offset(row, last, walk.shape, walk.steps[1]) + begin * y_step, x_step, y_step,
               end - begin, args.accumulate);
    });
    return;
  }
  const int64_t rows = walk.shape[turned], cols = walk.shape[last];
  const int64_t x_step = walk.steps[0][last], y_step = walk.steps[1][turned];
  walk.shape[turned] = (rows + lanes - 1) / lanes;  // count bands of rows instead of rows
  walk.steps[0][turned] *= lanes, walk.steps[1][turned] *= lanes;
  const int64_t bands = count_of(walk) / cols;
  parallel_ranges(bands, rows_per_piece(cols * lanes), [&](int64_t begin, int64_t end) {
    for (int64_t band = begin; band < end; ++band) {
      int64_t after = 1;
      for (int d = turned + 1; d < last; ++d) after *= walk.shape[d];
      const int64_t height = up_to_lanes(rows - band / after % walk.shape[turned] * lanes);
      const float* x = args.x + strided::offset(band, last, walk.shape, walk.steps[0]);
      float* y = args.y + strided::offset(band, last, walk.shape, walk.steps[1]);
      for (int64_t j = 0; j < cols; j += lanes) {
        turn_block(x + j * x_step, y + j, x_step, y_step, height, up_to_lanes(cols - j), args.accumulate);
      }
    }
  });
}

}  // namespace dikkat::elementwise
