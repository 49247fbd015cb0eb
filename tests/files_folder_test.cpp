// core/files: folders that are written whole or not at all, measured and removed.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/files/atomic_file.h"
#include "core/files/atomic_folder.h"
#include "core/files/mapped_file.h"
#include "tests/messages.h"
#include "tests/temporary_folder.h"

namespace dikkat::test {
namespace {

using Names = std::vector<std::string>;

TEST(AtomicFolder, NothingIsSeenBeforeCommit) {
  const TemporaryFolder folder;
  const std::string path = folder / "model";
  {
    AtomicFolder unfinished(path);
    write_file(unfinished.path() + "/half", "1");
    EXPECT_FALSE(is_folder(path));
  }
  EXPECT_EQ(list_folder(folder.path()), Names{});
  for (const std::string content : {"first", "second"}) {
    AtomicFolder whole(path);
    write_file(whole.path() + "/" + content, content);
    whole.commit();
    EXPECT_EQ(list_folder(folder.path()), Names{"model"});
    EXPECT_EQ(list_folder(path), Names{content});
    expect_parts(message_of([&] { whole.commit(); }), {path, "already finished"});
  }
}

TEST(AtomicFolder, AKilledRunIsCleanedUpAndOthersAreLeftAlone) {
  const TemporaryFolder folder;
  const std::string path = folder / "model";
  const pid_t child = ::fork();
  if (child == 0) {
    AtomicFolder folder_of_child(path);
    write_file(folder_of_child.path() + "/half", "1");
    ::raise(SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  ASSERT_EQ(list_folder(folder.path()).size(), 1u);
  for (const char* other : {".model.partial", ".other.0123456789abcdef.partial"}) make_folders(folder / other);
  AtomicFolder writing(path);  // somebody who is still writing
  EXPECT_EQ(list_folder(folder.path()).size(), 3u) << "what the killed run left is still there";
  {
    AtomicFolder second(path);
    EXPECT_EQ(list_folder(folder.path()).size(), 4u) << "what is being written was removed";
    second.commit();
  }
  write_file(writing.path() + "/first", "");
  writing.commit();
  EXPECT_EQ(list_folder(path), Names{"first"});
  EXPECT_EQ(list_folder(folder.path()), (Names{".model.partial", ".other.0123456789abcdef.partial", "model"}));
}

TEST(AtomicFolder, RefusesWithPathAndReason) {
  const TemporaryFolder folder;
  const auto fails = [&](const std::string& path, const std::string& reason) {
    EXPECT_EQ(message_of([&] { AtomicFolder file(path); }), "could not write the folder " + path + ": " + reason);
  };
  fails(folder / "none/model", "No such file or directory");
  write_file(folder / "file", "kept");
  fails(folder / "file/model", "Not a directory");
  for (const std::string& path : {std::string(), folder / "", folder / ".."}) {
    expect_parts(message_of([&] { AtomicFolder file(path); }), {"could not write the folder", "its name"});
  }
  EXPECT_EQ(message_of([&] { AtomicFolder(folder / "file").commit(); }),
            "could not write the folder " + folder / "file" + ": a file of that name exists");
  EXPECT_EQ(read_text(folder / "file", 10), "kept");
  EXPECT_EQ(list_folder(folder.path()), Names{"file"});
}

TEST(Folders, AreMeasuredAndRemoved) {
  const TemporaryFolder folder;
  make_folders(folder / "a/b");
  write_file(folder / "a/one", "123");
  write_file(folder / "a/b/two", "45");
  write_file(folder / "outside", "stays");
  ASSERT_EQ(::symlink((folder / "outside").c_str(), (folder / "a/link").c_str()), 0);
  EXPECT_EQ(file_bytes(folder / "a/one"), 3u);
  expect_parts(message_of([&] { file_bytes(folder / "none"); }), {folder / "none", "No such file or directory"});
  EXPECT_EQ(folder_bytes(folder / "a"), 5u);
  EXPECT_EQ(folder_bytes(folder / "a/b"), 2u);
  expect_parts(message_of([&] { folder_bytes(folder / "none"); }), {folder / "none", "No such file or directory"});
  remove_folder(folder / "a");
  remove_folder(folder / "a");
  EXPECT_EQ(list_folder(folder.path()), Names{"outside"});
}

}  // namespace
}  // namespace dikkat::test
