#include "app/certificates.h"

#include <utility>

#include "base/log.h"

namespace dirlease {

std::string Certificates::Add(Use use) {
  InUse added{.use = std::move(use), .read = "", .seen = ""};
  std::string problem = Load(added);
  if (problem.empty()) uses_.push_back(std::move(added));
  return problem;
}

void Certificates::Reload() {
  for (InUse& in_use : uses_) ReloadOne(in_use);
}

void Certificates::ReloadChanged() {
  for (InUse& in_use : uses_) {
    const std::string now = FingerprintOf(in_use.use.files);
    const bool settled = std::exchange(in_use.seen, now) == now;
    if (settled && now != in_use.read) ReloadOne(in_use);
  }
}

std::string Certificates::Load(InUse& in_use) {
  Use& use = in_use.use;
  in_use.read = in_use.seen = FingerprintOf(use.files);
  PemContents contents;
  std::string problem = ReadPemFiles(use.files, contents);
  if (!problem.empty()) return problem;
  const std::string certificate = contents.certificate;
  problem = use.apply(std::move(contents));
  if (problem.empty() && !certificate.empty()) {
    metrics_.SetExpiry(use.side, use.name, ExpiryOf(certificate));
  }
  return problem;
}

void Certificates::ReloadOne(InUse& in_use) {
  const std::string problem = Load(in_use);
  metrics_.CountReload(in_use.use.side, problem.empty());
  const log::Field side{"side", in_use.use.side};
  const log::Field name{"name", in_use.use.name};
  if (problem.empty()) {
    log::Info("certificates read again", {side, name});
  } else {
    log::Error("certificates refused, those of before stay in use", {side, name, {"error", problem}});
  }
}

}  // namespace dirlease
