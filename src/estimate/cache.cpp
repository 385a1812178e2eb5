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

fs::path file_of(const std::string& folder, const std::string& key) {
  return fs::path(folder) / (key + ".json");
}

template <class T, class Parse>
std::optional<T> read_entry(const std::string& folder, const std::string& key, const Parse& parse) {
  if (folder.empty() || !is_file(file_of(folder, key))) return std::nullopt;
  try {
    return parse(Json::parse(read_file(file_of(folder, key))));
  } catch (const Json::exception&) {
    return std::nullopt;
  } catch (const UserError&) {
    return std::nullopt;
  }
}

void write_entry(const std::string& folder, const std::string& key, const Json& json) {
  if (folder.empty()) return;
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) return;
  try {
    write_file_atomically(file_of(folder, key), json.dump() + "\n");
  } catch (const UserError&) {
  }
}

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
  return read_entry<Resources>(folder_, key, [](const Json& json) {
    return Resources{json.at("luts"), json.at("memory_luts"), json.at("registers"),
                     json.at("dsps"), json.at("brams"),       json.at("urams"),
                     json.at("adders")};
  });
}

void Cache::keep(const std::string& key, const Resources& resources) const {
  write_entry(folder_, key,
              {{"luts", resources.luts},
               {"memory_luts", resources.memory_luts},
               {"registers", resources.registers},
               {"dsps", resources.dsps},
               {"brams", resources.brams},
               {"urams", resources.urams},
               {"adders", resources.adders}});
}

std::optional<double> Cache::find_clock(const std::string& key) const {
  return read_entry<double>(folder_, key,
                            [](const Json& json) { return json.at("mhz").get<double>(); });
}

void Cache::keep_clock(const std::string& key, double mhz) const {
  write_entry(folder_, key, {{"mhz", mhz}});
}

}  // namespace qfx::estimate
