#include "lessons/02_matmul/ladder.h"

#include <algorithm>
#include <cmath>

#include "core/ops.h"
#include "lessons/02_matmul/numbers.h"
#include "lessons/02_matmul/rungs.h"

namespace dikkat {

Ladder::Ladder(Lesson& lesson, const Machine& machine, int64_t n, const Timing& timing)
    : lesson_(lesson), machine_(machine), n_(n), timing_(timing), a_(randn({n, n})), b_(randn({n, n})) {
  exact_.resize(static_cast<size_t>(n * n));
  product_in_double(a_.values().data(), b_.values().data(), exact_.data(), n);
  largest_product_ = std::sqrt(max(sum(a_ * a_, 1)).item() * max(sum(b_ * b_, 0)).item());
}

double Ladder::tolerance(Precision precision) const {
  const double order = 2 * static_cast<double>(n_) * std::ldexp(1, -24);
  const double rounding = precision == Precision::bf16     ? std::ldexp(1, -7) + std::ldexp(1, -14)
                          : precision == Precision::bf16x3 ? std::ldexp(1, -14)
                                                           : 0;
  return (order * (1 + rounding) + rounding) * largest_product_;
}

Rung Ladder::new_rung(const std::string& name, double bytes, Uses uses) const {
  Rung rung;
  rung.name = name;
  rung.c = full({n_, n_}, NAN);  // what is not computed will be noticed
  rung.uses = uses;
  if (bytes > 0) rung.intensity = 2 / bytes;
  return rung;
}

const Rung& Ladder::climb(const std::string& name, double bytes, Product multiply) {
  const Rung rung = new_rung(name, bytes);
  const float *a = a_.values().data(), *b = b_.values().data();
  float* c = rung.c.values().data();
  Stopwatch watch(timing_);
  while (watch.again()) multiply(a, b, c, n_);
  return add(rung, watch.fastest());
}

const Rung& Ladder::climb(const std::string& name, double bytes, ProductInBlocks multiply, int64_t size, Uses uses) {
  const Rung rung = new_rung(name, bytes, uses);
  const float *a = a_.values().data(), *b = b_.values().data();
  float* c = rung.c.values().data();
  Stopwatch watch(timing_);
  while (watch.again()) multiply(a, b, c, n_, size);
  return add(rung, watch.fastest());
}

const Rung& Ladder::step_beside(const std::string& name, Product multiply) {
  const Rung rung = new_rung(name);
  Stopwatch watch(timing_);
  while (watch.again()) multiply(a_.values().data(), b_.values().data(), rung.c.values().data(), n_);
  return add(rung, watch.fastest(), false);
}

const Rung& Ladder::climb_library(const std::string& name, Precision precision) {
  const Precision chosen = dikkat::precision();
  use_precision(precision);
  Rung rung = new_rung(name, 0, Uses::all_threads);
  rung.precision = precision;
  Stopwatch watch(timing_);
  while (watch.again()) {
    rung.c = matmul(a_, b_);  // (n,n)
    rung.c.values();          // waits for it
  }
  use_precision(chosen);
  return add(rung, watch.fastest());
}

const Rung& Ladder::add(Rung rung, double seconds, bool is_numbered) {
  if (is_numbered) rung.sign = std::to_string(++numbered_);
  rung.seconds = seconds;
  rung.gflops = 2 * static_cast<double>(n_ * n_ * n_) / rung.seconds / 1e9;
  const Rung& first = rungs_.empty() ? rung : rungs_.front();
  rung.times = first.seconds / rung.seconds;
  rung.share = rung.gflops / (rung.uses == Uses::all_threads ? machine_.peak_all : machine_.peak_one);
  const auto c = rung.c.values(), c_first = first.c.values();
  double off = 0, size = 0;
  for (size_t i = 0; i < exact_.size(); ++i) {
    const double difference = std::abs(static_cast<double>(c[i]) - static_cast<double>(c_first[i]));
    if (!(difference <= rung.difference)) rung.difference = difference;
    off += (c[i] - exact_[i]) * (c[i] - exact_[i]);
    size += exact_[i] * exact_[i];
  }
  rung.error = std::sqrt(off / size);
  rungs_.push_back(rung);
  return rungs_.back();
}

const Rung& Ladder::at(const std::string& name) const {
  const auto found = std::find_if(rungs_.begin(), rungs_.end(), [&](const Rung& rung) { return rung.name == name; });
  require(found != rungs_.end(), "ladder: there is no rung ", name, " yet");
  return *found;
}

void Ladder::check(const std::string& name) const {
  const Rung& rung = at(name);
  const std::string what = lesson_.label("agrees", {{"rung", lesson_.label(name)}});
  lesson_.same(what, rung.c, rungs_.front().c, tolerance(rung.precision));
}

void Ladder::show_speed(const std::string& name) const {
  const Rung& rung = at(name);
  const bool all = rung.uses == Uses::all_threads && machine_.threads > 1;
  lesson_.line(lesson_.label(all ? "figures_all" : "figures_one", {{"gflops", short_figure(rung.gflops)},
                                                                   {"share", percent_figure(rung.share)},
                                                                   {"times", short_figure(rung.times)}}));
}

void Ladder::show_share(const std::string& name) const {
  const Rung& rung = at(name);
  lesson_.line(
      lesson_.label("figures_share", {{"gflops", short_figure(rung.gflops)}, {"share", percent_figure(rung.share)}}));
}

void Ladder::show(const std::string& name) const {
  check(name);
  show_speed(name);
}

}  // namespace dikkat
