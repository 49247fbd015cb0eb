// Every kernel of the cpu table against the reference, on awkward sizes and for any number of threads.
#include <gtest/gtest.h>

#include <set>

#include "kernels/parallel.h"
#include "tests/kernel_cases_attention.h"
#include "tests/kernel_cases_binary.h"
#include "tests/kernel_cases_elementwise.h"
#include "tests/kernel_cases_index.h"
#include "tests/kernel_cases_matmul.h"
#include "tests/kernel_cases_reduce.h"
#include "tests/kernel_cases_rows.h"

namespace dikkat::test {
namespace {

const KernelCases& all_cases() {
  static const KernelCases cases = [] {
    KernelCases result;
    add_matmul_cases(result);
    add_matmul_variants(result);
    add_pack_cases(result);
    add_row_cases(result);
    add_attention_cases(result);
    add_index_cases(result);
    add_rotary_cases(result);
    add_unfold_cases(result);
    add_elementwise_cases(result);
    add_binary_cases(result);
    add_reduce_cases(result);
    return result;
  }();
  return cases;
}

// The first word of a case's name.
std::string kernel_of(const KernelCase& kernel_case) {
  return kernel_case.name.substr(0, kernel_case.name.find(' '));
}

std::vector<std::string> kernel_names() {
  std::set<std::string> names;
  for (const KernelCase& kernel_case : all_cases()) names.insert(kernel_of(kernel_case));
  return {names.begin(), names.end()};
}

class Kernel : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!processor_fits()) GTEST_SKIP() << "this processor cannot run kernels built for " << built_level();
  }
  void TearDown() override { set_threads(threads_before_); }

  // Calls body(bench) for every case of this kernel without `except` in its name.
  template <class Body>
  void for_each_case(const Body& body, const std::string& except = "nothing") {
    const auto wanted = [&](const KernelCase& kernel_case) {
      return kernel_of(kernel_case) == GetParam() && kernel_case.name.find(except) == std::string::npos;
    };
    test::for_each_case(all_cases(), wanted, body);
  }

 private:
  int threads_before_ = threads();
};

TEST_P(Kernel, MatchesTheReference) {
  for_each_case([](Workbench& bench) {
    const auto expected = bench.run(reference_table());
    if (bench.overridden(cpu_table())) bench.expect_close(bench.run(cpu_table()), expected);
  });
}

TEST_P(Kernel, GivesTheSameBitsForAnyNumberOfThreads) {
  for_each_case([](Workbench& bench) {
    set_threads(1);
    const auto one = bench.run(cpu_table());
    for (const int count : {2, 5}) {
      set_threads(count);
      EXPECT_EQ(bench.run(cpu_table()) == one, true) << count << " threads";
    }
  });
}

TEST_P(Kernel, TellsItsOperands) {
  for_each_case([](Workbench& bench) { bench.expect_operands_fit(); });
}

// The checked table knows nothing of where its numbers come from, so the ill-conditioned cases are not for it.
TEST_P(Kernel, PassesTheCheckedTable) {
  const auto check = [](Workbench& bench) {
    try {
      bench.run(checked_table(cpu_table()));
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
  };
  for_each_case(check, "shift 1000");
}

INSTANTIATE_TEST_SUITE_P(All, Kernel, testing::ValuesIn(kernel_names()), [](const auto& info) { return info.param; });

TEST(Kernels, EveryRowOfTheTableHasCases) {
  std::set<int64_t> rows;
  std::set<std::string> seen;
  for (const KernelCase& kernel_case : all_cases()) {
    if (!seen.insert(kernel_of(kernel_case)).second) continue;  // the first case of each
    Workbench bench;
    kernel_case.build(bench);
    rows.insert(bench.row());
  }
  // A table is its name, its rows and wait.
  EXPECT_EQ(rows.size(), sizeof(KernelTable) / sizeof(void (*)()) - 2);
}

}  // namespace
}  // namespace dikkat::test
