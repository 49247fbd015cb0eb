#include <limits>

#include "tests/golden_ops.h"

namespace dikkat::test {

Runners index_runners() {
  return {
      {"embedding",
       [](const OpsCase& one) -> Outputs {
         if (!one.attrs.find("padding_idx")) return {embedding(one["weight"], one.ids("idx"))};
         const auto padding = static_cast<int32_t>(one.attrs.integer("padding_idx", 0));
         return {embedding(one["weight"], one.ids("idx"), padding)};
       }},
      {"gather",
       [](const OpsCase& one) -> Outputs { return {gather(one["x"], one.attrs.dim("dim"), one.ids("idx"))}; }},
      {"scatter",
       [](const OpsCase& one) -> Outputs {
         return {scatter(one["x"], one.attrs.dim("dim"), one.ids("idx"), one["src"])};
       }},
      {"scatter_add",
       [](const OpsCase& one) -> Outputs {
         return {scatter_add(one["x"], one.attrs.dim("dim"), one.ids("idx"), one["src"])};
       }},
      {"index_select",
       [](const OpsCase& one) -> Outputs { return {index_select(one["x"], one.attrs.dim("dim"), one.ids("idx"))}; }},
      {"index_add",
       [](const OpsCase& one) -> Outputs {
         return {index_add(one["x"], one.attrs.dim("dim"), one.ids("idx"), one["src"])};
       }},
      {"masked_fill",
       [](const OpsCase& one) -> Outputs {
         return {masked_fill(one["x"], one.constant("mask"), one.attrs.number("value", 0))};
       }},
      {"where", [](const OpsCase& one) -> Outputs { return {where(one.constant("cond"), one["a"], one["b"])}; }},
      {"expr: one_hot(idx) @ w",
       [](const OpsCase& one) -> Outputs {
         return {matmul(one_hot(one.ids("idx"), one.attrs.integer("classes", 1)), one["w"])};
       }},
      // [dim, index]
      {"index",
       [](const OpsCase& one) -> Outputs {
         const std::vector<int64_t> place = one.attrs.integers("select");
         return {select(one["x"], static_cast<int>(place.at(0)), place.at(1))};
       }},
  };
}

namespace {

// "start", "end" and "step", as far as they are there.
Outputs sliced(const OpsCase& one) {
  const Tensor x = one["x"];
  const int dim = one.attrs.dim("dim");
  return {slice(x, dim, one.attrs.integer("start", 0), one.attrs.integer("end", x.size(dim)),
                one.attrs.integer("step", 1))};
}

std::vector<In> operands(const OpsCase& one) {
  std::vector<In> all;
  for (size_t i = 0; i < one.inputs(); ++i) all.emplace_back(one[i]);
  return all;
}

// A case with one input takes it twice.
Outputs joined(const OpsCase& one) {
  std::vector<In> parts = operands(one);
  if (parts.size() == 1) parts.push_back(parts[0]);
  return {cat(parts, one.attrs.dim("dim", 0))};
}

Outputs expanded(const OpsCase& one) {
  Tensor x = one["x"];
  if (one.attrs.find("slice_first")) x = slice(x, 0, 0, one.attrs.integer("slice_first", 1));
  Shape shape;  // -1: as it is; counted from the end
  const std::vector<int64_t> sizes = one.attrs.integers("shape");
  const int more = static_cast<int>(sizes.size()) - x.rank();
  for (size_t i = 0; i < sizes.size(); ++i) shape.append(sizes[i] >= 0 ? sizes[i] : x.size(static_cast<int>(i) - more));
  return {expand(x, shape)};
}

// Only a dimension of size 1 can be taken away: of another one the first slice is used.
Outputs squeezed(const OpsCase& one) {
  const int dim = one.attrs.dim("dim");
  return {squeeze(slice(one["x"], dim, 0, 1), dim)};
}

Outputs split_and_multiplied(const OpsCase& one) {
  const std::vector<Tensor> parts = chunk(one["x"], one.attrs.integer("chunks", 2), one.attrs.dim("dim"));
  Tensor product = parts.at(0);
  for (size_t i = 1; i < parts.size(); ++i) product = product * parts[i];
  return {product};
}

// (B,T,C) -> (B,H,T,C/H)
Outputs heads_unfolded(const OpsCase& one) {
  const Tensor x = one["x"];
  const int64_t heads = one.attrs.integer("heads", 1);
  return {transpose(reshape(x, {x.size(0), x.size(1), heads, x.size(2) / heads}), 1, 2)};
}

// The diagonal stands in "attrs", or at the end of the operation's name.
Runner triangle(Tensor (*operation)(In, int64_t)) {
  return [operation](const OpsCase& one) -> Outputs {
    const int64_t suffix = one.suffixes().empty() ? 0 : static_cast<int64_t>(one.suffixes()[0]);
    return {operation(one["x"], one.attrs.integer("diagonal", suffix))};
  };
}

Outputs with_dropout(const OpsCase& one) {
  return {dropout(one["x"], one.attrs.number("p", 0.5), one.attrs.boolean("training", true))};
}

Outputs reshaped(const OpsCase& one) {
  return {reshape(one["x"], one.attrs.integers("shape"))};
}

}  // namespace

Runners shape_runners() {
  return {
      {"reshape", reshaped},
      {"reshape_of_transposed", reshaped},
      {"permute", [](const OpsCase& one) -> Outputs { return {permute(one["x"], one.attrs.dims("dims"))}; }},
      {"transpose",
       [](const OpsCase& one) -> Outputs {
         const std::vector<int> dims = one.attrs.dims("dims");
         return {transpose(one["x"], dims.at(0), dims.at(1))};
       }},
      {"slice", sliced},
      {"slice_step", sliced},
      {"slice_neg", sliced},
      {"slice_empty", sliced},
      {"expand", expanded},
      {"unsqueeze", [](const OpsCase& one) -> Outputs { return {unsqueeze(one["x"], one.attrs.dim("dim"))}; }},
      {"squeeze", squeezed},
      {"flatten",
       [](const OpsCase& one) -> Outputs {
         return {flatten(one["x"], one.attrs.dim("start_dim", 0), one.attrs.dim("end_dim", -1))};
       }},
      {"flip", [](const OpsCase& one) -> Outputs { return {flip(one["x"], one.attrs.dims("dims"))}; }},
      {"roll",
       [](const OpsCase& one) -> Outputs {
         return {roll(one["x"], one.attrs.integer("shift", 1), one.attrs.dim("dim"))};
       }},
      {"repeat", [](const OpsCase& one) -> Outputs { return {repeat(one["x"], one.attrs.integers("repeats"))}; }},
      {"repeat_interleave",
       [](const OpsCase& one) -> Outputs {
         return {repeat_interleave(one["x"], one.attrs.integer("repeats", 1), one.attrs.dim("dim"))};
       }},
      {"pad",
       [](const OpsCase& one) -> Outputs {
         return {pad(one["x"], one.attrs.integers("pad"), one.attrs.number("value", 0))};
       }},
      {"tril", triangle(tril)},
      {"triu", triangle(triu)},
      {"diagonal",
       [](const OpsCase& one) -> Outputs {
         const std::vector<int> dims = one.attrs.dims("dims");
         return {diagonal(one["x"], dims.at(0), dims.at(1))};
       }},
      {"split_mul", split_and_multiplied},
      {"unfold_heads", heads_unfolded},
      {"identity_dropout_p0", with_dropout},
      {"identity_dropout_eval", with_dropout},
      {"cat", joined},
      {"stack", [](const OpsCase& one) -> Outputs { return {stack(operands(one), one.attrs.dim("dim", 0))}; }},
  };
}

}  // namespace dikkat::test
