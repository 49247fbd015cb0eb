// What this machine can do at best, measured: every speed of lesson 02 is a share of it.
#pragma once

#include <chrono>

#include "core/tensor.h"
#include "lessons/stage/caches.h"
#include "lessons/stage/lesson.h"

namespace dikkat {

// How long to measure: at least so many runs and so many seconds, but no new run is begun after `most` seconds.
struct Timing {
  int64_t repeats = 5;
  double least = 0.1, most = 1;
};

// Measures what stands in the loop:   Stopwatch watch(timing);  while (watch.again()) run();  watch.fastest()
// The fastest of the runs counts: whatever else the machine does only makes a run slower.
class Stopwatch {
 public:
  explicit Stopwatch(const Timing& timing) : timing_(timing) {}

  // Ends a run and begins the next one; false when there are enough, and after Ctrl-C.
  bool again();

  double fastest() const { return fastest_; }  // seconds

 private:
  using Clock = std::chrono::steady_clock;

  Timing timing_;
  int64_t runs_ = 0;
  double fastest_ = 0;
  Clock::time_point first_, begun_;
};

struct Machine {
  Caches caches;
  int threads = 1;
  double peak_one = 0, peak_all = 0;                        // GFLOP/s from registers alone: one thread, all threads
  double first_cache = 0, second_cache = 0, large_one = 0;  // GB/s read by one thread
  double large_all = 0;                                     // GB/s read by all threads
  Tensor large;       // a matrix (N,N), where possible too large for the first two caches
  int64_t block = 0;  // rows and columns of a square block of which three fill the first cache
  int64_t depth = 0;  // rows of a panel of b: with them it fills two thirds of the first cache
};

// Do the library's products go through the plain loops (--device reference, --check), which take a hundred times
// longer?
bool uses_plain_loops(const Lesson& lesson);

// For matrices (n,n).
Machine measure_machine(const Lesson& lesson, int64_t n, const Timing& timing);

}  // namespace dikkat
