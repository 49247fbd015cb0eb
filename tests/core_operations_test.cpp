// The table of operations against naive loops, plain definitions, every kernel table and planted mistakes.
#include <fstream>
#include <regex>
#include <set>

#include "kernels/parallel.h"
#include "tests/operation_runs.h"

namespace dikkat::test {
namespace {

// Puts a table in force, and the one before back.
class UseTable {
 public:
  explicit UseTable(const KernelTable& table) : before_(kernels()) { use_table(table); }
  ~UseTable() {
    kernels().wait();
    use_table(before_);
  }

 private:
  const KernelTable& before_;
};

class Operations : public testing::TestWithParam<Operation> {};

TEST_P(Operations, ValuesByReference) {
  const UseTable table(reference_table());
  expect_values(GetParam());
}

TEST_P(Operations, ValuesByCpu) {
  const UseTable table(cpu_table());
  expect_values(GetParam());
}

// A fused operation and its plain definition: the same results and gradients.
TEST_P(Operations, EqualItsPlainDefinition) {
  const Operation& row = GetParam();
  if (!row.plain) return;
  in_every_way(row, [&](const std::vector<Operand>& operands) {
    const Arrays fused = result_and_gradients(row, row.run, operands);
    const Arrays plain = result_and_gradients(row, row.plain, operands);
    for (size_t i = 0; i < fused.size(); ++i)
      expect_close(fused[i], plain[i], tolerance(plain[i], longest_of(numbers_of(operands))));
  });
}

// The tables around the cpu kernels, and any number of threads, give the bits of the cpu table; that one is close to
// the reference.
TEST_P(Operations, AgreeOnEveryTable) {
  const Operation& row = GetParam();
  in_every_way(row, [&](const std::vector<Operand>& operands) {
    const auto results_on = [&](const KernelTable& table) {
      const UseTable use(table);
      return result_and_gradients(row, row.run, operands);
    };
    const Arrays reference = results_on(reference_table()), cpu = results_on(cpu_table());
    for (size_t i = 0; i < cpu.size(); ++i)
      expect_close(cpu[i], reference[i], tolerance(reference[i], longest_of(numbers_of(operands))));
    // A result that is 0 in exact arithmetic is pure rounding, which the checked table cannot measure against anything.
    const bool has_scale = std::all_of(reference.begin(), reference.end(), [](const Array& result) {
      return result.numbers.empty() || largest_of(result) > 1e-5;
    });
    for (const KernelTable* table :
         {&checked_table(cpu_table()), &delayed_table(cpu_table()), &profiled_table(cpu_table())}) {
      if (table->name == std::string("checked") && !has_scale) continue;
      SCOPED_TRACE(table->name);
      expect_same_bits(results_on(*table), cpu);
    }
    const int before = threads();
    for (const int count : {1, 2, 5}) {
      SCOPED_TRACE(text(count, " threads"));
      set_threads(count);
      expect_same_bits(results_on(cpu_table()), cpu);
    }
    set_threads(before);
  });
}

// A planted mistake is answered with the operation, the shapes, the rule and the line of the caller.
TEST_P(Operations, NameTheMistake) {
  const Operation& row = GetParam();
  for (const Mistake& mistake : row.mistakes) {
    SCOPED_TRACE(row.name + " " + mistake.shapes);
    const std::source_location caller = std::source_location::current();
    Inputs inputs;
    for (const Shape& shape : parse_shapes(mistake.shapes)) inputs.emplace_back(ones(shape), caller);
    std::string message = "nothing was thrown";
    try {
      (mistake.instead ? mistake.instead : row.run)(inputs);
    } catch (const Error& error) {
      message = error.what();
    }
    for (const std::string& word : mistake.words)
      EXPECT_NE(message.find(word), std::string::npos) << "'" << word << "' is missing in: " << message;
    const std::string line = text("   core_operations_test.cpp:", caller.line());
    EXPECT_TRUE(message.ends_with(line)) << "the line of the caller is missing in: " << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }
}

INSTANTIATE_TEST_SUITE_P(Core, Operations, testing::ValuesIn(operations()),
                         [](const auto& info) { return test_name(info.param); });

// The declarations of core/ops.h, without names and default values: "matmul(In,In)".
std::set<std::string> declarations_in(std::string source) {
  source = std::regex_replace(source, std::regex("//[^\n]*|\\s*=[^,;)]*(?=[,)])"), "");
  std::set<std::string> found;
  const std::regex declaration(
      "(?:Tensor|Ids|Ordered|ContextAndWeights|std::vector<Tensor>)\\s+(operator\\S|\\w+)\\(([^;]*)\\);"),
      name("\\s*\\w+\\s*$");
  for (std::sregex_iterator it(source.begin(), source.end(), declaration), end; it != end; ++it) {
    std::string types;
    std::stringstream parameters((*it)[2]);
    for (std::string parameter; std::getline(parameters, parameter, ',');) {
      parameter = std::regex_replace(std::regex_replace(parameter, name, ""), std::regex("^\\s+|\\s+$"), "");
      types += (types.empty() ? "" : ",") + parameter;
    }
    found.insert((*it)[1].str() + "(" + types + ")");
  }
  return found;
}

TEST(OperationTable, ReadsDeclarations) {
  const std::set<std::string> expected = {"f(In,const Ids&,double)", "operator+(double,In)",    "parts(In,int64_t)",
                                          "where(In,int)",           "pool(In,const Options&)", "order(In)",
                                          "attend(In,const Tensor&)"};
  EXPECT_EQ(declarations_in("// Tensor g(In x);\nTensor f(In x,\n  const Ids& ids,  // of\n  double eps = 1e-5);\n"
                            "Tensor operator+(double number, In x);\nstd::vector<Tensor> parts(In x, int64_t size);\n"
                            "Ids where(In x, int dim = -1);\nOrdered order(In x);\n"
                            "ContextAndWeights attend(In x, const Tensor& mask = {});\n"
                            "Tensor pool(In x, const Options& options = {.stride = 0});  // of a picture"),
            expected);
}

TEST(OperationTable, HasEveryDeclaration) {
  std::ifstream file(DIKKAT_SOURCE "/core/ops.h");
  const std::string source((std::istreambuf_iterator<char>(file)), {});
  const std::string code = std::regex_replace(source, std::regex("//[^\n]*"), "");
  const std::regex end_of_declaration("\\);");
  const auto ends = std::distance(std::sregex_iterator(code.begin(), code.end(), end_of_declaration), {});
  EXPECT_EQ(static_cast<size_t>(ends), declarations_in(source).size()) << "a result of a type that is not known here?";
  std::set<std::string> rows;
  for (const Operation& row : operations()) rows.insert(row.declaration);
  EXPECT_EQ(rows, declarations_in(source)) << "each operation of core/ops.h needs a row in tests/operations_*.cpp";
}

}  // namespace
}  // namespace dikkat::test
