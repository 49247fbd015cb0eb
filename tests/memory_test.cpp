// The memory pool and threads.
#include "kernels/memory.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "kernels/parallel.h"
#include "tests/messages.h"

namespace dikkat::test {
namespace {

TEST(Memory, CountsLiveAndPeakByCategory) {
  const auto weights = static_cast<size_t>(Category::weights), workspace = static_cast<size_t>(Category::workspace);
  reset_peak();
  const MemoryUse before = memory_use();
  {
    const Buffer kept(1000, Category::weights);
    { const Buffer passing(5001, Category::workspace); }
    const Buffer smaller(100, Category::workspace);
    const MemoryUse now = memory_use();
    EXPECT_EQ(now.live[weights] - before.live[weights], 1000);
    EXPECT_EQ(now.live[workspace] - before.live[workspace], 100);
    EXPECT_EQ(now.live_total - before.live_total, 1100);
    EXPECT_EQ(now.peak[workspace] - before.live[workspace], 5001);
    EXPECT_EQ(now.peak_total - before.live_total, 6001);
    EXPECT_GE(now.reserved, now.live_total);
  }
  EXPECT_EQ(memory_use().live, before.live);
  EXPECT_EQ(memory_use().peak_total - before.live_total, 6001);
  reset_peak();
  EXPECT_EQ(memory_use().peak, before.live);
}

TEST(Memory, AlignsAndReusesBlocks) {
  for (const int64_t bytes : {0, 1, 63, 64, 65, 4096, 100000, 1 << 24}) {
    auto first = std::make_unique<Buffer>(bytes, Category::activations);
    EXPECT_EQ(first->bytes(), bytes);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(first->address()) % 64, 0u);
    std::fill_n(static_cast<char*>(first->address()), bytes, 'x');
    const void* address = first->address();
    first.reset();
    const int64_t reserved = memory_use().reserved;
    const Buffer second(bytes, Category::gradients);
    EXPECT_EQ(second.address(), address);
    EXPECT_EQ(memory_use().reserved, reserved);
  }
}

TEST(Memory, WastesAtMostAQuarter) {
  for (int64_t bytes = 1000; bytes < 3000000; bytes = bytes * 9 / 8) {
    release_free_blocks();
    const int64_t before = memory_use().reserved;
    const Buffer buffer(bytes, Category::activations);
    EXPECT_LE(memory_use().reserved - before, bytes * 5 / 4 + 64) << bytes;
  }
}

TEST(Memory, KnowsWhatLiesInThePool) {
  auto buffer = std::make_unique<Buffer>(1000, Category::weights);
  const char* begin = static_cast<const char*>(buffer->address());
  EXPECT_TRUE(in_pool(begin, 1000));
  EXPECT_TRUE(in_pool(begin + 999, 1));
  EXPECT_FALSE(in_pool(begin, 1001));  // though the block behind it is rounded up
  EXPECT_FALSE(in_pool(begin - 1, 2));
  EXPECT_FALSE(in_pool(begin + 1000, 1));
  EXPECT_FALSE(in_pool(begin, -1));
  const int on_the_stack = 0;
  EXPECT_FALSE(in_pool(&on_the_stack, 4));
  buffer.reset();
  EXPECT_FALSE(in_pool(begin, 1000));
}

TEST(Memory, ReleasesFreeBlocks) {
  const Buffer kept(1000, Category::weights);
  { const Buffer passing(1 << 20, Category::workspace); }
  const int64_t before = memory_use().reserved;
  release_free_blocks();
  EXPECT_LE(memory_use().reserved, before - (1 << 20));
  EXPECT_GE(memory_use().reserved, 1000);
  EXPECT_TRUE(in_pool(kept.address(), 1000));
}

TEST(Memory, RefusesSizesThatWentWrong) {
  const int64_t before = memory_use().live_total;
  for (const int64_t bytes : {int64_t{-1}, int64_t{1} << 60, std::numeric_limits<int64_t>::max()}) {
    expect_parts(message_of([&] { Buffer(bytes, Category::weights); }), {"memory", std::to_string(bytes)});
  }
  EXPECT_EQ(memory_use().live_total, before);
}

#ifndef __SANITIZE_ADDRESS__  // which needs more addresses than are left to it here

TEST(Memory, SaysThatTheSystemHasNoMore) {
  const auto ask = [] {
    const rlimit limit{int64_t{256} << 20, int64_t{256} << 20};
    setrlimit(RLIMIT_AS, &limit);
    { const Buffer passing(int64_t{100} << 20, Category::workspace); }
    const Buffer other(int64_t{130} << 20, Category::workspace);  // there is room when the free block is given back
    const std::string message = message_of([] { Buffer(int64_t{1} << 30, Category::weights); });
    std::exit(message.find("1073741824 bytes left for weights") == std::string::npos ? 1 : 7);
  };
  EXPECT_EXIT(ask(), testing::ExitedWithCode(7), "");
}

#endif

// Threads ------------------------------------------------------------------------------------------------------------

class Threads : public testing::Test {
 protected:
  ~Threads() override { set_threads(before_); }

 private:
  int before_ = threads();
};

TEST_F(Threads, ParallelForVisitsEveryIndexOnce) {
  for (const int count : {1, 2, 5}) {
    set_threads(count);
    EXPECT_EQ(threads(), count);
    for (const int64_t size : {0, 1, 2, 4, 5, 7, 1000}) {
      std::vector<std::atomic<int>> visits(size);
      parallel_for(size, [&](int64_t i) { ++visits[i]; });
      for (int64_t i = 0; i < size; ++i) EXPECT_EQ(visits[i], 1) << i << " of " << size << ", " << count << " threads";
    }
  }
}

TEST_F(Threads, ParallelForInsideAnother) {
  set_threads(5);
  std::vector<std::atomic<int>> visits(7 * 11);
  parallel_for(7, [&](int64_t i) { parallel_for(11, [&](int64_t j) { ++visits[i * 11 + j]; }); });
  for (const auto& count : visits) EXPECT_EQ(count, 1);
}

TEST_F(Threads, RangesAreCutTheSameForAnyNumberOfThreads) {
  for (const int count : {1, 2, 5}) {
    set_threads(count);
    std::vector<int64_t> ends(4, -1);
    std::atomic<int> calls = 0;
    parallel_ranges(31, 10, [&](int64_t begin, int64_t end) {
      ends.at(begin / 10) = end;
      ++calls;
    });
    EXPECT_EQ(ends, (std::vector<int64_t>{10, 20, 30, 31}));
    EXPECT_EQ(calls, 4);
  }
  parallel_ranges(0, 10, [](int64_t, int64_t) { ADD_FAILURE(); });
}

TEST_F(Threads, JobsThatFollowEachOtherClosely) {
  for (const int count : {2, 5, 3, 16}) {
    set_threads(count);
    for (int64_t job = 0; job < 3000; ++job) {
      const int64_t size = 1 + job % 97;
      std::vector<int> visits(static_cast<size_t>(size));
      parallel_for(size, [&](int64_t i) { ++visits[static_cast<size_t>(i)]; });
      for (const int visit : visits) ASSERT_EQ(visit, 1) << count << " threads, job " << job;
    }
  }
}

TEST_F(Threads, AtLeastOne) {
  set_threads(0);
  EXPECT_EQ(threads(), 1);
  set_threads(-3);
  EXPECT_EQ(threads(), 1);
}

}  // namespace
}  // namespace dikkat::test
