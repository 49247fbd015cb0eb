// What a model is made of: one row for each operation of a pass through it, in the order in which they are computed.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "nn/module.h"

namespace dikkat {

struct SummaryRow {
  std::string layer;         // the module whose parameters are used: "blocks.0.attention.query"; empty where none are
  std::string operation;     // "linear"
  Shape shape;               // of the output
  int64_t parameters = 0;    // in this layer; 0 where an earlier row has counted them (a tied head)
  double multiply_adds = 0;  // of matrix products and attention
  int64_t activation_bytes = 0;  // memory for the output and for the way back; views take none
};

struct Summary {
  std::vector<SummaryRow> rows;
  int64_t parameters = 0;  // all of the model, those that this pass did not use included
  double multiply_adds = 0;
  int64_t activation_bytes = 0;
};

// Runs `forward` once and tells what it did:   summarize(model, [&] { model.forward(ids); })
Summary summarize(Module& model, const std::function<void()>& forward);

// The table:
//   layer                        operation  output       parameters  multiply-adds  activations
//   token_embedding              embedding  (1,64,128)       65,536              0     32.0 KiB
// Blocks that repeat the one before row by row are one line: "blocks.1 ... blocks.5: as blocks.0".
std::ostream& operator<<(std::ostream& out, const Summary& summary);

}  // namespace dikkat
