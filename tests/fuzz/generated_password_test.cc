// The answer to a password change: a password that a caller can be told, or none.
#include <string>

#include "base/utf8.h"
#include "fuzz/fuzz_target.h"
#include "rpc/password_modify.h"

namespace dirlease::testing {

DIRLEASE_FUZZ_TARGET(generated_password) {
  std::optional<Secret> password;
  if (!DecodeGeneratedPassword(std::string(input), password) || !password) return;
  DIRLEASE_REQUIRE(IsValidUtf8(password->Reveal()));
  DIRLEASE_REQUIRE(password->Reveal().size() < input.size());
}

}  // namespace dirlease::testing
