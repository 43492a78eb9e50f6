#include "app/certificates.h"

#include <utility>

#include "base/log.h"

namespace dirlease {

std::string Certificates::Add(Use use) {
  InUse added{.use = std::move(use), .taken = "", .seen = "", .refused = ""};
  std::string problem = Load(added, When::kAtStart);
  if (!problem.empty()) return problem;
  metrics_.SetRefused(added.use.side, added.use.name, false);
  uses_.push_back(std::move(added));
  return "";
}

void Certificates::Reload() {
  for (InUse& in_use : uses_) ReloadOne(in_use, /*asked=*/true);
}

void Certificates::ReloadChanged() {
  for (InUse& in_use : uses_) {
    const std::string now = FingerprintOf(in_use.use.files);
    const bool settled = std::exchange(in_use.seen, now) == now;
    if (settled && (now != in_use.taken || !in_use.refused.empty())) ReloadOne(in_use, /*asked=*/false);
  }
}

std::string Certificates::Load(InUse& in_use, When when) {
  Use& use = in_use.use;
  const std::string fingerprint = FingerprintOf(use.files);
  PemContents contents;
  std::string problem = ReadPemFiles(use.files, contents);
  if (!problem.empty()) return problem;
  const std::string certificate = contents.certificate;
  if (!certificate.empty()) {
    const std::string invalid = ProblemOfValidity(certificate);
    // At start there is nothing better to use.
    if (!invalid.empty() && when == When::kLater) return use.files.certificate + " " + invalid;
    if (!invalid.empty()) log::Warning("certificate " + invalid, {{"side", use.side}, {"name", use.name}});
  }
  problem = use.apply(std::move(contents));
  if (!problem.empty()) return problem;
  in_use.taken = in_use.seen = fingerprint;
  if (!certificate.empty()) metrics_.SetExpiry(use.side, use.name, ExpiryOf(certificate));
  return "";
}

void Certificates::ReloadOne(InUse& in_use, bool asked) {
  const std::string problem = Load(in_use, When::kLater);
  const bool news = std::exchange(in_use.refused, problem) != problem;
  metrics_.SetRefused(in_use.use.side, in_use.use.name, !problem.empty());
  if (!problem.empty() && !news && !asked) return;
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
