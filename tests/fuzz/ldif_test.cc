// LDIF from a file or standard input: every record is a request that protobuf can send, or an error that names a line.
#include <sstream>
#include <string>

#include "cli/ldif_reader.h"
#include "fuzz/fuzz_target.h"

namespace dirlease::testing {

DIRLEASE_FUZZ_TARGET(ldif) {
  if (input.find(":<") != std::string_view::npos) return;  // would read files
  for (const auto plain : {cli::LdifReader::Plain::kModify, cli::LdifReader::Plain::kAdd}) {
    std::istringstream in{std::string(input)};
    cli::LdifReader reader(in, plain);
    for (bool end = false; !end;) {
      try {
        const auto change = reader.Next();
        end = !change.has_value();
        if (end) break;
        DIRLEASE_REQUIRE(change->line > 0);
        std::visit(
            [](const auto& request) {
              auto read = request;
              DIRLEASE_REQUIRE(read.ParseFromString(request.SerializeAsString()));
            },
            change->request);
      } catch (const cli::LdifError& error) {
        DIRLEASE_REQUIRE(error.line() > 0);
      }
    }
  }
}

}  // namespace dirlease::testing
