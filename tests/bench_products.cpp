#include "tests/bench_products.h"

#include <algorithm>
#include <cmath>

#include "kernels/check.h"
#include "kernels/parallel.h"

namespace dikkat::bench {

namespace {

constexpr int64_t tokens = 12 * 192, heads = 12 * 6;

std::unique_ptr<Buffer> numbers(int64_t count) {
  return std::make_unique<Buffer>(count * static_cast<int64_t>(sizeof(Real)), Category::activations);
}

Real* reals(const std::unique_ptr<Buffer>& buffer) {
  return static_cast<Real*>(buffer->address());
}

std::unique_ptr<Buffer> normal_numbers(int64_t count, uint32_t operation) {
  std::unique_ptr<Buffer> buffer = numbers(count);
  kernels().random({.distribution = Distribution::normal,
                    .y = reals(buffer),
                    .size = count,
                    .stream = {.seed = 1, .operation = operation}});
  return buffer;
}

// Of a (rows, columns) matrix in a batch.
Steps steps_of(int64_t rows, int64_t columns, bool transposed) {
  if (transposed) return {.row = 1, .column = rows, .outer = rows * columns};
  return {.row = columns, .column = 1, .outer = rows * columns};
}

void add_linear(std::vector<Product>& list, int64_t in, int64_t out) {
  const std::string name = text("linear ", in, "x", out);
  list.push_back({.name = name, .m = tokens, .n = out, .k = in, .b_transposed = true});
  list.push_back({.name = name + " dx", .m = tokens, .n = in, .k = out});
  list.push_back({.name = name + " dw", .m = out, .n = in, .k = tokens, .a_transposed = true});
}

}  // namespace

double Product::operations() const {
  return 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k) * static_cast<double>(batch);
}

int64_t Product::weight_bytes() const {
  return batch * k * n * (storage == Storage::real ? static_cast<int64_t>(sizeof(Real)) : 2);
}

std::vector<Product> products() {
  std::vector<Product> list;
  add_linear(list, 384, 384);
  add_linear(list, 384, 1152);
  add_linear(list, 384, 1536);
  add_linear(list, 1536, 384);
  add_linear(list, 384, 50257);
  for (const int64_t size : {512, 1024, 2048})
    list.push_back({.name = text("square ", size), .m = size, .n = size, .k = size});
  list.push_back({.name = "attention scores", .m = 192, .n = 192, .k = 64, .batch = heads, .b_transposed = true});
  list.push_back({.name = "attention values", .m = 192, .n = 64, .k = 192, .batch = heads});
  const std::vector<std::pair<std::string, Storage>> formats = {
      {"f32", Storage::real}, {"bf16", Storage::bf16}, {"f16", Storage::f16}};
  for (const auto& [name, storage] : formats)
    list.push_back(
        {.name = "vector 4096x4096 " + name, .m = 1, .n = 4096, .k = 4096, .b_transposed = true, .storage = storage});
  return list;
}

Trial::Trial(const Product& product, Precision precision) : product_(product) {
  const auto& [name, m, n, k, batch, a_transposed, b_transposed, storage] = product_;
  a_ = normal_numbers(batch * m * k, 1);
  b_ = normal_numbers(batch * k * n, 2);
  c_ = numbers(batch * m * n);
  args_ = {.a = reals(a_),
           .b = reals(b_),
           .c = reals(c_),
           .a_steps = steps_of(m, k, a_transposed),
           .b_steps = steps_of(k, n, b_transposed),
           .c_steps = steps_of(m, n, false),
           .m = m,
           .n = n,
           .k = k,
           .outer = batch,
           .precision = precision};
  if (storage != Storage::real) {
    packed_ = std::make_unique<Buffer>(product_.weight_bytes(), Category::weights);
    auto* packed = static_cast<uint16_t*>(packed_->address());
    kernels().pack({.from = reals(b_), .to = packed, .count = batch * k * n, .storage = storage});
    kernels().unpack({.from = packed, .to = reals(b_), .count = batch * k * n, .storage = storage});
    args_.b = nullptr;
    args_.b_packed = packed;
    args_.b_storage = storage;
  }
  kernels().wait();
}

void Trial::run() const {
  kernels().matmul(args_);
  kernels().wait();
}

const void* Trial::weights() const {
  return packed_ ? packed_->address() : b_->address();
}

double Trial::sum(int64_t batch, int64_t row, int64_t column) const {
  const Real* a = reals(a_) + batch * args_.a_steps.outer + row * args_.a_steps.row;
  const Real* b = reals(b_) + batch * args_.b_steps.outer + column * args_.b_steps.column;
  double sum = 0;
  for (int64_t i = 0; i < args_.k; ++i)
    sum += static_cast<double>(a[i * args_.a_steps.column]) * static_cast<double>(b[i * args_.b_steps.row]);
  return sum;
}

double Trial::relative_error() const {
  const int64_t rows = args_.m * args_.outer, samples = std::min<int64_t>(rows, 8);
  std::vector<double> squares(static_cast<size_t>(args_.n)), errors(squares);  // by column: added up in a fixed order
  parallel_for(args_.n, [&](int64_t column) {
    for (int64_t sample = 0; sample < samples; ++sample) {
      const int64_t place = samples == 1 ? 0 : sample * (rows - 1) / (samples - 1);  // the first, the last, and between
      const int64_t batch = place / args_.m, row = place % args_.m;
      const double truth = sum(batch, row, column);
      const double ours = reals(c_)[batch * args_.c_steps.outer + row * args_.c_steps.row + column];
      squares[static_cast<size_t>(column)] += truth * truth;
      errors[static_cast<size_t>(column)] += (ours - truth) * (ours - truth);
    }
  });
  double square = 0, error = 0;
  for (const double one : squares) square += one;
  for (const double one : errors) error += one;
  return std::sqrt(error / square);
}

}  // namespace dikkat::bench
