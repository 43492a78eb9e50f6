// The audit log: who bound as whom at which directory, with what result, and when that ended; who
// wrote which entry, with what result. One JSON line each; what callers and directories send is
// data in it (base/log.h escapes and cuts). Never passwords or tokens, nor any written value.
#pragma once

#include <memory>
#include <string_view>

#include "app/audit_file.h"
#include "session/telemetry.h"

namespace dirlease {

// The callbacks belong to the loop thread and do not wait for the disk.
class AuditLog final : public Telemetry {
 public:
  explicit AuditLog(std::unique_ptr<AuditFile> file) : file_(std::move(file)) {}

  // Thread-safe; see AuditFile.
  void Reopen() { file_->Reopen(); }

  void OnLeaseOpened(const Session::Facts& facts, const Caller& caller) override;
  void OnOpenFailed(std::string_view target, std::string_view bind_name, const Caller& caller,
                    const CallError& error) override;
  void OnCredentialsChecked(std::string_view target, std::string_view bind_name, const Caller& caller,
                            const CallError& answer) override;
  void OnRebound(const Session::Facts& facts, std::string_view bind_name, const Caller& caller) override;
  void OnRebindFailed(const Session::Facts& facts, std::string_view bind_name, const Caller& caller,
                      const CallError& error) override;
  void OnLeaseEnded(const Session::Facts& facts, std::string_view reason) override;
  void OnOperationEnded(const Session::Facts& facts, const Operation& operation,
                        const OperationEnd& end) override;

 private:
  // A bind by which nobody got a lease.
  void AppendBind(std::string_view event, std::string_view target, std::string_view bind_name, const Caller& caller,
                  const CallError& answer);

  const std::unique_ptr<AuditFile> file_;
};

}  // namespace dirlease
