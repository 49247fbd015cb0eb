// The memory of one kernel call under test: random inputs and preset outputs in the pool, with guard zones around each.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kernels/half.h"
#include "kernels/kernels.h"
#include "kernels/memory.h"
#include "kernels/random.h"
#include "kernels/table.h"

namespace dikkat::test {

// Half the distance from 1 to the next Real: the largest relative error of one rounding.
inline constexpr double unit = std::numeric_limits<Real>::epsilon() / 2;

// How far an output may lie from the reference: |ours - expected| <= relative * |expected| + absolute.
struct Limit {
  double relative = 0, absolute = 0;
};
inline constexpr Limit exact = {};

// Where the limits come from. `unit` is the largest relative error of one rounding, u. The reference adds up in double,
// so its own error does not count. Inputs are uniform in [-1, 1] unless a case says otherwise.
//   sum_error: n terms of random sign, each at most M. Partial sums stay near sqrt(n) M / 3 (a random walk), each of n
//     roundings errs by at most u times one of them, and errors walk at random again: about u n M / 7. 2 u (n + 8) M is
//     more than ten times that, and still far below one missing term.
//   positive_sum_error: n positive terms. Partial sums are at most the result, n errors of random sign: u sqrt(n),
//     relative to the result; four times that is allowed.
//   A function such as exp may err by 4 units in the last place: 8 u.
inline double sum_error(int64_t terms, double largest) {
  return 2 * unit * static_cast<double>(terms + 8) * largest;
}
inline double positive_sum_error(int64_t terms) {
  return 4 * unit * (std::sqrt(static_cast<double>(terms)) + 2);
}
inline constexpr double function_error = 8 * unit;

class Workbench {
 public:
  // Inputs: uniform random numbers, or ids in [low, high).
  Real* in(int64_t count, double low = -1, double high = 1) {
    Real* numbers = add<Real>("input", count, false, exact);
    for (int64_t i = 0; i < count; ++i) numbers[i] = static_cast<Real>(low + (high - low) * next());
    return numbers;
  }
  int32_t* in_ids(int64_t count, int32_t low, int32_t high) {
    int32_t* ids = add<int32_t>("ids", count, false, exact);
    for (int64_t i = 0; i < count; ++i) ids[i] = low + static_cast<int32_t>((high - low) * next());
    return ids;
  }
  // Random numbers in [low, high] as bf16 or f16.
  uint16_t* in_packed(int64_t count, Storage storage, double low = -1, double high = 1) {
    uint16_t* numbers = add<uint16_t>("packed", count, false, exact);
    for (int64_t i = 0; i < count; ++i) {
      const auto number = static_cast<float>(low + (high - low) * next());
      numbers[i] = storage == Storage::f16 ? float_to_half(number) : float_to_bfloat16(number);
    }
    return numbers;
  }
  // Outputs: preset with random numbers in [-1, 1], so that += differs from = and an element left out is seen.
  Real* out(const char* name, int64_t count, Limit limit, double low = -1, double high = 1) {
    Real* numbers = add<Real>(name, count, true, limit);
    for (int64_t i = 0; i < count; ++i) numbers[i] = static_cast<Real>(low + (high - low) * next());
    return numbers;
  }
  int32_t* out_ids(const char* name, int64_t count) {
    int32_t* ids = add<int32_t>(name, count, true, exact);
    for (int64_t i = 0; i < count; ++i) ids[i] = -7;
    return ids;
  }
  uint16_t* out_packed(const char* name, int64_t count) {
    uint16_t* numbers = add<uint16_t>(name, count, true, exact);
    for (int64_t i = 0; i < count; ++i) numbers[i] = 7;
    return numbers;
  }

  // The call under test: a row of the table, and its arguments.
  template <class Args>
  void call(void (*KernelTable::*row)(const Args&), const Args& args) {
    call_ = [row, args](const KernelTable& table) { (table.*row)(args); };
    is_overridden_ = [row](const KernelTable& table) { return table.*row != reference_table().*row; };
    row_ = reinterpret_cast<const char*>(&(reference_table().*row)) - reinterpret_cast<const char*>(&reference_table());
    operands_ = {};
    args.operands(operands_);
    for (Region& region : regions_) region.preset = bytes(region);
  }

  int64_t row() const { return row_; }  // where this row lies in KernelTable
  bool overridden(const KernelTable& table) const { return is_overridden_(table); }

  // Runs the call from the preset state. Returns the outputs' bytes, after a look at the guards and the inputs.
  std::vector<std::string> run(const KernelTable& table) {
    for (const Region& region : regions_) std::memcpy(region.begin, region.preset.data(), region.preset.size());
    call_(table);
    table.wait();
    std::vector<std::string> outputs;
    for (const Region& region : regions_) {
      EXPECT_TRUE(guards_hold(region)) << table.name << " wrote before or behind " << region.name;
      if (region.is_output) {
        outputs.push_back(bytes(region));
      } else {
        EXPECT_EQ(bytes(region), region.preset) << table.name << " changed an input";
      }
    }
    return outputs;
  }

