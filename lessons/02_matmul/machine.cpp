#include "lessons/02_matmul/machine.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/parallel.h"
#include "kernels/table.h"
#include "lessons/02_matmul/rungs.h"

namespace dikkat {

bool Stopwatch::again() {
  const Clock::time_point now = Clock::now();
  const auto until_now = [&](Clock::time_point from) { return std::chrono::duration<double>(now - from).count(); };
  if (runs_ == 0) {
    first_ = now;
  } else {
    const double seconds = std::max(until_now(begun_), 1e-9);
    fastest_ = runs_ == 1 ? seconds : std::min(fastest_, seconds);
    const bool enough = runs_ >= timing_.repeats && until_now(first_) >= timing_.least;
    if (enough || until_now(first_) > timing_.most || Lesson::interrupted()) return false;
  }
  ++runs_;
  begun_ = Clock::now();
  return true;
}

namespace {

// What the loops compute goes here, so that no compiler can find it useless.
volatile float somebody_needs_it;

// For what everything else will be a share of: time to find a quiet moment.
Timing longer(Timing timing) {
  timing.least *= 3;
  return timing;
}

double peak(const Timing& timing, int threads) {
  constexpr int64_t rounds = 200'000;
  std::vector<float> results(static_cast<size_t>(threads));
  Stopwatch watch(longer(timing));
  while (watch.again())
    parallel_for(threads, [&](int64_t i) { results[static_cast<size_t>(i)] = multiply_add_in_registers(rounds); });
  somebody_needs_it = results[0];
  return static_cast<double>(threads * rounds * flops_in_round()) / watch.fastest() / 1e9;
}

using Read = float (*)(const float* numbers, int64_t count);

// The same `count` numbers again and again by one thread: after the first time they are in whatever cache holds them.
double read_again(const Timing& timing, const float* numbers, int64_t count) {
  const int64_t times = 1 + 1'000'000 / count;
  double most = 0;
  for (const Read read : {read_all, read_ahead}) {
    Stopwatch watch(timing);
    while (watch.again())
      for (int64_t i = 0; i < times; ++i) somebody_needs_it = read(numbers, count);
    most = std::max(most, static_cast<double>(times * count) * sizeof(float) / watch.fastest() / 1e9);
  }
  return most;
}

// Each thread reads a part of its own.
double read_together(const Timing& timing, const float* numbers, int64_t count, int threads) {
  const int64_t part = count / threads;
  std::vector<float> results(static_cast<size_t>(threads));
  double most = 0;
  for (const Read read : {read_all, read_ahead}) {
    Stopwatch watch(longer(timing));
    while (watch.again())
      parallel_for(threads, [&](int64_t i) { results[static_cast<size_t>(i)] = read(numbers + i * part, part); });
    somebody_needs_it = results[0];
    most = std::max(most, static_cast<double>(threads * part) * sizeof(float) / watch.fastest() / 1e9);
  }
  return most;
}

}  // namespace

bool uses_plain_loops(const Lesson& lesson) {
  return lesson.flags.word("device") == "reference" || lesson.flags.boolean("check");
}

Machine measure_machine(const Lesson& lesson, int64_t n, const Timing& timing) {
  require(processor_fits(), "this program was built for ", built_level(), ", which this processor does not have; ",
          "build it on this machine");
  Machine machine;
  machine.caches = caches_of_processor();
  machine.threads = threads();
  constexpr int64_t number = sizeof(float);
  const int64_t first = machine.caches.first / number, second = machine.caches.second / number;
  const int64_t side = lesson.preset == Preset::test ? 512 : uses_plain_loops(lesson) ? 1024 : 4096;
  machine.large = rand({side, side}, -1, 1);
  const float* numbers = machine.large.values().data();
  machine.peak_one = peak(timing, 1);
  machine.peak_all = std::max(machine.peak_one, peak(timing, machine.threads));
  machine.first_cache = read_again(timing, numbers, std::min(first / 2, side * side));
  machine.second_cache = read_again(timing, numbers, std::min(second / 2, side * side));
  machine.large_one = read_together(timing, numbers, side * side, 1);
  machine.large_all = std::max(machine.large_one, read_together(timing, numbers, side * side, machine.threads));

  const int64_t lanes = tile().lanes;
  const auto side_of_three = static_cast<int64_t>(std::sqrt(static_cast<double>(first) / 3));
  machine.block = std::max(lanes, side_of_three / lanes * lanes);
  const int64_t most = std::max<int64_t>(1, first * 2 / 3 / tile().columns);
  const int64_t slices = (n + most - 1) / most;
  machine.depth = (n + slices - 1) / slices;  // slices of one size
  return machine;
}

}  // namespace dikkat
