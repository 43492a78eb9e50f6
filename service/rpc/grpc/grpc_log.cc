#include "rpc/grpc/grpc_log.h"

#include <google/protobuf/stubs/logging.h>
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

// It complains of each request that is not UTF-8, as often as a caller likes, whose status says so anyway.
void WriteProtobufLine(google::protobuf::LogLevel, const char* file, int line, const std::string& text) {
  log::Write(log::Level::kDebug, "protobuf", {{"text", text}, {"file", file}, {"line", line}});
}

}  // namespace

void RouteGrpcLog(log::Level least) {
  SetGrpcLogLevel(least);
  gpr_set_log_function(&WriteLine);
  google::protobuf::SetLogHandler(&WriteProtobufLine);
}

void SetGrpcLogLevel(log::Level least) {
  gpr_set_log_verbosity(least == log::Level::kDebug ? GPR_LOG_SEVERITY_DEBUG
                                                    : GPR_LOG_SEVERITY_ERROR);
}

}  // namespace dirlease
