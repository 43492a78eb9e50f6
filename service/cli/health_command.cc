#include <ostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/failure.h"

namespace dirlease::cli {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// A probe that hangs is no answer.
constexpr std::chrono::seconds kCheckTimeout{3};
constexpr int kNotFound = 5;

std::string Word(const HealthCheckResponse& response) {
  const std::string& name = HealthCheckResponse::ServingStatus_Name(response.status());
  return name.empty() ? std::to_string(response.status()) : name;
}

// What the gateway says of one service: the word, and the exit status of that.
struct Verdict {
  std::string word;
  int exit_status;
};

Verdict Check(const CommandContext& context, const HealthCheckRequest& request) {
  HealthCheckResponse response;
  const CallStatus status = context.client.CheckHealth(
      request, response, context.invocation.connection.timeout.value_or(kCheckTimeout));
  if (status.code() != 0) {
    const std::string word =
        status.code() == kNotFound ? "SERVICE_UNKNOWN" : GrpcCodeName(status.code());
    return {word, ReportFailure(context, "health", status)};
  }
  const bool serving = response.status() == HealthCheckResponse::SERVING;
  return {Word(response), serving ? kExitSuccess : kExitNotServing};
}

void AppendServices(const google::protobuf::FileDescriptor& file, std::vector<std::string>& names) {
  for (int i = 0; i < file.service_count(); ++i) names.push_back(file.service(i)->full_name());
}

// As the gateway's listener for callers has them.
std::vector<std::string> ServiceNames() {
  std::vector<std::string> names = {"", "liveness"};
  AppendServices(*v1::OpenSessionRequest::descriptor()->file(), names);
  AppendServices(*v1::SearchRequest::descriptor()->file(), names);
  return names;
}

int CheckAll(const CommandContext& context) {
  int worst = kExitSuccess;
  for (const std::string& name : ServiceNames()) {
    HealthCheckRequest request;
    request.set_service(name);
    const Verdict verdict = Check(context, request);
    context.output.out << (name.empty() ? "(overall)" : name) << ' ' << verdict.word << '\n';
    if (worst == kExitSuccess) worst = verdict.exit_status;
    // What keeps one from its answer keeps all, each after its deadline.
    if (verdict.exit_status >= kExitSignalBase && verdict.exit_status != kExitGrpcBase + kNotFound)
      break;
  }
  return worst;
}

int Watch(const CommandContext& context) {
  const CallStatus status = context.client.WatchHealth(
      context.invocation.health.request, [&context](const HealthCheckResponse& response) {
        context.output.out << Word(response) << std::endl;
        return context.output.out.good();
      });
  return ReportFailure(context, "health", status);
}

}  // namespace

int RunHealth(const CommandContext& context) {
  const HealthOptions& options = context.invocation.health;
  if (options.watch) return Watch(context);
  if (options.all) return CheckAll(context);
  const Verdict verdict = Check(context, options.request);
  context.output.out << verdict.word << '\n';
  return verdict.exit_status;
}

}  // namespace dirlease::cli
