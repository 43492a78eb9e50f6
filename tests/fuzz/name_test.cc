// Names: what callers send is judged without harm, what directories send becomes text.
#include <string>

#include "base/utf8.h"
#include "fuzz/fuzz_target.h"
#include "model/names.h"

namespace dirlease::testing {

DIRLEASE_FUZZ_TARGET(name) {
  const auto dn_problem = DnProblem(input);
  if (!RdnProblem(input)) DIRLEASE_REQUIRE(!dn_problem);
  AttributeSelectorProblem(input);
  OidProblem(input);
  OperationIdProblem(input);
  const std::string text = DnToUtf8(input);
  DIRLEASE_REQUIRE(IsValidUtf8(text));
  DIRLEASE_REQUIRE(DnToUtf8(text) == text);
}

}  // namespace dirlease::testing
