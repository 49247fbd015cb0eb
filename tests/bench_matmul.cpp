// tests/bench matmul [--shape NAME] [--precision f32|bf16x3|bf16|all] [--runs N] [--threads N] [--peak]
//   --shape      only the products whose name holds NAME ("square", "50257", "linear 384x1536 dw", "vector")
//   --precision  of the factors (f32); the products of a vector are always f32, their matrices f32, bf16 and f16
//   --runs       how many runs of at least 50 ms each product gets; the shortest call of all counts (5)
//   --peak       also measures what the machine could do at most, before each run and after the last: vectors of the
//                built level for f32, tiles with loads for bf16 (a third of them for bf16x3, which multiplies three
//                times), for a vector times a matrix a loop that reads the same bytes. Then each product is also given
//                as a share of the best that was seen; without tiles, bf16 and bf16x3 are given no share.
// The error is |c - a b| / |a b| (Frobenius) on a sample of rows against sums in double; the numbers are normal.
#include <algorithm>
#include <cmath>

#include "kernels/parallel.h"
#include "kernels/table.h"
#include "tests/bench.h"
#include "tests/bench_limits.h"
#include "tests/bench_products.h"

namespace dikkat::bench {

namespace {

constexpr double run_seconds = 0.05;

struct Settings {
  std::string shape;
  std::vector<Precision> precisions;
  int64_t runs = 5;
  bool peak = false;
};

// The best that was seen of each limit that does not depend on a product.
struct Peak {
  double lanes = 0, tiles = 0, tiles_in_registers = 0;

