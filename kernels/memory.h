// The memory pool: every number that a kernel sees lives here, counted by what it is for.
// A freed block goes back to its size class and is handed out again; a training step that repeats the same shapes
// therefore takes no new memory from the system after its first round.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace dikkat {

enum class Category { weights, gradients, optimizer, activations, workspace };
inline constexpr int category_count = 5;
inline constexpr std::array<const char*, category_count> category_names = {"weights", "gradients", "optimizer",
                                                                           "activations", "workspace"};

// A block of the pool, 64-byte aligned. Not initialised. Throws Error when the system has no more memory.
class Buffer {
 public:
  Buffer(int64_t bytes, Category category);
  ~Buffer();
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  void* address() const { return address_; }
  int64_t bytes() const { return bytes_; }
  Category category() const { return category_; }

 private:
  void* address_;
  int64_t bytes_;
  Category category_;
};

// Bytes asked for (not rounded up to the size class), now and at most since the last reset_peak().
struct MemoryUse {
  std::array<int64_t, category_count> live{}, peak{};
  int64_t live_total = 0, peak_total = 0;
  int64_t reserved = 0;  // what the pool holds from the system, free blocks included
};
MemoryUse memory_use();
void reset_peak();

// True if [address, address + bytes) lies inside one live block: what the checked table asks of every operand.
bool in_pool(const void* address, int64_t bytes);

// Gives the free blocks back to the system.
void release_free_blocks();

}  // namespace dikkat
