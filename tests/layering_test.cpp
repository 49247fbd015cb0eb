// The house rules (layering.h), first on planted examples, then on every file of the repository.
#include "tests/layering.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace dikkat::test {
namespace {

namespace fs = std::filesystem;

// Every file of the project with its path relative to the root; generated folders and other people's are left out.
std::vector<std::pair<std::string, std::string>> repository() {
  std::vector<std::pair<std::string, std::string>> files;
  const fs::path root = DIKKAT_SOURCE;
  for (const std::string part : {"core", "nn", "tokenizer", "lessons", "kernels", "tests", ".ci"}) {
    if (!fs::is_directory(root / part)) continue;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / part)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      files.emplace_back(fs::relative(entry.path(), root).generic_string(),
                         std::string(std::istreambuf_iterator<char>(file), {}));
    }
  }
  return files;
}

bool is_text(const std::string& path) {
  const std::string name = fs::path(path).filename().string();
  return is_source(path) || ends_with_any(path, {".cmake", ".txt", ".md", ".sh", ".gdb"}) || name == "run";
}

void expect_none(const Problems& problems) {
  for (const std::string& problem : problems) ADD_FAILURE() << problem;
}

TEST(Includes, ThatPointUpAreSeen) {
  const auto problems = [](const std::string& path, const std::string& name) {
    return include_problems(path, "// " + name + "\n#pragma once\n\n#include <vector>\n #  include \"" + name + "\"\n");
  };
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"kernels/softmax/cpu.cpp", "core/tensor.h"},
      {"kernels/table.cpp", "nn/linear.h"},
      {"core/tensor.h", "nn/module.h"},
      {"core/ops/views.cpp", "tokenizer/bpe.h"},
      {"core/files/json.cpp", "core/tensor.h"},
      {"core/files/json.cpp", "kernels/kernels.h"},
      {"tokenizer/bpe.cpp", "core/tensor.h"},
      {"tokenizer/bpe.cpp", "kernels/table.h"},
      {"nn/linear.h", "kernels/check.h"},
      {"nn/linear.h", "lessons/stage/lesson.h"},
      {"lessons/11_baby_gpt/lesson.cpp", "kernels/kernels.h"},
      {"lessons/11_baby_gpt/lesson.cpp", "lessons/07_attention/lesson.h"},
      {"lessons/11_baby_gpt/lesson.cpp", "kernels/simd.h"},
      {"lessons/stage/chart.cpp", "tests/naive.h"},
      {"core/tensor.h", "shape.h"},
      {"core/tensor.h", "../kernels/check.h"},
      {"tools/make.cpp", "core/tensor.h"}};
  for (const auto& [path, name] : wrong) EXPECT_EQ(problems(path, name).size(), 1u) << path << " " << name;
  const std::vector<std::pair<std::string, std::string>> right = {
      {"kernels/softmax/cpu.cpp", "kernels/simd.h"},
      {"core/tensor.h", "kernels/check.h"},
      {"core/files/json.cpp", "kernels/check.h"},
      {"tokenizer/bpe.cpp", "core/files/json.h"},
      {"nn/linear.h", "core/ops.h"},
      {"lessons/stage/lesson.cpp", "kernels/table.h"},
      {"lessons/02_matmul/lesson.cpp", "kernels/kernels.h"},
      {"lessons/11_baby_gpt/lesson.cpp", "nn/models/gpt.h"},
      {"lessons/11_baby_gpt/lesson.cpp", "lessons/11_baby_gpt/data.h"},
      {"lessons/07_attention/rungs.cpp", "kernels/simd.h"},
      {"tests/nn_test.cpp", "kernels/table.h"}};
  for (const auto& [path, name] : right) EXPECT_EQ(problems(path, name), Problems()) << path << " " << name;
  EXPECT_EQ(include_problems("core/a.h", "#include <core/tensor.h>\n").size(), 1u);
  EXPECT_EQ(include_problems("core/a.h", "// #include \"nn/module.h\"\n"), Problems());
}

