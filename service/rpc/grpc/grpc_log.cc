#include "rpc/grpc/grpc_log.h"

#include <grpc/support/log.h>

#include <string_view>

namespace dirlease {

namespace {

log::Level ToLevel(gpr_log_severity severity) {
  switch (severity) {
    case GPR_LOG_SEVERITY_DEBUG:
      return log::Level::kDebug;
    case GPR_LOG_SEVERITY_INFO:
      return log::Level::kInfo;
    case GPR_LOG_SEVERITY_ERROR:
      return log::Level::kError;
  }
  return log::Level::kError;
}

void WriteLine(gpr_log_func_args* line) {
  std::string_view file = line->file;
  file.remove_prefix(file.rfind('/') + 1);  // npos + 1 = 0
  log::Write(ToLevel(line->severity), "grpc",
             {{"text", line->message}, {"file", file}, {"line", line->line}});
}

}  // namespace

void RouteGrpcLog(log::Level least) {
  SetGrpcLogLevel(least);
  gpr_set_log_function(&WriteLine);
}

void SetGrpcLogLevel(log::Level least) {
  gpr_set_log_verbosity(least == log::Level::kDebug ? GPR_LOG_SEVERITY_DEBUG
                                                    : GPR_LOG_SEVERITY_ERROR);
}

}  // namespace dirlease
