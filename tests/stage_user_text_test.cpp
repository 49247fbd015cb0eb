// The texts that users bring: what is text, and what they are told about what is not.
#include <gtest/gtest.h>

#include "core/files/atomic_file.h"
#include "kernels/check.h"
#include "lessons/stage/user_text.h"
#include "tests/temporary_folder.h"

namespace dikkat::test {
namespace {

struct UserText : testing::Test {
  std::string read(const std::string& content, bool turkish = false) {
    write_file(folder / "book.txt", content);
    return read_user_text(folder / "book.txt", 1000, turkish);
  }
  std::string refusal(const std::string& content, bool turkish = false) {
    try {
      read(content, turkish);
    } catch (const Error& error) {
      return error.what();
    }
    return "nothing was refused";
  }
  void expect_in(const std::string& message, const std::string& part) {
    EXPECT_NE(message.find("book.txt"), std::string::npos) << message;
    EXPECT_NE(message.find(part), std::string::npos) << message;
  }
  TemporaryFolder folder;
};

TEST_F(UserText, IsAnyUtf8) {
  EXPECT_EQ(read("şu çocuk\n"), "şu çocuk\n");
  EXPECT_EQ(read(std::string("a\0b", 3)), std::string("a\0b", 3));
  EXPECT_EQ(read("one\r\ntwo\r\n"), "one\ntwo\n");
  EXPECT_EQ(read("\xEF\xBB\xBFtext"), "text");
}

TEST_F(UserText, SaysWhereItIsNoTextAndWhatToDo) {
  expect_in(refusal(""), "empty");
  expect_in(refusal("\xEF\xBB\xBF"), "empty");
  expect_in(refusal("", true), "boş");
  expect_in(refusal("g\xfcn ayd\xfdn"), "byte 1 is not UTF-8");
  expect_in(refusal("g\xfcn ayd\xfdn"), "ISO-8859-9");
  expect_in(refusal("g\xfcn", true), "1. bayt UTF-8 değil");
  expect_in(refusal(std::string("\xFF\xFEg\0", 4)), "UTF-16");
  expect_in(refusal("cut \xC5"), "byte 4");
  expect_in(refusal(std::string(1001, 'a')), "1000");
}

}  // namespace
}  // namespace dikkat::test
