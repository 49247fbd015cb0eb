// The graph behind a tensor, made visible: in the terminal, and as data for a drawing.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "core/files/json.h"
#include "core/tensor.h"

namespace dikkat {

// One tensor of a graph and the operation that made it.
struct GraphNode {
  int64_t id = 0;         // 1, 2, 3 ... from the first that was made to the last
  std::string operation;  // "matmul"; "leaf" for what no recorded operation made
  std::string name;       // if it was given one
  std::string line;       // of the lesson: "lesson.cpp:57"; empty for a leaf that wants no gradient
  Shape shape;
  std::vector<double> first;     // its first numbers, at most eight
  std::vector<double> gradient;  // those of its gradient; none where it has none now
  bool requires_grad = false;
  std::vector<int64_t> inputs;  // ids; the operation's operands in order
};

// Everything that `root` was computed from, in the order in which it was made: an operation stands behind its operands.
// Operations are remembered where a gradient is wanted, until backward() frees them: look before it, or call
// backward(Graph::keep). What was computed without is a leaf here.
std::vector<GraphNode> graph_of(const Tensor& root);

// Keeps the gradient of every tensor of the graph in the backward() to come, for looking at. Otherwise the gradients
// of intermediate results are given back as soon as they were used.
void retain_grads(const Tensor& root);

// The graph as a tree, from the result down to the leaves; a tensor that is used twice is written once, then referred
// to. The line of a leaf is the one that asked for its gradient.
//
//   #4 sum () = 28.0000   grad 1.0000   lesson.cpp:14
//   └─ #3 add (3) = 2.0000 8.0000 18.0000   grad 1.0000 1.0000 1.0000   lesson.cpp:14
//      ├─ #2 multiply (3) = 1.0000 4.0000 9.0000   grad 2.0000 2.0000 2.0000   lesson.cpp:13
//      │  ├─ #1 leaf 'x' (3) = 1.0000 2.0000 3.0000   grad 4.0000 8.0000 12.0000   lesson.cpp:12
//      │  └─ #1 'x', see above
//      └─ #2 multiply, see above
// `plain` draws with the characters of ASCII alone.
void print_graph(const Tensor& root, std::ostream& out, bool plain = false);
void print_graph(const Tensor& root);  // to standard output, for a lesson or the debugger

// {"nodes": [{"id": 1, "operation": "leaf", "name": "x", "line": "", "shape": [3], "first": [...], "gradient": [...],
//  "requires_grad": true, "inputs": []}, ...]}: for a drawing (SVG). Numbers that JSON cannot write are null.
Json graph_json(const Tensor& root);

}  // namespace dikkat
