// core/files: reading, mapping, and writing that leaves no half of a file.
#include "core/files/atomic_file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "core/files/mapped_file.h"
#include "tests/messages.h"
#include "tests/temporary_folder.h"

namespace dikkat::test {
namespace {

using Names = std::vector<std::string>;

constexpr uint64_t plenty = 1 << 20;

// What `body` returns as exit code when it runs in a process of its own.
template <class Body>
int exit_code_of(const Body& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int permissions(const std::string& path) {
  struct stat status = {};
  return ::stat(path.c_str(), &status) == 0 ? static_cast<int>(status.st_mode & 0777) : -1;
}

TEST(Reading, WholeFiles) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.txt";
  const std::string content = std::string("sıfır\0\xFF\r\n", 11);
  write_file(path, content);
  EXPECT_EQ(read_text(path, plenty), content);
  EXPECT_EQ(read_text(path, content.size()), content);
  const MappedFile file(path);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()), content);
  EXPECT_EQ(file.path(), path);
  const auto* where = file.bytes().data();
  const MappedFile moved = MappedFile(path);
  MappedFile again(folder / "a.txt");
  again = MappedFile(path);
  EXPECT_EQ(again.bytes().size(), content.size());
  EXPECT_EQ(file.bytes().data(), where);
}

TEST(Reading, RefusesWithPathAndReason) {
  const TemporaryFolder folder;
  const auto both = [&](const std::string& path, const std::string& reason) {
    EXPECT_EQ(message_of([&] { MappedFile file(path); }), "could not read " + path + ": " + reason);
    EXPECT_EQ(message_of([&] { read_text(path, plenty); }), "could not read " + path + ": " + reason);
  };
  both(folder / "none", "No such file or directory");
  both(folder.path(), "it is a folder, not a file");
  write_file(folder / "file", "abc");
  both(folder / "file/below", "Not a directory");
  both(folder / std::string(300, 'x'), "File name too long");
  EXPECT_EQ(message_of([&] { MappedFile file(folder / std::string("a\0b", 3)); }),
            "could not read " + folder / "a\\x00b" + ": a file name cannot hold a zero byte");
  EXPECT_EQ(message_of([&] { read_text("", 1); }), "could not read a file: its name is empty");
  EXPECT_EQ(message_of([&] { read_text(folder / "file", 2); }),
            "could not read " + folder / "file" + ": it has 3 bytes, more than the 2 that are allowed here");
  EXPECT_EQ(message_of([&] { read_text("/dev/zero", plenty); }),
            "could not read /dev/zero: it has more than the 1048576 bytes that are allowed here");
  EXPECT_EQ(message_of([] { MappedFile file("/dev/null"); }), "could not read /dev/null: it is empty");
  write_file(folder / "empty", "");
  EXPECT_EQ(message_of([&] { MappedFile file(folder / "empty"); }),
            "could not read " + folder / "empty" + ": it is empty");
  EXPECT_EQ(read_text(folder / "empty", 0), "");
  if (::geteuid() == 0) return;  // nothing is forbidden to the superuser
  ::chmod((folder / "file").c_str(), 0);
  both(folder / "file", "Permission denied");
}

TEST(Reading, PipesAndFilesWithoutALength) {
  const TemporaryFolder folder;
  const std::string pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const std::string content(300000, 'p');
  const auto fill = [&] { std::ofstream(pipe) << content; };
  std::thread writer(fill);
  EXPECT_EQ(read_text(pipe, plenty), content);
  writer.join();
  writer = std::thread(fill);
  EXPECT_EQ(MappedFile(pipe).bytes().size(), content.size());
  writer.join();
  EXPECT_NE(read_text("/proc/self/status", plenty).find("VmRSS"), std::string::npos);
}

