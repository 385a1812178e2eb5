#include "qfx/base/file.h"

#include <csignal>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "support/user_error.h"

#include "qfx/base/error.h"

namespace qfx {
namespace {

namespace fs = std::filesystem;
using test::user_error_of;
using ::testing::HasSubstr;

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

TEST(File, WritesAndReadsBytes) {
  TemporaryDirectory folder;
  const std::string content("a\0b\nc", 5);
  write_file_atomically(folder.path() / "f", content);
  EXPECT_EQ(read_file(folder.path() / "f"), content);
  EXPECT_EQ(entries(folder.path()), 1u);
}

TEST(File, WhatCannotBeLookedAtIsNotThere) {
  const fs::path too_long(std::string(5000, 'x'));
  EXPECT_FALSE(path_exists(too_long));
  EXPECT_FALSE(is_file(too_long));
  EXPECT_FALSE(is_folder(too_long));
  const TemporaryDirectory folder;
  EXPECT_TRUE(path_exists(folder.path()));
  EXPECT_TRUE(is_folder(folder.path()));
  EXPECT_FALSE(is_file(folder.path()));
}

TEST(File, ReplacesAndKeepsPermissions) {
  TemporaryDirectory folder;
  write_file_atomically(folder.path() / "f", "old");
  fs::permissions(folder.path() / "f", fs::perms::owner_read | fs::perms::owner_write);
  write_file_atomically(folder.path() / "f", "new");
  EXPECT_EQ(read_file(folder.path() / "f"), "new");
  EXPECT_EQ(fs::status(folder.path() / "f").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
}

TEST(File, NamesThePathAndTheReason) {
  EXPECT_THAT(user_error_of([] { read_file("/no/such/file"); }),
              HasSubstr("cannot read /no/such/file: No such file or directory"));
  EXPECT_THAT(user_error_of([] { read_file("/"); }), HasSubstr("it is a folder"));
  EXPECT_THAT(user_error_of([] { write_file_atomically("/no/such/file", "x"); }),
              HasSubstr("cannot write /no/such/file: No such file or directory"));
}

// A full disk, as a file size limit: the old file stays, nothing else is left behind.
TEST(File, FullDiskLeavesTheOldFile) {
  TemporaryDirectory folder;
  write_file_atomically(folder.path() / "f", "old");
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit tight = before;
  tight.rlim_cur = 1000;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
  const std::string message =
      user_error_of([&] { write_file_atomically(folder.path() / "f", std::string(100000, 'x')); });
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_THAT(message, HasSubstr("File too large"));
  EXPECT_EQ(read_file(folder.path() / "f"), "old");
  EXPECT_EQ(entries(folder.path()), 1u);
}

TEST(FolderLock, IsHeldByOneAtATime) {
  const TemporaryDirectory folder;
  {
    const FolderLock lock(folder.path());
    EXPECT_THAT(user_error_of([&] { const FolderLock second(folder.path()); }),
                HasSubstr(folder.path().string() + ": another process of qfx is at work"));
  }
  EXPECT_NO_THROW(const FolderLock again(folder.path()));
  EXPECT_THAT(user_error_of([&] { const FolderLock none(folder.path() / "none"); }),
              HasSubstr("none/.lock: No such file"));
}

TEST(TemporaryDirectory, RemovesItselfUnlessKept) {
  fs::path path;
  {
    TemporaryDirectory folder;
    path = folder.path();
    write_file_atomically(path / "f", "x");
  }
  EXPECT_FALSE(fs::exists(path));
  {
    TemporaryDirectory folder;
    path = folder.path();
    folder.keep();
  }
  EXPECT_TRUE(fs::exists(path));
  fs::remove_all(path);
}

}  // namespace
}  // namespace qfx
