// The products that tests/bench matmul measures: their shapes, their numbers, and how far a result is from the truth.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernels/kernels.h"
#include "kernels/memory.h"

namespace dikkat::bench {

// c = a b   a (m,k)  b (k,n), `batch` times. A transposed operand lies in memory as its transpose.
struct Product {
  std::string name;
  int64_t m = 0, n = 0, k = 0, batch = 1;
  bool a_transposed = false, b_transposed = false;
  Storage storage = Storage::real;  // of b

  double operations() const;     // two for each term
  int64_t weight_bytes() const;  // of b
};

// Of a small GPT (12 windows of 192 tokens, 384 channels, 6 heads, GPT-2's vocabulary): every linear layer forward
// (x w^T) and backward (dx = dy w, dw = dy^T x), and the two products of attention. Then squares, and a vector times a
// matrix as in generating text, with the matrix in each storage format.
std::vector<Product> products();

// A product with normal random numbers in the pool, ready for any kernel table.
class Trial {
 public:
  Trial(const Product& product, Precision precision);
  void run() const;

  // |c - a b| / |a b| in Frobenius norms, over a sample of rows, against sums in double of the unrounded numbers (of b
  // in 16 bits: as stored). After run().
  double relative_error() const;

  // Where the numbers of b lie.
  const void* weights() const;

 private:
  double sum(int64_t batch, int64_t row, int64_t column) const;

  Product product_;
  std::unique_ptr<Buffer> a_, b_, c_, packed_;
  MatmulArgs args_;
};

}  // namespace dikkat::bench