  // Compares what two runs returned, each output within its limit.
  void expect_close(const std::vector<std::string>& ours, const std::vector<std::string>& expected) const {
    size_t i = 0;
    for (const Region& region : regions_) {
      if (!region.is_output) continue;
      switch (region.element) {
        case Element::real:
          compare<Real>(region, ours[i], expected[i]);
          break;
        case Element::id:
          compare<int32_t>(region, ours[i], expected[i]);
          break;
        case Element::half:
          compare<uint16_t>(region, ours[i], expected[i]);
          break;
      }
      ++i;
    }
  }

  // What Args::operands() tells must fit what was laid out: each operand inside one region, used as it may be, and no
  // part of a region untold.
  void expect_operands_fit() const {
    for (const Region& region : regions_) {
      const char *first = region.end, *last = region.begin;
      for (const Operand& operand : operands_.list) {
        const char* begin = static_cast<const char*>(operand.address);
        if (begin < region.begin || begin >= region.end) continue;
        first = std::min(first, begin);
        last = std::max(last, begin + operand.bytes);
        EXPECT_EQ(operand.use != Use::read, region.is_output) << operand.name << " of " << region.name;
        EXPECT_EQ(operand.element == region.element, true) << operand.name;
      }
      if (region.begin == region.end) continue;
      EXPECT_EQ(first - region.begin, 0) << region.name;
      EXPECT_EQ(last - region.end, 0) << region.name;
    }
  }

 private:
  struct Region {
    const char* name;
    char *begin, *end;
    bool is_output;
    Element element;
    Limit limit;
    std::string preset;
    std::unique_ptr<Buffer> block;
  };

  // The guards are NaN, so that reading them shows as well. 17 of them: no operand is aligned to more than one number.
  static constexpr int64_t guards = 17;
  static constexpr unsigned char guard_byte = 0xff;

  static constexpr Element element_of(const Real*) { return Element::real; }
  static constexpr Element element_of(const int32_t*) { return Element::id; }
  static constexpr Element element_of(const uint16_t*) { return Element::half; }

  template <class Number>
  Number* add(const char* name, int64_t count, bool is_output, Limit limit) {
    const int64_t size = sizeof(Number), total = (count + 2 * guards) * size;
    auto block = std::make_unique<Buffer>(total, Category::workspace);
    char* start = static_cast<char*>(block->address());
    std::memset(start, guard_byte, static_cast<size_t>(total));
    char *begin = start + guards * size, *end = begin + count * size;
    regions_.push_back(
        {name, begin, end, is_output, element_of(static_cast<Number*>(nullptr)), limit, "", std::move(block)});
    return reinterpret_cast<Number*>(begin);
  }

  double next() { return random_uniform({.seed = 2026}, drawn_++); }

  static std::string bytes(const Region& region) { return std::string(region.begin, region.end); }

  static bool guards_hold(const Region& region) {
    const char* start = static_cast<const char*>(region.block->address());
    const char* stop = start + region.block->bytes();
    const auto is_guard = [](char byte) { return static_cast<unsigned char>(byte) == guard_byte; };
    return std::all_of<const char*>(start, region.begin, is_guard) &&
           std::all_of<const char*>(region.end, stop, is_guard);
  }

  template <class Number>
  static void compare(const Region& region, const std::string& ours_bytes, const std::string& expected_bytes) {
    const auto* ours = reinterpret_cast<const Number*>(ours_bytes.data());
    const auto* expected = reinterpret_cast<const Number*>(expected_bytes.data());
    const int64_t count = static_cast<int64_t>(expected_bytes.size() / sizeof(Number));
    double worst = 0;  // error as a share of what is allowed
    int64_t where = -1;
    for (int64_t i = 0; i < count; ++i) {
      const double a = ours[i], b = expected[i];
      if (a == b || (std::isnan(a) && std::isnan(b))) continue;
      double share = std::abs(a - b) / (region.limit.relative * std::abs(b) + region.limit.absolute);
      if (std::isnan(share)) share = std::numeric_limits<double>::infinity();
      if (where < 0 || share > worst) worst = share, where = i;
    }
    if (where < 0) return;
    EXPECT_LE(worst, 1) << region.name << "[" << where << "] of " << count << " is " << ours[where] << " and should be "
                        << expected[where];
  }

  std::vector<Region> regions_;
  std::function<void(const KernelTable&)> call_;
  std::function<bool(const KernelTable&)> is_overridden_;
  Operands operands_;
  int64_t row_ = -1;
  uint64_t drawn_ = 0;
};

struct KernelCase {
  std::string name;
  std::function<void(Workbench&)> build;
};
using KernelCases = std::vector<KernelCase>;

// Calls body(bench) for the cases that are wanted(case); stops after a few failures, which would repeat themselves.
template <class Wanted, class Body>
void for_each_case(const KernelCases& cases, const Wanted& wanted, const Body& body) {
  for (const KernelCase& kernel_case : cases) {
    if (!wanted(kernel_case)) continue;
    if (testing::UnitTest::GetInstance()->current_test_info()->result()->total_part_count() > 10) return;
    SCOPED_TRACE(kernel_case.name);
    Workbench bench;
    kernel_case.build(bench);
    body(bench);
  }
}

inline constexpr int64_t awkward[] = {1, 3, 17, 64, 67, 128};

}  // namespace dikkat::test