TEST(AtomicFile, NothingChangesBeforeCommit) {
  const TemporaryFolder folder;
  const std::string path = folder / "model.bin";
  write_file(path, "old");
  {
    AtomicFile file(path);
    file.write("new, but not finished");
    EXPECT_EQ(read_text(path, plenty), "old");
    EXPECT_EQ(list_folder(folder.path()).size(), 2u);
  }
  EXPECT_EQ(read_text(path, plenty), "old");
  EXPECT_EQ(list_folder(folder.path()), Names{"model.bin"});
  AtomicFile file(path, 1000);  // more than comes
  file.write("new ");
  file.write("content");
  file.commit();
  EXPECT_EQ(read_text(path, plenty), "new content");
  EXPECT_EQ(list_folder(folder.path()), Names{"model.bin"});
  expect_parts(message_of([&] { file.write("more"); }), {path, "already finished"});
  expect_parts(message_of([&] { file.commit(); }), {path, "already finished"});
}

TEST(AtomicFile, AKilledRunLeavesTheOldFileAndIsCleanedUp) {
  const TemporaryFolder folder;
  const std::string path = folder / "model.bin";
  write_file(path, "old");
  EXPECT_EQ(exit_code_of([&] {
              AtomicFile file(path);
              file.write("half of the");
              return ::raise(SIGKILL);
            }),
            128 + SIGKILL);
  EXPECT_EQ(read_text(path, plenty), "old");
  EXPECT_EQ(list_folder(folder.path()).size(), 2u);
  // Names that only look similar, and another target's, are not ours to remove.
  const Names others = {".model.bin.0123.partial", ".model.bin.partial", ".other.bin.0123456789abcdef.partial",
                        "x.partial"};
  for (const std::string& name : others) write_file(folder / name, "");
  AtomicFile writing(path);  // somebody who is still writing
  writing.write("first");
  const size_t before = list_folder(folder.path()).size();
  EXPECT_EQ(before, 1 + others.size() + 1);
  write_file(path, "second");
  EXPECT_EQ(list_folder(folder.path()).size(), before);
  writing.commit();
  EXPECT_EQ(read_text(path, plenty), "first");
  Names left = others;
  left.push_back("model.bin");
  std::sort(left.begin(), left.end());
  EXPECT_EQ(list_folder(folder.path()), left);
}

TEST(AtomicFile, ManyWritersOfOneFile) {
  const TemporaryFolder folder;
  const std::string path = folder / "shared";
  std::vector<std::thread> writers;
  for (char name = 'a'; name < 'e'; ++name) {
    writers.emplace_back([&, name] {
      for (int i = 0; i < 25; ++i) write_file(path, std::string(10000, name));
    });
  }
  for (std::thread& writer : writers) writer.join();
  const std::string content = read_text(path, plenty);
  EXPECT_EQ(content, std::string(10000, content[0]));
  EXPECT_EQ(list_folder(folder.path()), Names{"shared"});
}

TEST(AtomicFile, PermissionsAndLinksStay) {
  const TemporaryFolder folder;
  const std::string path = folder / "real";
  write_file(path, "old");
  const mode_t mask = ::umask(0);
  ::umask(mask);
  EXPECT_EQ(permissions(path), static_cast<int>(0666 & ~mask));
  ::chmod(path.c_str(), 0640);
  ASSERT_EQ(::symlink("real", (folder / "link").c_str()), 0);
  ASSERT_EQ(::symlink((folder / "link").c_str(), (folder / "link2").c_str()), 0);
  write_file(folder / "link2", "new");
  EXPECT_EQ(read_text(path, plenty), "new");
  EXPECT_EQ(permissions(path), 0640);
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  ASSERT_EQ(::symlink("later", (folder / "dangling").c_str()), 0);
  write_file(folder / "dangling", "now");
  EXPECT_EQ(read_text(folder / "later", plenty), "now");
  ASSERT_EQ(::symlink("circle", (folder / "circle").c_str()), 0);
  EXPECT_EQ(message_of([&] { write_file(folder / "circle", ""); }),
            "could not write " + folder / "circle" + ": Too many levels of symbolic links");
}

