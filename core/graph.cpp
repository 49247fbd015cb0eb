#include "core/graph.h"

#include <iomanip>
#include <iostream>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

#include "core/autograd.h"
#include "core/ops.h"

namespace dikkat {

namespace {

constexpr int64_t most_numbers = 8;
constexpr size_t numbers_in_a_line = 4;

std::vector<double> first_numbers(const Tensor& x) {
  const NoGrad reading;
  const int64_t count = std::min<int64_t>(x.numel(), most_numbers);
  const Tensor flat = slice(reshape(x, {x.numel()}), 0, 0, count);
  const std::span<Real> values = flat.values();
  return {values.begin(), values.end()};
}

Json numbers_json(const std::vector<double>& numbers) {
  std::vector<Json> elements(numbers.begin(), numbers.end());
  return Json::array(std::move(elements));
}

struct TreeWriter {
  const std::vector<GraphNode>& nodes;
  std::ostream& out;
  bool plain;
  std::unordered_set<int64_t> written = {};

  void write_numbers(const char* label, const std::vector<double>& numbers, int64_t numel) {
    if (numbers.empty()) return;
    out << label;
    for (size_t i = 0; i < numbers.size() && i < numbers_in_a_line; ++i)
      out << ' ' << std::fixed << std::setprecision(4) << numbers[i];
    if (numel > static_cast<int64_t>(numbers_in_a_line)) out << " ...";
  }

  void write_line(const GraphNode& node) {
    out << '#' << node.id << ' ' << node.operation << ' ';
    if (!node.name.empty()) out << '\'' << node.name << "' ";
    out << node.shape;
    write_numbers(" =", node.first, node.shape.numel());
    write_numbers("   grad", node.gradient, node.shape.numel());
    if (!node.line.empty()) out << "   " << node.line;
    out << '\n';
  }

  // The operands of one node are written below it, each behind a branch. An explicit stack: a graph may be deep.
  void write_all() {
    struct Open {
      const GraphNode* node;
      std::string margin;
      size_t next = 0;
    };
    const std::string branch = plain ? "+- " : "├─ ", last = plain ? "`- " : "└─ ";
    const std::string through = plain ? "|  " : "│  ";
    std::vector<Open> open{{&nodes.back(), ""}};
    write_line(nodes.back());
    while (!open.empty()) {
      Open& top = open.back();
      if (top.next == top.node->inputs.size()) {
        open.pop_back();
        continue;
      }
      const GraphNode& input = nodes[static_cast<size_t>(top.node->inputs[top.next++]) - 1];
      const bool is_last = top.next == top.node->inputs.size();
      out << top.margin << (is_last ? last : branch);
      if (!written.insert(input.id).second) {
        out << '#' << input.id << ' ' << (input.name.empty() ? input.operation : "'" + input.name + "'")
            << ", see above\n";
        continue;
      }
      write_line(input);
      const std::string margin = top.margin + (is_last ? "   " : through);  // top is gone after the next line
      open.push_back({&input, margin});
    }
  }
};

}  // namespace

std::vector<GraphNode> graph_of(const Tensor& root) {
  const std::vector<std::shared_ptr<Node>> found = recorded_graph(root);
  std::unordered_map<const Node*, int64_t> ids;
  for (auto it = found.rbegin(); it != found.rend(); ++it) ids.emplace(it->get(), static_cast<int64_t>(ids.size()) + 1);
  std::vector<GraphNode> result;
  for (auto it = found.rbegin(); it != found.rend(); ++it) {
    const Tensor x(*it);
    const Node& node = x.node();
    GraphNode entry;
    entry.id = ids.at(&node);
    entry.operation = node.graph_freed ? text(node.made_by, " (graph freed by backward)") : node.made_by;
    entry.name = node.name;
    entry.line = node.where.line() > 0 ? place(node.where) : "";
    entry.shape = node.shape;
    entry.first = first_numbers(x);
    if (x.has_grad() && node.requires_grad) entry.gradient = first_numbers(x.grad());
    entry.requires_grad = node.requires_grad;
    if (node.op)
      for (const Tensor& input : node.op->inputs) entry.inputs.push_back(ids.at(&input.node()));
    result.push_back(std::move(entry));
  }
  return result;
}

void retain_grads(const Tensor& root) {
  for (const std::shared_ptr<Node>& node : recorded_graph(root)) Tensor(node).retain_grad();
}

void print_graph(const Tensor& root, std::ostream& out, bool plain) {
  std::ostringstream page;
  const std::vector<GraphNode> nodes = graph_of(root);
  TreeWriter{nodes, page, plain}.write_all();
  out << page.str();
}

void print_graph(const Tensor& root) {
  print_graph(root, std::cout);
  std::cout.flush();
}

Json graph_json(const Tensor& root) {
  std::vector<Json> nodes;
  for (const GraphNode& node : graph_of(root)) {
    std::vector<Json> sizes, inputs(node.inputs.begin(), node.inputs.end());
    for (const int64_t size : node.shape.sizes()) sizes.emplace_back(size);
    nodes.push_back(Json::object({{"id", node.id},
                                  {"operation", node.operation},
                                  {"name", node.name},
                                  {"line", node.line},
                                  {"shape", Json::array(std::move(sizes))},
                                  {"first", numbers_json(node.first)},
                                  {"gradient", numbers_json(node.gradient)},
                                  {"requires_grad", node.requires_grad},
                                  {"inputs", Json::array(std::move(inputs))}}));
  }
  return Json::object({{"nodes", Json::array(std::move(nodes))}});
}

}  // namespace dikkat