  void measure(Precision precision) {
    if (precision == Precision::f32) {
      lanes = std::max(lanes, lanes_limit(2));
      return;
    }
    tiles = std::max(tiles, tiles_limit(TileOperands::loaded, 2));
    tiles_in_registers = std::max(tiles_in_registers, tiles_limit(TileOperands::registers, 1));
  }
};

struct Measured {
  Product product;
  Precision precision = Precision::f32;
  double seconds = 1e300, error = 0;
  double read = 0;  // GB/s, of a vector's matrix
};

bool is_vector(const Product& product) {
  return product.m == 1;
}

// The shortest call within run_seconds.
double shortest_call(const Trial& trial) {
  const auto start = std::chrono::steady_clock::now();
  double best = 1e300;
  do best = std::min(best, best_seconds(1, [&] { trial.run(); }));
  while (std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < run_seconds);
  return best;
}

Measured measure(const Product& product, Precision precision, const Settings& settings, Peak& peak) {
  Measured result = {.product = product, .precision = precision};
  const Trial trial(product, precision);
  const auto measure_limit = [&] {
    if (!settings.peak) return;
    if (is_vector(product))
      result.read = std::max(result.read, read_limit(trial.weights(), product.weight_bytes(), 8, 2));
    else
      peak.measure(precision);
  };
  trial.run();  // memory is touched, threads are awake
  for (int64_t run = 0; run < settings.runs; ++run) {
    measure_limit();
    result.seconds = std::min(result.seconds, shortest_call(trial));
  }
  measure_limit();
  result.error = trial.relative_error();
  return result;
}

// The line of one product. `peak` is complete now.
Case line_of(const Measured& one, const Settings& settings, const Peak& peak) {
  const Product& product = one.product;
  const double gflops = product.operations() / one.seconds / 1e9;
  const double gigabytes = static_cast<double>(product.weight_bytes()) / one.seconds / 1e9;
  const bool vector = is_vector(product), lanes = one.precision == Precision::f32;
  Case line = {.name = text(name_of(one.precision), "  ", product.name),
               .value = vector ? gigabytes : gflops,
               .unit = vector ? "GB/s" : "GFLOP/s"};
  line.figures = {{"milliseconds", 1e3 * one.seconds, "ms"}};
  if (settings.peak) {
    const double limit = vector ? one.read : lanes ? peak.lanes : peak.tiles;
    const double wanted = vector ? gigabytes : gflops * (one.precision == Precision::bf16x3 ? 3 : 1);
    if (limit > 0) line.figures.push_back({"share", 100 * wanted / limit, vector ? "% of reading" : "% of limit"});
    if (vector) line.figures.push_back({"read", one.read, ""});
  }
  line.figures.push_back({"error", one.error, "error"});
  const std::vector<std::pair<std::string, int64_t>> sizes = {
      {"m", product.m}, {"n", product.n}, {"k", product.k}, {"batch", product.batch}, {"threads", threads()}};
  for (const auto& [name, size] : sizes) line.figures.push_back({name, static_cast<double>(size), ""});
  return line;
}

// The limits themselves.
void add_limits(std::vector<Case>& cases, const Settings& settings, const Peak& peak) {
  if (peak.lanes > 0) cases.push_back({text("limit  f32, vectors of ", lanes_of_built_level()), peak.lanes, "GFLOP/s"});
  if (settings.precisions.back() != Precision::f32) {
    const std::string none = has_tiles() ? "" : "no tiles here";
    cases.push_back({"limit  bf16 tiles, loaded", peak.tiles, "GFLOP/s", none});
    cases.push_back({"limit  bf16 tiles, in registers", peak.tiles_in_registers, "GFLOP/s", none});
  }
  constexpr int64_t all_threads = int64_t{1} << 30;
  const int64_t largest = std::min<int64_t>(int64_t{256} << 20, all_threads / threads());
  const Buffer memory(largest * threads(), Category::workspace);
  kernels().fill({.y = static_cast<Real*>(memory.address()), .size = memory.bytes() / 4, .value = 1});
  kernels().wait();
  for (const int64_t kib : {int64_t{32}, int64_t{1024}, int64_t{16} << 10, largest >> 10}) {
    const std::string size = kib < 1024 ? text(kib, " KiB") : text(kib / 1024, " MiB");
    const auto read = [&](int streams) {
      return read_limit(memory.address(), 1024 * kib * threads(), streams, settings.runs);
    };
    Case line = {"limit  read " + size + " a thread", read(1), "GB/s"};
    line.figures = {{"eight_streams", read(8), "GB/s in eight streams, prefetched"}};
    cases.push_back(line);
  }
}

// The shares of all products of matrices in one precision but the batches: their geometric mean and the lowest.
void add_mean(std::vector<Case>& cases, const std::vector<Measured>& all, Precision precision, const Settings& settings,
              const Peak& peak) {
  const double limit = (precision == Precision::f32 ? peak.lanes : peak.tiles);
  double logarithms = 0, lowest = 1e300;
  int64_t count = 0;
  for (const Measured& one : all) {
    if (one.precision != precision || one.product.batch > 1 || is_vector(one.product)) continue;
    const double gflops = one.product.operations() / one.seconds / 1e9;
    logarithms += std::log(gflops);
    lowest = std::min(lowest, gflops);
    ++count;
  }
  if (count < 2) return;
  const double mean = std::exp(logarithms / static_cast<double>(count));
  Case line = {text(name_of(precision), "  geometric mean of ", count), mean, "GFLOP/s"};
  if (settings.peak && limit > 0) {
    const double percent = (precision == Precision::bf16x3 ? 300 : 100) / limit;
    line.figures = {{"share", percent * mean, "% of limit"}, {"lowest_share", percent * lowest, "% at least"}};
  }
  cases.push_back(line);
}

Settings settings_of(Options& options) {
  Settings settings;
  settings.shape = options.text("shape", "");
  const std::string precision = options.text("precision", "f32");
  settings.precisions = {Precision::f32, Precision::bf16x3, Precision::bf16};
  if (precision != "all") settings.precisions = {precision_named(precision)};
  settings.runs = options.number("runs", 5);
  settings.peak = options.flag("peak");
  set_threads(static_cast<int>(std::min<int64_t>(options.number("threads", threads()), 1024)));
  options.end();
  return settings;
}

}  // namespace

std::vector<Case> matmul(Options options) {
  const Settings settings = settings_of(options);
  cpu_table();  // says so where this build does not fit the processor
  Peak peak;
  std::vector<Measured> all;
  for (const Precision precision : settings.precisions) {
    for (const Product& product : products()) {
      if (product.name.find(settings.shape) == std::string::npos) continue;
      if (is_vector(product) && precision != settings.precisions.front()) continue;
      all.push_back(measure(product, is_vector(product) ? Precision::f32 : precision, settings, peak));
      release_free_blocks();
    }
  }
  std::string names;
  for (const Product& product : products()) names += (names.empty() ? "" : ", ") + product.name;
  require(!all.empty(), "no product's name holds '", settings.shape, "'; there are ", names);

  std::vector<Case> cases;
  for (const Measured& one : all) cases.push_back(line_of(one, settings, peak));
  for (const Precision precision : settings.precisions) add_mean(cases, all, precision, settings, peak);
  if (settings.peak) add_limits(cases, settings, peak);
  return cases;
}

}  // namespace dikkat::bench
