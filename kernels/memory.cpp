#include "kernels/memory.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <algorithm>
#include <bit>
#include <compare>
#include <cstdlib>
#include <map>
#include <mutex>
#include <vector>

#include "kernels/check.h"
#include "kernels/kernels.h"

namespace dikkat {

namespace {

constexpr int64_t alignment = 64;

// What a free block may become again. Workspace keeps to itself: a kernel takes it when it runs, and where kernels wait
// before they run, a tensor that was freed in the meantime may still be read by a later one.
struct BlockClass {
  bool workspace;
  int64_t bytes;  // rounded up to the size class
  auto operator<=>(const BlockClass&) const = default;
};

struct Pool {
  std::mutex mutex;
  std::map<BlockClass, std::vector<void*>> free_blocks;
  std::map<const char*, int64_t> live_blocks;  // address -> bytes asked for
  MemoryUse use;

  // Buffers of the program's own static objects may be freed after everything else: the pool is never destroyed.
  static Pool& instance() {
    static Pool* pool = new Pool;
    return *pool;
  }
};

// Blocks of 4 MiB and more are asked for in pages of 2 MiB: the first touch of a fresh one is more than twice as fast
// (11 instead of 4 GB/s on two virtual cores), and wide strides find their pages sooner.
constexpr int64_t large_page = int64_t{1} << 21, least_large = 2 * large_page;

void* from_system(int64_t bytes) {
  const bool large = bytes >= least_large;
  const auto whole = static_cast<size_t>(bytes);
  void* address = std::aligned_alloc(static_cast<size_t>(large ? large_page : alignment), whole);
#if defined(__linux__)
  if (address && large) madvise(address, whole, MADV_HUGEPAGE);  // a wish: without it everything works as well
#endif
  return address;
}

// Four classes for each power of two: at most a quarter of a block is wasted, or less than a large page.
int64_t size_class(int64_t bytes) {
  const int64_t needed = std::max<int64_t>(bytes, alignment);
  int64_t quarter =
      std::max<int64_t>(static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(needed))) / 8, alignment);
  if (needed > least_large - quarter) quarter = std::max(quarter, large_page);
  return (needed + quarter - 1) / quarter * quarter;
}

BlockClass class_of(int64_t rounded, Category category) {
  return {category == Category::workspace, rounded};
}

void add(MemoryUse& use, Category category, int64_t bytes) {
  const auto index = static_cast<size_t>(category);
  use.live[index] += bytes;
  use.live_total += bytes;
  use.peak[index] = std::max(use.peak[index], use.live[index]);
  use.peak_total = std::max(use.peak_total, use.live_total);
}

void free_all(Pool& pool) {
  int64_t freed = 0;
  for (auto& [kind, blocks] : pool.free_blocks) {
    for (void* block : blocks) std::free(block);
    freed += kind.bytes * static_cast<int64_t>(blocks.size());
  }
  pool.free_blocks.clear();
  pool.use.reserved -= freed;
}

}  // namespace

Buffer::Buffer(int64_t bytes, Category category) : address_(nullptr), bytes_(bytes), category_(category) {
  constexpr int64_t largest = int64_t{1} << 46;  // 64 TiB: beyond it a size is a mistake, and rounding up is safe
  require(bytes >= 0 && bytes < largest, "memory: ", bytes, " bytes were asked for; a size went wrong");
  Pool& pool = Pool::instance();
  std::unique_lock lock(pool.mutex);
  const int64_t rounded = size_class(bytes);
  if (std::vector<void*>& blocks = pool.free_blocks[class_of(rounded, category)]; !blocks.empty()) {
    address_ = blocks.back();
    blocks.pop_back();
  } else {
    address_ = from_system(rounded);
    if (!address_ && pool.use.reserved > pool.use.live_total) {
      lock.unlock();
      kernels().wait();  // a waiting kernel may still read a freed block, or ask for workspace itself
      lock.lock();
      free_all(pool);
      address_ = from_system(rounded);
    }
    require(address_ != nullptr, "memory: the system has no ", bytes, " bytes left for ",
            category_names[static_cast<size_t>(category)], " (", pool.use.live_total,
            " bytes are in use); take a smaller model, batch or context");
    pool.use.reserved += rounded;
  }
  pool.live_blocks[static_cast<const char*>(address_)] = bytes;
  add(pool.use, category_, bytes_);
}

Buffer::~Buffer() {
  Pool& pool = Pool::instance();
  const std::lock_guard lock(pool.mutex);
  pool.live_blocks.erase(static_cast<const char*>(address_));
  pool.free_blocks[class_of(size_class(bytes_), category_)].push_back(address_);
  add(pool.use, category_, -bytes_);
}

MemoryUse memory_use() {
  Pool& pool = Pool::instance();
  const std::lock_guard lock(pool.mutex);
  return pool.use;
}

void reset_peak() {
  Pool& pool = Pool::instance();
  const std::lock_guard lock(pool.mutex);
  pool.use.peak = pool.use.live;
  pool.use.peak_total = pool.use.live_total;
}

bool in_pool(const void* address, int64_t bytes) {
  Pool& pool = Pool::instance();
  const std::lock_guard lock(pool.mutex);
  const char* begin = static_cast<const char*>(address);
  auto after = pool.live_blocks.upper_bound(begin);
  if (after == pool.live_blocks.begin()) return false;
  const auto& [block, size] = *--after;
  return bytes >= 0 && begin + bytes <= block + size;
}

void release_free_blocks() {
  kernels().wait();
  Pool& pool = Pool::instance();
  const std::lock_guard lock(pool.mutex);
  free_all(pool);
}

}  // namespace dikkat
