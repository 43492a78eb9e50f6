#include "session/open_request.h"

#include "fmt/format.h"

namespace dirlease {

Digest DigestOf(const OpenRequest& request, const std::string& key) {
  // Each part with its length before it: no two requests look alike.
  std::string all;
  const auto append = [&all](std::string_view part) {
    all += fmt::format("{}:", part.size());
    all.append(part);
  };
  // Room for everything at once: growing would leave pieces of the password behind.
  all.reserve(4096 + request.bind.name.size() + request.bind.password.Reveal().size());
  append(request.bind.password.Reveal());
  append(request.bind.name);
  append(request.target);
  append(request.label);
  append(request.ttl ? absl::FormatDuration(*request.ttl) : "none");
  for (const Control& control : request.bind.controls) {
    append(control.oid);
    append(control.critical ? "critical" : "optional");
    append(control.value ? "=" + *control.value : "none");
  }
  const Digest digest = HmacSha256(key, all);
  Wipe(all);
  return digest;
}

}  // namespace dirlease
