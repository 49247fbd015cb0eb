// The ladder: one product of two matrices, computed by rung after rung; each is checked against the first, and timed.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "kernels/precision.h"
#include "lessons/02_matmul/machine.h"

namespace dikkat {

enum class Uses { one_thread, all_threads };

struct Rung {
  std::string name{};  // of its words in the lesson's labels
  std::string sign{};  // its number on the ladder; "" if it stands beside
  Tensor c{};          // (n,n) what it computed
  Uses uses = Uses::one_thread;
  Precision precision = Precision::f32;
  double intensity = 0;  // flops for each byte that its innermost loops carry to and from registers; 0: not counted

  double seconds = 0, gflops = 0;
  double times = 1;       // as fast as the first rung
  double share = 0;       // of the peak of the threads that it uses
  double difference = 0;  // the largest, to the first rung
  double error = 0;       // Frobenius norm of c minus the product in double precision, relative to the latter's

  double carries() const { return intensity > 0 ? gflops / intensity : 0; }  // GB/s
};

class Ladder {
 public:
  using Product = void (*)(const float* a, const float* b, float* c, int64_t n);
  using ProductInBlocks = void (*)(const float* a, const float* b, float* c, int64_t n, int64_t size);

  // Two matrices (n,n) of normal numbers from the lesson's seed.
  Ladder(Lesson& lesson, const Machine& machine, int64_t n, const Timing& timing);

  // The next rung: computes, compares, measures. It carries `bytes` for one multiply-add.
  const Rung& climb(const std::string& name, double bytes, Product multiply);
  const Rung& climb(const std::string& name, double bytes, ProductInBlocks multiply, int64_t size,
                    Uses uses = Uses::one_thread);

  // The library's product, with a precision of its own; and something to compare with that is no rung of its own.
  const Rung& climb_library(const std::string& name, Precision precision);
  const Rung& step_beside(const std::string& name, Product multiply);

  const Rung& at(const std::string& name) const;
  const std::deque<Rung>& rungs() const { return rungs_; }
  int64_t n() const { return n_; }

  // Says whether the rung agrees with the first one; how fast it is; its speed without the first rung's; all of it.
  void check(const std::string& name) const;
  void show_speed(const std::string& name) const;
  void show_share(const std::string& name) const;
  void show(const std::string& name) const;

  // No element of two right products can differ by more. Each is a sum of n terms in f32 in an order of its own, and
  // with u = 2^-24 (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, chapter 3; Cauchy-Schwarz)
  //   |c - c'| <= 2 n u |row i of a| |column j of b|;
  // rounding the factors adds at most 2^-7 + 2^-16 of |row||column| with bf16, 3 * 2^-16 and a little with bf16x3.
  double tolerance(Precision precision) const;

 private:
  Rung new_rung(const std::string& name, double bytes = 0, Uses uses = Uses::one_thread) const;
  const Rung& add(Rung rung, double seconds, bool is_numbered = true);

  Lesson& lesson_;
  const Machine& machine_;
  int64_t n_;
  Timing timing_;
  Tensor a_, b_;  // (n,n)
  std::vector<double> exact_;
  double largest_product_ = 0;  // |row of a| |column of b|
  std::deque<Rung> rungs_;      // a deque: what climb() returned stays where it is
  int numbered_ = 0;
};

}  // namespace dikkat
