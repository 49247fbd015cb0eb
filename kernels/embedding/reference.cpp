// The textbook embedding: each id fetches its row of the table; each gradient goes back to the row it came from.
#include "kernels/variants.h"

namespace dikkat::reference {

void embedding(const EmbeddingArgs& args) {
  for (int64_t row = 0; row < args.rows; ++row) {
    const Real* weight = args.weight + args.ids[row] * args.cols;
    for (int64_t i = 0; i < args.cols; ++i) args.y[row * args.cols + i] = weight[i];
  }
}

void embedding_backward(const EmbeddingBackwardArgs& args) {
  for (int64_t row = 0; row < args.rows; ++row) {
    Real* dweight = args.dweight + args.ids[row] * args.cols;
    for (int64_t i = 0; i < args.cols; ++i) dweight[i] += args.dy[row * args.cols + i];
  }
}

void add_embedding(KernelTable& table) {
  table.embedding = embedding;
  table.embedding_backward = embedding_backward;
}

}  // namespace dikkat::reference
