// What one thread works in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace qfx::runtime {

// Kept between runs, because fresh pages are slow.
class Memory {
 public:
  // So many bytes at a 64-byte boundary, whatever is in them.
  std::byte* of(std::int64_t bytes) {
    if (bytes > size_) {
      bytes_.reset();
      bytes_ = Bytes(new (std::align_val_t{kAlignment}) std::byte[static_cast<std::size_t>(bytes)]);
      size_ = bytes;
    }
    return bytes_.get();
  }

 private:
  static constexpr std::int64_t kAlignment = 64;
  struct Free {
    void operator()(std::byte* memory) const {
      ::operator delete[](memory, std::align_val_t{kAlignment});
    }
  };
  using Bytes = std::unique_ptr<std::byte[], Free>;

  Bytes bytes_;
  std::int64_t size_ = 0;
};

}  // namespace qfx::runtime
