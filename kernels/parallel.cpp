#include "kernels/parallel.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace dikkat {

namespace {

constexpr int pieces_per_thread = 4;  // a thread that lost its processor keeps the others waiting for one piece only
constexpr int spins = 4000;           // some microseconds: kernels follow each other closely, and waking costs as much

using Loop = void (*)(const void* body, int64_t begin, int64_t end);

// The processor may do something else for a moment.
void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

// A job is cut into pieces, and every thread takes the next one until none is left. `ticket_` holds the job's number
// and the next piece in one word: whoever moves it on has that piece of that very job, and the job's other fields
// cannot change before the piece is done. A thread that comes late finds no piece and does nothing.
class Pool {
 public:
  explicit Pool(int helpers) {
    try {
      for (int i = 0; i < helpers; ++i) helpers_.emplace_back([this] { help(); });
    } catch (const std::system_error&) {
      // The system gives no more threads. The results do not depend on their number.
    }
  }

  ~Pool() {
    stop_ = true;
    bell_.fetch_add(1);
    bell_.notify_all();
    for (std::thread& helper : helpers_) helper.join();
  }

  void run(int64_t count, const void* body, Loop loop) {
    const int64_t wanted = static_cast<int64_t>(helpers_.size() + 1) * pieces_per_thread;
    const int64_t size = (count + wanted - 1) / wanted, pieces = (count + size - 1) / size;
    count_.store(count, std::memory_order_relaxed);
    size_.store(size, std::memory_order_relaxed);
    body_.store(body, std::memory_order_relaxed);
    loop_.store(loop, std::memory_order_relaxed);
    unfinished_.store(pieces, std::memory_order_relaxed);
    ticket_.store(++job_ << (2 * piece_bits) | static_cast<uint64_t>(pieces) << piece_bits, std::memory_order_release);
    bell_.fetch_add(1, std::memory_order_release);
    bell_.notify_all();
    while (take_piece()) continue;
    for (int64_t left = unfinished_.load(std::memory_order_acquire), tries = 0; left > 0; ++tries) {
      if (tries < spins)
        pause();
      else
        unfinished_.wait(left, std::memory_order_acquire);
      left = unfinished_.load(std::memory_order_acquire);
    }
  }

 private:
  static constexpr int piece_bits = 16;  // up to 65,535 pieces
  static constexpr uint64_t piece_mask = (uint64_t{1} << piece_bits) - 1;

  // Computes one piece of the current job, if one is left.
  bool take_piece() {
    uint64_t ticket = ticket_.load(std::memory_order_acquire);
    for (;;) {
      const int64_t piece = static_cast<int64_t>(ticket & piece_mask);
      const int64_t pieces = static_cast<int64_t>(ticket >> piece_bits & piece_mask);
      if (piece >= pieces) return false;
      const int64_t count = count_.load(std::memory_order_relaxed), size = size_.load(std::memory_order_relaxed);
      const void* body = body_.load(std::memory_order_relaxed);
      const Loop loop = loop_.load(std::memory_order_relaxed);
      // If this succeeds, the job is the one whose fields were read: its piece was free until now.
      if (!ticket_.compare_exchange_weak(ticket, ticket + 1, std::memory_order_acq_rel, std::memory_order_acquire))
        continue;
      loop(body, piece * size, std::min(count, (piece + 1) * size));
      if (unfinished_.fetch_sub(1, std::memory_order_acq_rel) == 1) unfinished_.notify_one();
      return true;
    }
  }

  void help();

  std::atomic<uint64_t> ticket_ = 0;
  std::atomic<int64_t> count_ = 0, size_ = 1, unfinished_ = 0;
  std::atomic<const void*> body_ = nullptr;
  std::atomic<Loop> loop_ = nullptr;
  std::atomic<uint32_t> bell_ = 0;  // rings when there is a new job
  std::atomic<bool> stop_ = false;
  uint64_t job_ = 0;
  std::vector<std::thread> helpers_;
};

int chosen = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
std::unique_ptr<Pool> pool;
std::mutex one_job;
thread_local bool inside = false;

void Pool::help() {
  inside = true;
  for (;;) {
    const uint32_t heard = bell_.load(std::memory_order_acquire);
    if (stop_) return;  // asked after the bell was heard: the bell rings once more behind it
    while (take_piece()) continue;
    for (int tries = 0; tries < spins && bell_.load(std::memory_order_relaxed) == heard; ++tries) pause();
    bell_.wait(heard, std::memory_order_acquire);
  }
}

}  // namespace

void set_threads(int threads) {
  constexpr int most = 1024;  // keeps the pieces of a job countable
  chosen = std::clamp(threads, 1, most);
  pool.reset();
}

int threads() {
  return chosen;
}

void run_parallel(int64_t count, const void* body, Loop loop) {
  if (count <= 0) return;
  if (count == 1 || chosen == 1 || inside) return loop(body, 0, count);
  const std::unique_lock alone(one_job, std::try_to_lock);
  if (!alone) return loop(body, 0, count);
  if (!pool) pool = std::make_unique<Pool>(chosen - 1);
  inside = true;
  pool->run(count, body, loop);
  inside = false;
}

int64_t take(int64_t& counter, int64_t count) {
  const std::atomic_ref shared(counter);
  if (shared.load(std::memory_order_relaxed) >= count) return -1;
  const int64_t taken = shared.fetch_add(1, std::memory_order_relaxed);
  return taken < count ? taken : -1;
}

void report(int64_t& progress, int64_t value) {
  std::atomic_ref(progress).store(value, std::memory_order_release);
}

void wait_for(const int64_t& progress, int64_t value) {
  const std::atomic_ref shared(const_cast<int64_t&>(progress));
  for (int tries = 0; shared.load(std::memory_order_acquire) != value; ++tries) {
    if (tries < spins)
      pause();
    else
      std::this_thread::yield();
  }
}

}  // namespace dikkat
