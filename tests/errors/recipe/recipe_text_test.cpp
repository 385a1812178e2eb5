// Texts that are no recipe at all: the line is named, and nothing hostile is walked.
#include <gmock/gmock.h>
#include <string>

#include "errors/recipe/cases.h"
#include "support/data_files.h"
#include "support/recipes.h"
#include "support/user_error.h"

#include "qfx/frontends/recipe.h"

namespace qfx::frontends {
namespace {

using test::kRecipeHead;
using test::user_error_of;
using ::testing::HasSubstr;

TEST(RecipeText, WhatIsNotTomlSaysItsLine) {
  EXPECT_THAT(error_of("[network\nzoo = 1\n"), HasSubstr("recipe.toml:1: this is not TOML"));
  EXPECT_THAT(error_of("a = 1\na = 2\n"), HasSubstr("recipe.toml:2: this is not TOML"));
  EXPECT_THAT(error_of("name = \"\xff\xfe\"\n"), HasSubstr("recipe.toml:1: this is not TOML"));
  EXPECT_THAT(error_of(std::string("name = \"a\0b\"\n", 13)),
              HasSubstr("recipe.toml:1: this is not TOML"));
  EXPECT_THAT(error_of("name = \"a\\u0000b\"\n" + kRecipeHead), HasSubstr("without zero bytes"));
}

TEST(RecipeText, HostileDepthAndLengthAreRefusedNotWalked) {
  std::string dots = "a";
  for (int i = 0; i < 100000; ++i) dots += ".a";
  EXPECT_THAT(error_of(dots + " = 1\n"), HasSubstr("recipe.toml:1: the keys nest too deeply"));
  EXPECT_THAT(error_of("[" + dots + "]\n"), HasSubstr("nest too deeply"));
  EXPECT_THAT(error_of("\n\na = " + std::string(100000, '[')),
              HasSubstr("recipe.toml:3: the keys nest too deeply"));
  std::string tables = "a = ";
  for (int i = 0; i < 10000; ++i) tables += "{a=";
  EXPECT_THAT(error_of(tables), HasSubstr("nest too deeply"));
  EXPECT_THAT(error_of(std::string((1 << 20) + 1, '#')), HasSubstr("1048577 bytes"));
}

TEST(RecipeText, DotsAndBracketsInTextsAndCommentsAreFree) {
  const std::string many(1000, '.');
  EXPECT_EQ(error_of("# " + many + std::string(1000, '[') +
                     "\nname = \"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[.a\"\n" + kRecipeHead),
            "");
  EXPECT_EQ(error_of("start = '''" + many + "\n" + many + "'''\n" + kRecipeHead), "");
  EXPECT_EQ(error_of("start = \"\"\"\n\\\"\"\" [ " + many + "\"\"\"\n" + kRecipeHead), "");
}

TEST(RecipeText, AModelsNameIsAsciiWhereverItComesFrom) {
  EXPECT_THAT(error_of("name = \"gr\u00f6\u00dfe\"\n" + kRecipeHead),
              ::testing::AllOf(HasSubstr("recipe.toml:1: name = "),
                               HasSubstr("at most 100 printable ASCII characters")));
  const std::string file = "r/gr\u00f6\u00dfe 1.toml";
  EXPECT_THAT(user_error_of([&] { parse_recipe(kRecipeHead, file); }),
              ::testing::AllOf(HasSubstr(file + ":1: the model is named after this file"),
                               HasSubstr("by the key `name`")));
  EXPECT_EQ(parse_recipe("name = \"big\"\n" + kRecipeHead, file).name, "big");
}

TEST(RecipeText, AMissingFileIsNamed) {
  EXPECT_THAT(user_error_of([] { load_recipe("/nowhere/recipe.toml"); }),
              HasSubstr("/nowhere/recipe.toml"));
  EXPECT_THAT(user_error_of([] { load_recipe("/tmp"); }), HasSubstr("/tmp"));
}

}  // namespace
}  // namespace qfx::frontends
