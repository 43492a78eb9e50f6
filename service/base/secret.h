// A password, token or other string that must not outlive its use: wiped when it is dropped, never copied by accident,
// never printed. Not thread-safe.
#pragma once

#include <openssl/crypto.h>

#include <string>
#include <string_view>
#include <utility>

namespace dirlease {

// Overwrites what `text` holds, then empties it. The compiler cannot drop it.
inline void Wipe(std::string& text) {
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text) : text_(text) {}
  Secret(Secret&& other) noexcept { *this = std::move(other); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      Wipe(text_);
      // Copy and wipe: moving a short std::string leaves its octets behind in the source.
      text_ = other.text_;
      Wipe(other.text_);
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { Wipe(text_); }

  // A second holder on purpose, for example to hand the token to its owner.
  Secret Clone() const { return Secret(text_); }
  // Valid until this object is moved, wiped or destroyed.
  std::string_view Reveal() const { return text_; }
  bool empty() const { return text_.empty(); }
  void Clear() { Wipe(text_); }

 private:
  std::string text_;
};

}  // namespace dirlease
