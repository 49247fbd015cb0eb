// Threads: the only place that starts any. A small pool instead of OpenMP, whose waiting threads spin: on a machine
// that does anything else besides, that made a training step ten times slower.
#pragma once

#include <cstdint>

namespace dikkat {

// The number of threads that parallel_for may use (--threads N), the caller's included. At least 1; at first as many as
// there are processors. Not from inside a body.
void set_threads(int threads);
int threads();

// Calls loop(body, begin, end) for ranges that together are [0, count), on all threads, and returns when all are done.
// Inside of another call, and while another thread's call is running, it runs on the thread that it is on.
void run_parallel(int64_t count, const void* body, void (*loop)(const void* body, int64_t begin, int64_t end));

// Calls body(i) for every i in [0, count), spread over the threads.
// A result must depend on i alone, never on who computes it: then it has the same bits for any number of threads.
// `body` must not throw. It is `static` because files with different compiler flags include it.
template <class Body>
static inline void parallel_for(int64_t count, const Body& body) {
  run_parallel(count, &body, [](const void* erased, int64_t begin, int64_t end) {
    const Body& each = *static_cast<const Body*>(erased);
    for (int64_t i = begin; i < end; ++i) each(i);
  });
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

// For bodies that share their work instead of having it dealt out beforehand. Counters start at 0.
// The next of the numbers 0, 1, ... count - 1 that nobody has taken from this counter; -1 when all are taken.
int64_t take(int64_t& counter, int64_t count);
// What has been written before report() can be read after wait_for() with the same value. To be waited for only where
// whoever reports it has begun already: bodies may run one after the other on one thread, which would wait for itself.
void report(int64_t& progress, int64_t value);
void wait_for(const int64_t& progress, int64_t value);

}  // namespace dikkat
