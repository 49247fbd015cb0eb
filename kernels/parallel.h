// Threads. The only place that names OpenMP; without OpenMP everything runs on one thread, with the same results.
#pragma once

#include <cstdint>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace dikkat {

// The number of threads that parallel_for may use (--threads N). At least 1.
void set_threads(int threads);
int threads();

// Calls body(i) for every i in [0, count), spread over the threads in contiguous ranges.
// A result must depend on i alone, never on who computes it: then it has the same bits for any number of threads.
// `body` must not throw. It is `static` because files with different compiler flags include it.
template <class Body>
static inline void parallel_for(int64_t count, const Body& body) {
  // One loop for any number of threads: a second one for a single thread would be compiled a second time, and the
  // compiler may contract multiplications and additions differently there.
#ifdef _OPENMP
#pragma omp parallel for schedule(static) num_threads(threads()) if (count > 1 && threads() > 1 && !omp_in_parallel())
#endif
  for (int64_t i = 0; i < count; ++i) body(i);
}

// The same over ranges: body(begin, end) with at most `grain` items each. The cut depends on `grain` alone.
template <class Body>
static inline void parallel_ranges(int64_t count, int64_t grain, const Body& body) {
  const int64_t pieces = (count + grain - 1) / grain;
  parallel_for(pieces, [&](int64_t piece) {
    const int64_t begin = piece * grain;
    body(begin, begin + grain < count ? begin + grain : count);
  });
}

}  // namespace dikkat
