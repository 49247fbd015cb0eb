#include "nn/summary.h"

#include <algorithm>
#include <array>
#include <iomanip>
#include <ostream>
#include <sstream>
#include <unordered_map>

#include "core/autograd.h"
#include "core/observe.h"

namespace dikkat {

namespace {

// "blocks.0.attention.query.weight" -> "blocks.0.attention.query"
std::string layer_of(const std::string& parameter) {
  const size_t dot = parameter.rfind('.');
  return dot == parameter.npos ? parameter : parameter.substr(0, dot);
}

// The tensor that x is a view of, as far as that was recorded.
const Node* base_of(const Tensor& x) {
  const Node* node = &x.node();
  while (!node->owns_gradient && node->op && !node->op->inputs.empty()) node = &node->op->inputs[0].node();
  return node;
}

std::string with_commas(double number) {
  std::ostringstream plain;
  plain << std::fixed << std::setprecision(0) << number;
  std::string digits = plain.str();
  for (int i = static_cast<int>(digits.size()) - 3; i > 0; i -= 3) digits.insert(static_cast<size_t>(i), ",");
  return digits;
}

std::string in_bytes(int64_t bytes) {
  const char* const units[] = {"B", "KiB", "MiB", "GiB"};
  double number = static_cast<double>(bytes);
  int unit = 0;
  for (; number >= 1024 && unit < 3; ++unit) number /= 1024;
  std::ostringstream out;
  out << std::fixed << std::setprecision(unit == 0 ? 0 : 1) << number << ' ' << units[unit];
  return out.str();
}

// "blocks.12.attention" -> {"blocks.", "12", ".attention"}; empty parts where there is no number.
std::array<std::string, 3> around_number(const std::string& layer) {
  for (size_t dot = layer.find('.'); dot != layer.npos; dot = layer.find('.', dot + 1)) {
    const size_t end = layer.find_first_not_of("0123456789", dot + 1);
    if (end != dot + 1 && (end == layer.npos || layer[end] == '.'))
      return {layer.substr(0, dot + 1), layer.substr(dot + 1, end - dot - 1),
              end == layer.npos ? "" : layer.substr(end)};
  }
  return {layer, "", ""};
}

// Consecutive rows that belong to one block ("blocks.3"), or to none ("").
struct Group {
  std::string block;
  size_t begin = 0, end = 0;
};

// Rows without a layer belong to the block before them, if that block goes on behind them.
std::vector<Group> groups_of(const std::vector<SummaryRow>& rows) {
  const auto block_of = [](const SummaryRow& row) {
    const auto [before, number, after] = around_number(row.layer);
    return number.empty() ? std::string() : before + number;
  };
  std::vector<Group> groups;
  for (size_t i = 0; i < rows.size(); ++i) {
    std::string block = block_of(rows[i]);
    if (rows[i].layer.empty() && !groups.empty()) block = groups.back().block;
    if (groups.empty() || groups.back().block != block) groups.push_back({block, i, i});
    groups.back().end = i + 1;
  }
  return groups;
}

bool same_work(const Summary& summary, const Group& a, const Group& b) {
  if (a.block.empty() || b.block.empty() || a.end - a.begin != b.end - b.begin) return false;
  for (size_t i = 0; i < a.end - a.begin; ++i) {
    const SummaryRow &x = summary.rows[a.begin + i], &y = summary.rows[b.begin + i];
    if (around_number(x.layer)[2] != around_number(y.layer)[2] || x.operation != y.operation || !(x.shape == y.shape) ||
        x.parameters != y.parameters || x.multiply_adds != y.multiply_adds)
      return false;
  }
  return true;
}

using Cells = std::array<std::string, 6>;

Cells cells_of(const SummaryRow& row) {
  return {row.layer,
          row.operation,
          text(row.shape),
          with_commas(static_cast<double>(row.parameters)),
          with_commas(row.multiply_adds),
          in_bytes(row.activation_bytes)};
}

}  // namespace

Summary summarize(Module& model, const std::function<void()>& forward) {
  std::unordered_map<const Node*, std::string> names;
  std::unordered_map<std::string, int64_t> sizes;
  Summary summary;
  for (const Parameter& p : parameters(model)) {
    names.emplace(&p.tensor.node(), layer_of(p.name));
    sizes[layer_of(p.name)] += p.tensor.numel();
    summary.parameters += p.tensor.numel();
  }
  for (const Observed& seen : observe(forward)) {
    if (seen.is_view) continue;
    SummaryRow row;
    row.operation = seen.operation;
    row.shape = seen.shape;
    row.multiply_adds = seen.multiply_adds;
    row.activation_bytes = seen.bytes;
    for (const Tensor& input : seen.inputs)
      if (const auto name = names.find(base_of(input)); name != names.end()) row.layer = name->second;
    if (!row.layer.empty()) row.parameters = std::exchange(sizes[row.layer], 0);
    summary.multiply_adds += row.multiply_adds;
    summary.activation_bytes += row.activation_bytes;
    summary.rows.push_back(std::move(row));
  }
  return summary;
}

std::ostream& operator<<(std::ostream& out, const Summary& summary) {
  std::vector<Cells> lines{{"layer", "operation", "output", "parameters", "multiply-adds", "activations"}};
  std::vector<Group> equal;  // the last block that was written in full, and those that repeat it
  const auto end_repetition = [&] {
    if (equal.size() > 1) {
      const bool one = equal.size() == 2;
      lines.push_back(
          {(one ? equal[1].block : equal[1].block + " ... " + equal.back().block) + ": as " + equal[0].block});
    }
    equal.clear();
  };
  for (const Group& group : groups_of(summary.rows)) {
    if (!equal.empty() && same_work(summary, equal[0], group)) {
      equal.push_back(group);
      continue;
    }
    end_repetition();
    equal.push_back(group);
    for (size_t i = group.begin; i < group.end; ++i) lines.push_back(cells_of(summary.rows[i]));
  }
  end_repetition();
  lines.push_back({"all", "", "", with_commas(static_cast<double>(summary.parameters)),
                   with_commas(summary.multiply_adds), in_bytes(summary.activation_bytes)});

  std::array<size_t, 6> widths{};
  for (const Cells& line : lines)
    for (size_t i = 0; i < line.size(); ++i)
      if (!line[1].empty() || line[0].find(':') == line[0].npos) widths[i] = std::max(widths[i], line[i].size());
  for (const Cells& line : lines) {
    std::ostringstream row;
    for (size_t i = 0; i < line.size(); ++i)
      row << (i ? "  " : "") << (i < 3 ? std::left : std::right) << std::setw(static_cast<int>(widths[i])) << line[i];
    std::string words = row.str();
    words.erase(words.find_last_not_of(' ') + 1);
    out << words << '\n';
  }
  return out;
}

}  // namespace dikkat
