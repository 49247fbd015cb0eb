// Tables that wrap another one: checked, delayed and profiled. Each wraps every row in the same way, so a row is
// written once, as a template on the row; `each_row` is the list of rows.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <memory>

#include "kernels/check.h"
#include "kernels/memory.h"
#include "kernels/table.h"

namespace dikkat {

namespace {

template <class Visitor>
void each_row(Visitor& visit) {
  visit.template wrap_row<&KernelTable::matmul, MatmulArgs>("matmul");
  visit.template wrap_row<&KernelTable::pack, PackArgs>("pack");
  visit.template wrap_row<&KernelTable::unpack, UnpackArgs>("unpack");
  visit.template wrap_row<&KernelTable::softmax, SoftmaxArgs>("softmax");
  visit.template wrap_row<&KernelTable::softmax_backward, SoftmaxBackwardArgs>("softmax_backward");
  visit.template wrap_row<&KernelTable::log_softmax, LogSoftmaxArgs>("log_softmax");
  visit.template wrap_row<&KernelTable::log_softmax_backward, LogSoftmaxBackwardArgs>("log_softmax_backward");
  visit.template wrap_row<&KernelTable::log_sum_exp, LogSumExpArgs>("log_sum_exp");
  visit.template wrap_row<&KernelTable::log_sum_exp_backward, LogSumExpBackwardArgs>("log_sum_exp_backward");
  visit.template wrap_row<&KernelTable::layer_norm, LayerNormArgs>("layer_norm");
  visit.template wrap_row<&KernelTable::layer_norm_backward, LayerNormBackwardArgs>("layer_norm_backward");
  visit.template wrap_row<&KernelTable::rms_norm, RmsNormArgs>("rms_norm");
  visit.template wrap_row<&KernelTable::rms_norm_backward, RmsNormBackwardArgs>("rms_norm_backward");
  visit.template wrap_row<&KernelTable::rotary, RotaryArgs>("rotary");
  visit.template wrap_row<&KernelTable::attention, AttentionArgs>("attention");
  visit.template wrap_row<&KernelTable::attention_backward, AttentionBackwardArgs>("attention_backward");
  visit.template wrap_row<&KernelTable::cross_entropy, CrossEntropyArgs>("cross_entropy");
  visit.template wrap_row<&KernelTable::cross_entropy_backward, CrossEntropyBackwardArgs>("cross_entropy_backward");
  visit.template wrap_row<&KernelTable::embedding, EmbeddingArgs>("embedding");
  visit.template wrap_row<&KernelTable::embedding_backward, EmbeddingBackwardArgs>("embedding_backward");
  visit.template wrap_row<&KernelTable::unary, UnaryArgs>("unary");
  visit.template wrap_row<&KernelTable::unary_backward, UnaryBackwardArgs>("unary_backward");
  visit.template wrap_row<&KernelTable::binary, BinaryArgs>("binary");
  visit.template wrap_row<&KernelTable::binary_backward, BinaryBackwardArgs>("binary_backward");
  visit.template wrap_row<&KernelTable::where, WhereArgs>("where");
  visit.template wrap_row<&KernelTable::where_backward, WhereBackwardArgs>("where_backward");
  visit.template wrap_row<&KernelTable::copy, CopyArgs>("copy");
  visit.template wrap_row<&KernelTable::sum, SumArgs>("sum");
  visit.template wrap_row<&KernelTable::sum_backward, SumBackwardArgs>("sum_backward");
  visit.template wrap_row<&KernelTable::product, ProductArgs>("product");
  visit.template wrap_row<&KernelTable::product_backward, ProductBackwardArgs>("product_backward");
  visit.template wrap_row<&KernelTable::cumulative_sum, CumulativeSumArgs>("cumulative_sum");
  visit.template wrap_row<&KernelTable::arg_max, ArgMaxArgs>("arg_max");
  visit.template wrap_row<&KernelTable::arg_sort, ArgSortArgs>("arg_sort");
  visit.template wrap_row<&KernelTable::gather, GatherArgs>("gather");
  visit.template wrap_row<&KernelTable::scatter, ScatterArgs>("scatter");
  visit.template wrap_row<&KernelTable::unfold, UnfoldArgs>("unfold");
  visit.template wrap_row<&KernelTable::unfold_backward, UnfoldBackwardArgs>("unfold_backward");
  visit.template wrap_row<&KernelTable::band, BandArgs>("band");
  visit.template wrap_row<&KernelTable::band_backward, BandBackwardArgs>("band_backward");
  visit.template wrap_row<&KernelTable::fill, FillArgs>("fill");
  visit.template wrap_row<&KernelTable::random, RandomArgs>("random");
  visit.template wrap_row<&KernelTable::sum_of_squares, SumOfSquaresArgs>("sum_of_squares");
  visit.template wrap_row<&KernelTable::adamw, AdamWArgs>("adamw");
  visit.template wrap_row<&KernelTable::sample, SampleArgs>("sample");
}

std::string describe(const char* kernel, const Operands& operands) {
  std::string result = kernel;
  for (const auto& [name, value] : operands.sizes) result += text(", ", name, " ", value);
  return result;
}

// checked ------------------------------------------------------------------------------------------------------------

const KernelTable* checked_inner = nullptr;

using Bytes = std::vector<char>;

Bytes bytes_of(const Operand& operand) {
  const char* begin = static_cast<const char*>(operand.address);
  return Bytes(begin, begin + operand.bytes);
}

// How far a float result may lie from the reference's.
struct Tolerance {
  double scale = 0;  // the largest result: the error of a sum is relative to it, not to the one that came out small
  double noise = 0;  // what is left of the operands' rounding where everything cancels and the result should be 0

