// What operations are told besides their operands, and results that are more than one tensor.
#pragma once

#include "core/ids.h"
#include "core/tensor.h"

namespace dikkat {

// What becomes of the losses of many elements. batchmean: their sum divided by the first size.
enum class Reduction { none, mean, sum, batchmean };

// A size in both directions of a picture; one number stands for both.
struct Size2 {
  int64_t height = 0, width = 0;
  Size2(int64_t both) : height(both), width(both) {}
  Size2(int64_t height, int64_t width) : height(height), width(width) {}
};

// How a kernel steps over a picture.
struct PatchOptions {
  Size2 stride = 1;
  Size2 padding = 0;  // zeros around the picture
  Size2 dilation = 1;
};

struct ConvOptions {
  Size2 stride = 1;
  Size2 padding = 0;
  Size2 dilation = 1;
  int64_t groups = 1;  // channels are split into so many groups that do not see each other
};

struct AttentionOptions {
  bool causal = false;  // no query sees a later key; the last query sees all of them
  double scale = 0;     // of the scores; 0 stands for 1/sqrt(D)
  int64_t window = 0;   // with causal: only the last so many keys are seen; 0: all
  Tensor mask = {};     // added to the scores: 0 to see, -inf not to; broadcast to (B,H,Tq,Tk)
  double dropout = 0;   // each weight becomes 0 with this probability, the others grow to make up for it
};

struct CrossEntropyOptions {
  double label_smoothing = 0;   // this share of the target goes to all classes alike (Szegedy et al., 2016)
  int32_t ignore_index = -100;  // a target that does not count
  Tensor weight = {};           // (V): how much each class counts; an empty Tensor: all alike
  Reduction reduction = Reduction::mean;
};

// Elements in order, and where they came from.
struct Ordered {
  Tensor values;
  Ids indices;
};

// What an attention over one sequence gives: the weighted sum of the values, and the weights.
struct ContextAndWeights {
  Tensor context;  // (B,C)
  Tensor weights;  // (B,T)
};

}  // namespace dikkat
