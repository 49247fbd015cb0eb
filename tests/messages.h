// For tests of messages: what an Error says.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kernels/check.h"

namespace dikkat::test {

// The message of the Error that `body` throws; empty if it throws none.
template <class Body>
std::string message_of(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// Expects each of the parts somewhere in the message.
inline void expect_parts(const std::string& message, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    EXPECT_NE(message.find(part), std::string::npos) << "no \"" << part << "\" in \"" << message << "\"";
  }
}

}  // namespace dikkat::test
