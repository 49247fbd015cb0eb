// An open file of the operating system that closes itself. For core/files alone.
#pragma once

#include <unistd.h>

#include <string>
#include <system_error>
#include <utility>

namespace dikkat {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { close(); }

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

  // False if the system reports, only now, that earlier writing has failed. Never repeated: the number may be reused.
  bool close() {
    const int number = std::exchange(number_, -1);
    return number < 0 || ::close(number) == 0;
  }

 private:
  int number_ = -1;
};

// "No such file or directory"
inline std::string system_reason(int error) {
  return std::generic_category().message(error);
}

}  // namespace dikkat
