// What the system says about caches, and what is assumed where it says nothing or nonsense.
#include <gtest/gtest.h>

#include <fstream>

#include "core/files/folders.h"
#include "lessons/stage/caches.h"
#include "tests/temporary_folder.h"

namespace dikkat {
namespace {

struct CachesTest : testing::Test {
  void cache(int index, const std::string& level, const std::string& type, const std::string& size,
             const std::string& line = "64") const {
    const std::string one = folder.path() + "/index" + std::to_string(index);
    make_folders(one);
    std::ofstream(one + "/level") << level << "\n";
    std::ofstream(one + "/type") << type << "\n";
    std::ofstream(one + "/size") << size << "\n";
    std::ofstream(one + "/coherency_line_size") << line << "\n";
  }

  test::TemporaryFolder folder;
};

TEST_F(CachesTest, AreRead) {
  cache(0, "1", "Instruction", "64K");
  cache(1, "1", "Data", "48K", "128");
  cache(2, "2", "Unified", "2M");
  cache(3, "3", "Unified", "491520K");
  const Caches caches = caches_of_processor(folder.path());
  EXPECT_TRUE(caches.is_known);
  EXPECT_EQ(caches.first, 48 * 1024);
  EXPECT_EQ(caches.line, 128);
  EXPECT_EQ(caches.second, 2 * 1024 * 1024);
  EXPECT_EQ(caches.third, int64_t{480} * 1024 * 1024);
}

TEST_F(CachesTest, AreAssumedWhereNothingIsSaid) {
  const Caches caches = caches_of_processor(folder.path() + "/nowhere");
  EXPECT_FALSE(caches.is_known);
  EXPECT_EQ(caches.first, 32 * 1024);
  EXPECT_EQ(caches.second, 512 * 1024);
  EXPECT_EQ(caches.third, 0);
  EXPECT_EQ(caches.line, 64);
}

TEST_F(CachesTest, NonsenseIsAsGoodAsNothing) {
  for (const std::string size : {"", "K", "-48K", "48k", "K48", "48 K", "99999999999999999999G", "0", "12"}) {
    cache(0, "1", "Data", size);
    cache(1, "2", "Unified", "x");
    const Caches caches = caches_of_processor(folder.path());
    EXPECT_FALSE(caches.is_known) << size;
    EXPECT_EQ(caches.first, 32 * 1024) << size;
    EXPECT_EQ(caches.second, 512 * 1024) << size;
  }
  for (const std::string line : {"", "0", "x", "4096"}) {
    cache(0, "1", "Data", "48K", line);
    EXPECT_EQ(caches_of_processor(folder.path()).line, 64) << line;
  }
}

TEST(Caches, OfThisMachineMakeSense) {
  const Caches caches = caches_of_processor();
  EXPECT_GE(caches.first, 4 * 1024);
  EXPECT_GE(caches.second, caches.first);
  EXPECT_GE(caches.line, 16);
}

}  // namespace
}  // namespace dikkat
