#include "estimate/cache.h"

#include <boost/uuid/detail/sha1.hpp>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "qfx/base/error.h"
#include "qfx/base/file.h"

namespace qfx::estimate {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

}  // namespace

std::string Options::default_cache_folder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0')
    return (fs::path(cache) / "qfx/estimate").string();
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    return (fs::path(home) / ".cache/qfx/estimate").string();
  return "";
}

std::string Cache::key_of(const std::vector<std::string>& parts) {
  boost::uuids::detail::sha1 hash;
  for (const std::string& part : parts) {
    const std::uint64_t size = part.size();  // so that no two lists are the same text
    hash.process_bytes(&size, sizeof size);
    hash.process_bytes(part.data(), part.size());
  }
  unsigned int digest[5] = {};
  hash.get_digest(digest);
  std::string text;
  for (const unsigned int word : digest) text += fmt::format("{:08x}", word);
  return text;
}

std::optional<Resources> Cache::find(const std::string& key) const {
  const fs::path file = fs::path(folder_) / (key + ".json");
  if (folder_.empty() || !is_file(file)) return std::nullopt;
  try {
    const Json json = Json::parse(read_file(file));
    return Resources{json.at("luts"), json.at("memory_luts"), json.at("registers"),
                     json.at("dsps"), json.at("brams"),       json.at("urams"),
                     json.at("adders")};
  } catch (const Json::exception&) {
    return std::nullopt;
  } catch (const UserError&) {
    return std::nullopt;
  }
}

void Cache::keep(const std::string& key, const Resources& resources) const {
  if (folder_.empty()) return;
  std::error_code failed;
  fs::create_directories(folder_, failed);
  if (failed) return;
  const Json json{{"luts", resources.luts},           {"memory_luts", resources.memory_luts},
                  {"registers", resources.registers}, {"dsps", resources.dsps},
                  {"brams", resources.brams},         {"urams", resources.urams},
                  {"adders", resources.adders}};
  try {
    write_file_atomically(fs::path(folder_) / (key + ".json"), json.dump() + "\n");
  } catch (const UserError&) {
  }
}

}  // namespace qfx::estimate
