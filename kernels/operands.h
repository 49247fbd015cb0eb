// What a kernel touches, told by its Args: the checked and profiled tables, and later the GPU, learn it from here.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "kernels/real.h"

namespace dikkat {

inline constexpr int max_rank = 8;

enum class Use { read, write, update };
enum class Element { real, id, half };  // Real; 32-bit whole numbers; numbers of sixteen bits, whichever
struct Operand {
  const char* name;
  void* address;
  int64_t bytes;  // from the address to the end of the last element touched
  Use use;
  Element element;
};
struct Operands {
  std::vector<Operand> list;                           // operands with a null address are left out
  std::vector<std::pair<const char*, int64_t>> sizes;  // for messages: "rows 12, cols 64"
  double flops = 0;                                    // multiplications and additions, for the profile

  void read(const char* name, const Real* address, int64_t count);
  void read(const char* name, const int32_t* address, int64_t count);
  void read(const char* name, const uint16_t* address, int64_t count);
  void write(const char* name, Real* address, int64_t count);
  void write(const char* name, int32_t* address, int64_t count);
  void write(const char* name, uint16_t* address, int64_t count);
  void update(const char* name, Real* address, int64_t count);
  void size(const char* name, int64_t value) { sizes.push_back({name, value}); }
  void shape(int rank, const int64_t* shape);  // every size: "dim 0 2, dim 1 3"
};

// One dimension of a strided operand: so many elements, so far apart.
struct Dimension {
  int64_t size, step;
};

// Elements from the first to the last one touched.
int64_t extent(std::initializer_list<Dimension> dimensions);
int64_t extent(int rank, const int64_t* shape, const int64_t* steps);

// The product of the sizes.
int64_t element_count(int rank, const int64_t* shape);

}  // namespace dikkat