  bool allows(double ours, double expected) const {
    if (std::isnan(ours) || std::isnan(expected)) return std::isnan(ours) == std::isnan(expected);
    if (std::isinf(ours) || std::isinf(expected)) return ours == expected;
    return std::abs(ours - expected) <= 1e-3 * std::abs(expected) + 1e-4 * scale + noise;
  }
};

double largest(const Real* numbers, int64_t count) {
  double result = 0;
  for (int64_t i = 0; i < count; ++i)
    if (std::isfinite(numbers[i])) result = std::max(result, std::abs(static_cast<double>(numbers[i])));
  return result;
}

// Sums of n terms, each at most M, err by about u n M / 7, u = 2^-24 (n roundings of partial sums of sqrt(n) M / 3,
// both at random); 2 u (n + 8) M is more than ten times that. M: the operand whose numbers are smallest, for in a
// product of several the others only pass on its rounding. n: how many numbers of an operand there are for one of the
// result.
double rounding_noise(const Operands& all, int64_t results) {
  double smallest = 0;
  int64_t terms = 1;
  for (const Operand& operand : all.list) {
    if (operand.use != Use::read || operand.element != Element::real) continue;
    const int64_t count = operand.bytes / int64_t{sizeof(Real)};
    const double size = largest(static_cast<const Real*>(operand.address), count);
    terms = std::max(terms, count / results);
    if (size > 0 && (smallest == 0 || size < smallest)) smallest = size;
  }
  return 0x1p-23 * static_cast<double>(terms + 8) * smallest;
}

void compare(const char* kernel, const Operands& all, const Operand& operand, const Bytes& ours_bytes) {
  const auto complain = [&](int64_t index, const auto& ours, const auto& expected) {
    fail(describe(kernel, all), ": ", operand.name, "[", index, "] is ", ours, " with ", checked_inner->name, " and ",
         expected, " with the reference");
  };
  const auto compare_bits = [&](const auto* expected) {
    const auto* ours = reinterpret_cast<decltype(expected)>(ours_bytes.data());
    for (int64_t i = 0; i < operand.bytes / int64_t{sizeof(*expected)}; ++i)
      if (ours[i] != expected[i]) complain(i, ours[i], expected[i]);
  };
  if (operand.element == Element::id) return compare_bits(static_cast<const int32_t*>(operand.address));
  if (operand.element == Element::half) return compare_bits(static_cast<const uint16_t*>(operand.address));
  const auto* ours = reinterpret_cast<const Real*>(ours_bytes.data());
  const auto* expected = static_cast<const Real*>(operand.address);
  const int64_t count = operand.bytes / int64_t{sizeof(Real)};
  const Tolerance tolerance{largest(expected, count), rounding_noise(all, count)};
  for (int64_t i = 0; i < count; ++i)
    if (!tolerance.allows(ours[i], expected[i])) complain(i, ours[i], expected[i]);
}

template <auto row, class Args>
void run_checked(const char* kernel, const Args& args) {
  Operands operands;
  args.operands(operands);
  for (const Operand& operand : operands.list)
    require(operand.bytes == 0 || in_pool(operand.address, operand.bytes), describe(kernel, operands), ": ",
            operand.name, " (", operand.bytes, " bytes) does not lie inside one block of the pool");
  checked_inner->wait();
  std::vector<Bytes> before, ours;
  for (const Operand& operand : operands.list) before.push_back(bytes_of(operand));
  (checked_inner->*row)(args);
  checked_inner->wait();
  for (size_t i = 0; i < operands.list.size(); ++i) {
    const Operand& operand = operands.list[i];
    ours.push_back(bytes_of(operand));
    require(operand.use != Use::read || ours[i] == before[i], describe(kernel, operands), ": ", operand.name,
            " was changed, but the kernel may only read it");
  }
  // Only now: operands may interleave (the thirds of one wide gradient), so putting one back touches its neighbours.
  for (size_t i = 0; i < operands.list.size(); ++i)
    std::memcpy(operands.list[i].address, before[i].data(), before[i].size());
  (reference_table().*row)(args);
  for (size_t i = 0; i < operands.list.size(); ++i)
    if (operands.list[i].use != Use::read) compare(kernel, operands, operands.list[i], ours[i]);
  for (size_t i = 0; i < operands.list.size(); ++i)
    std::memcpy(operands.list[i].address, ours[i].data(), ours[i].size());
}

// delayed ------------------------------------------------------------------------------------------------------------

const KernelTable* delayed_inner = nullptr;
std::vector<std::function<void()>> waiting;

void run_waiting() {
  std::vector<std::function<void()>> now;
  now.swap(waiting);
  for (const auto& kernel : now) kernel();
  delayed_inner->wait();
}

// profiled -----------------------------------------------------------------------------------------------------------

const KernelTable* profiled_inner = nullptr;
std::map<std::string, KernelProfile> profiles;

template <auto row, class Args>
void run_profiled(const char* kernel, const Args& args) {
  Operands operands;
  args.operands(operands);
  const auto start = std::chrono::steady_clock::now();
  (profiled_inner->*row)(args);
  profiled_inner->wait();
  KernelProfile& entry = profiles[kernel];
  entry.kernel = kernel;
  entry.calls += 1;
  entry.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  entry.flops += operands.flops;
  for (const Operand& operand : operands.list)
    entry.bytes += static_cast<double>(operand.bytes) * (operand.use == Use::update ? 2 : 1);
}

// A table's rows are plain functions without a state, so a kernel's name travels as a static beside its wrapper.
template <auto row>
inline const char* row_name = nullptr;

struct FillChecked {
  KernelTable& table;
  template <auto row, class Args>
  void wrap_row(const char* name) {
    row_name<row> = name;
    table.*row = [](const Args& args) { run_checked<row, Args>(row_name<row>, args); };
  }
};

struct FillDelayed {
  KernelTable& table;
  template <auto row, class Args>
  void wrap_row(const char*) {
    table.*row = [](const Args& args) { waiting.push_back([args] { (delayed_inner->*row)(args); }); };
  }
};

struct FillProfiled {
  KernelTable& table;
  template <auto row, class Args>
  void wrap_row(const char* name) {
    row_name<row> = name;
    table.*row = [](const Args& args) { run_profiled<row, Args>(row_name<row>, args); };
  }
};

template <class Fill>
const KernelTable& wrap(KernelTable& table, const char* name, const KernelTable*& inner_slot,
                        const KernelTable& inner) {
  inner_slot = &inner;
  table.name = name;
  Fill fill{table};
  each_row(fill);
  table.wait = inner.wait;
  return table;
}

}  // namespace

const KernelTable& checked_table(const KernelTable& inner) {
  static KernelTable table;
  return wrap<FillChecked>(table, "checked", checked_inner, inner);
}

const KernelTable& delayed_table(const KernelTable& inner) {
  static KernelTable table;
  wrap<FillDelayed>(table, "delayed", delayed_inner, inner);
  table.wait = run_waiting;
  return table;
}

const KernelTable& profiled_table(const KernelTable& inner) {
  static KernelTable table;
  return wrap<FillProfiled>(table, "profiled", profiled_inner, inner);
}

std::vector<KernelProfile> profile() {
  std::vector<KernelProfile> result;
  for (const auto& [name, entry] : profiles) result.push_back(entry);
  std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.seconds > b.seconds; });
  return result;
}

}  // namespace dikkat