TEST(AtomicFile, RefusesWithPathAndReason) {
  const TemporaryFolder folder;
  const auto fails = [&](const std::string& path, const std::string& reason) {
    EXPECT_EQ(message_of([&] { AtomicFile file(path); }), "could not write " + path + ": " + reason);
  };
  fails(folder.path(), "it is a folder, not a file");
  fails(folder / "new/", "it is a folder, not a file");
  fails(folder / "none/file", "its folder does not exist");
  fails(folder / std::string(300, 'x'), "File name too long");
  write_file(folder / "file", "");
  fails(folder / "file/below", "Not a directory");
  EXPECT_EQ(message_of([] { AtomicFile file(""); }), "could not write a file: its name is empty");
  write_file(folder / std::string(255, 'n'), "as long as names may be");
  if (::geteuid() == 0) return;  // nothing is forbidden to the superuser
  ::chmod((folder / "file").c_str(), 0444);
  fails(folder / "file", "Permission denied");
  ::chmod(folder.path().c_str(), 0555);
  fails(folder / "other", "Permission denied");
  ::chmod(folder.path().c_str(), 0755);
}

TEST(AtomicFile, PipesAndDevicesAreWrittenDirectly) {
  const TemporaryFolder folder;
  const std::string pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::string arrived;
  std::thread reader([&] { arrived = read_text(pipe, plenty); });
  write_file(pipe, "through");
  reader.join();
  EXPECT_EQ(arrived, "through");
  ASSERT_TRUE(std::filesystem::is_fifo(pipe)) << "the pipe was replaced; /dev/full would be, too";
  EXPECT_EQ(list_folder(folder.path()), Names{"pipe"});
  EXPECT_EQ(message_of([] { write_file("/dev/full", "12345"); }),
            "could not write /dev/full: No space left on device (needed 5 bytes)");
}

// The limit of a file's size stands for the full disk: also with its deadly signal in force. Its own process, because a
// limit once lowered stays.
TEST(AtomicFile, AFullDiskIsOneClearErrorAndLeavesTheOldFile) {
  const TemporaryFolder folder;
  const std::string path = folder / "model.bin";
  write_file(path, "old");
  for (const bool ignored : {false, true}) {
    for (const uint64_t expected : {0, 100000}) {
      const int code = exit_code_of([&] {
        ::signal(SIGXFSZ, ignored ? SIG_IGN : SIG_DFL);
        const rlimit limit = {5000, 5000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const std::string message = message_of([&] {
          AtomicFile file(path, expected);
          for (int i = 0; i < 100; ++i) file.write(std::string(1000, 'x'));
          file.commit();
        });
        const std::string start = "could not write " + path + ": File too large (needed ";
        return message == start + (expected > 0 ? "100000" : "6000") + " bytes)" ? 0 : 1;
      });
      EXPECT_EQ(code, 0) << "ignored " << ignored << " expected " << expected;
      EXPECT_EQ(read_text(path, plenty), "old");
      EXPECT_EQ(list_folder(folder.path()), Names{"model.bin"});
    }
  }
}

TEST(Folders, AreMadeListedAndFilesRenamed) {
  const TemporaryFolder folder;
  make_folders(folder / "a/b/c");
  make_folders(folder / "a/b/c/");
  make_folders_for(folder / "a/d/file");
  make_folders_for("file");
  EXPECT_EQ(list_folder(folder / "a"), (Names{"b", "d"}));
  EXPECT_TRUE(is_folder(folder / "a/b/c") && !is_file(folder / "a/b/c") && !is_folder(folder / "none"));
  write_file(folder / "x", "1");
  write_file(folder / "y", "2");
  EXPECT_TRUE(is_file(folder / "x") && !is_folder(folder / "x"));
  rename_file(folder / "x", folder / "y");
  EXPECT_EQ(read_text(folder / "y", plenty), "1");
  remove_file(folder / "y");
  remove_file(folder / "y");
  EXPECT_FALSE(is_file(folder / "y"));
  write_file(folder / "z", "");
  expect_parts(message_of([&] { make_folders(folder / "z"); }), {"could not create the folder " + folder / "z"});
  expect_parts(message_of([&] { make_folders(folder / "z/a"); }), {"could not create the folder " + folder / "z/a: "});
  expect_parts(message_of([&] { rename_file(folder / "x", folder / "q"); }),
               {folder / "x", "No such file or directory"});
  expect_parts(message_of([&] { list_folder(folder / "none"); }), {folder / "none", "No such file or directory"});
}

}  // namespace
}  // namespace dikkat::test
