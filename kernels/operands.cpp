#include "kernels/operands.h"

namespace dikkat {
namespace {

// Adds one operand. Nobody touches a null address or an empty operand, so these are left out.
template <class Number>
void add(Operands& operands, const char* name, const Number* address, int64_t count, Use use, Element element) {
  if (!address || count == 0) return;
  void* writable = const_cast<void*>(static_cast<const void*>(address));
  operands.list.push_back({name, writable, count * static_cast<int64_t>(sizeof(Number)), use, element});
}

}  // namespace

int64_t extent(std::initializer_list<Dimension> dimensions) {
  int64_t last = 0;
  for (const Dimension& dimension : dimensions) {
    if (dimension.size == 0) return 0;
    last += (dimension.size - 1) * dimension.step;
  }
  return last + 1;
}

int64_t extent(int rank, const int64_t* shape, const int64_t* steps) {
  int64_t last = 0;
  for (int d = 0; d < rank; ++d) {
    if (shape[d] == 0) return 0;
    last += (shape[d] - 1) * steps[d];
  }
  return last + 1;
}

int64_t element_count(int rank, const int64_t* shape) {
  int64_t count = 1;
  for (int d = 0; d < rank; ++d) count *= shape[d];
  return count;
}

void Operands::shape(int rank, const int64_t* shape) {
  constexpr const char* names[max_rank] = {"dim 0", "dim 1", "dim 2", "dim 3", "dim 4", "dim 5", "dim 6", "dim 7"};
  for (int d = 0; d < rank; ++d) size(names[d], shape[d]);
}

void Operands::read(const char* name, const Real* address, int64_t count) {
  add(*this, name, address, count, Use::read, Element::real);
}
void Operands::read(const char* name, const int32_t* address, int64_t count) {
  add(*this, name, address, count, Use::read, Element::id);
}
void Operands::read(const char* name, const uint16_t* address, int64_t count) {
  add(*this, name, address, count, Use::read, Element::half);
}
void Operands::write(const char* name, Real* address, int64_t count) {
  add(*this, name, address, count, Use::write, Element::real);
}
void Operands::write(const char* name, int32_t* address, int64_t count) {
  add(*this, name, address, count, Use::write, Element::id);
}
void Operands::write(const char* name, uint16_t* address, int64_t count) {
  add(*this, name, address, count, Use::write, Element::half);
}
void Operands::update(const char* name, Real* address, int64_t count) {
  add(*this, name, address, count, Use::update, Element::real);
}

}  // namespace dikkat
