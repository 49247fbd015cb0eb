// The inside of Json's arrays and objects, for json.cpp, json_view.cpp and json_writer.cpp alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/files/json.h"

namespace dikkat {

struct Json::Array {
  std::vector<Json> elements;
  std::unique_ptr<std::string> source;  // of a whole text: what messages call it
};

struct Json::Object {
  std::vector<Member> members;   // in the order of the text
  std::vector<uint32_t> sorted;  // their indices by key; empty while there are few
  std::unique_ptr<std::string> source;

  static constexpr size_t few = 8;
  // The index of `key`, or members.size(). Binary search, so that a text made of hostile keys cannot make it slow.
  size_t find(std::string_view key) const;
  // Sorts; returns the index of the first member whose key has occurred before, or members.size().
  size_t sort();
  // Puts one more, whose key is new, behind the others.
  void append(Member member);
};

}  // namespace dikkat