TEST(ReservedWords, AreSeen) {
  const auto count = [](const std::string& path, const std::string& text) {
    return reserved_problems(path, text).size();
  };
  EXPECT_EQ(count("kernels/softmax/cpu.cpp", "#pragma omp parallel for\n"), 1u);
  EXPECT_EQ(count("nn/a.h", "#include <omp.h>\n"), 1u);
  EXPECT_EQ(count("nn/a.h", "std::thread helper(run);\n"), 1u);
  EXPECT_EQ(count("nn/a.h", "int n = omp_get_max_threads();\n"), 1u);
  EXPECT_EQ(count("kernels/parallel.h", "#pragma omp parallel for\n"), 0u);
  EXPECT_EQ(count("kernels/softmax/cpu.cpp", "#include <immintrin.h>\n"), 1u);
  EXPECT_EQ(count("kernels/softmax/cpu.cpp", "auto x = _mm512_add_ps(a, b);\n"), 1u);
  EXPECT_EQ(count("kernels/softmax/cpu.cpp", "__m256i x;\n"), 1u);
  EXPECT_EQ(count("kernels/matmul/tile.h", "auto x = _mm512_add_ps(a, b);\n"), 0u);
  EXPECT_EQ(count("nn/a.h", "#include <unistd.h>\n"), 1u);
  EXPECT_EQ(count("kernels/a.h", "#include <sys/mman.h>\n"), 1u);
  EXPECT_EQ(count("core/files/a.cpp", "#include <sys/mman.h>\n"), 0u);
  EXPECT_EQ(count("nn/a.h", "// like omp_get_max_threads()\nf(\"_mm_add_ps\");\n"), 0u);
  EXPECT_EQ(count("nn/a.h", "f(\"a \\\" b\"); omp_get_wtime();\n"), 1u);
}

TEST(Look, OfFilesIsSeen) {
  EXPECT_EQ(look_problems("core/a.h", "int a;\n"), Problems());
  EXPECT_EQ(look_problems("core/a.h", "").size(), 1u);
  EXPECT_EQ(look_problems("core/a.h", "int a;").size(), 1u);
  EXPECT_EQ(look_problems("core/a.h", "\tint a;\n").size(), 1u);
  EXPECT_EQ(look_problems("core/a.h", "int a;\r\n").size(), 1u);
  EXPECT_EQ(look_problems("a/Makefile", "all:\n\ttrue\n"), Problems());
  EXPECT_EQ(look_problems("core/a.cpp", std::string(most_lines, '\n')), Problems());
  EXPECT_EQ(look_problems("core/a.cpp", std::string(most_lines + 1, '\n')).size(), 1u);
  EXPECT_EQ(look_problems("lessons/data/a.txt", std::string(most_lines + 1, '\n')), Problems());
}

TEST(TopLevel, IsSeen) {
  std::set<std::string> names = {"core",           "nn",        "tokenizer", "lessons", "tests", ".git",
                                 "CMakeLists.txt", "README.md", ".ci",       "kernels"};
  EXPECT_EQ(top_level_problems(names), Problems());
  names.insert("build");
  EXPECT_EQ(top_level_problems(names).size(), 1u);
  names.erase("core");
  EXPECT_EQ(top_level_problems(names).size(), 2u);
}

TEST(Repository, IncludesPointDown) {
  size_t sources = 0;
  for (const auto& [path, text] : repository()) {
    if (!is_source(path)) continue;
    ++sources;
    expect_none(include_problems(path, text));
  }
  EXPECT_GT(sources, 50u);
}

TEST(Repository, ReservedWordsStandInTheirPlace) {
  for (const auto& [path, text] : repository())
    if (is_source(path) && !path.starts_with("tests/layering")) expect_none(reserved_problems(path, text));
}

TEST(Repository, FilesLookTidy) {
  for (const auto& [path, text] : repository())
    if (is_text(path)) expect_none(look_problems(path, text));
}

TEST(Repository, HasThePromisedTopLevel) {
  std::set<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(DIKKAT_SOURCE))
    names.insert(entry.path().filename().string());
  expect_none(top_level_problems(names));
}

}  // namespace
}  // namespace dikkat::test
