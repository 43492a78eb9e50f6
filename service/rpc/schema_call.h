// GetSchema: the definitions of a subschema subentry (RFC 4512 section 4.4), read by up to three searches one after the
// other, or taken from the cache when the directory says that nothing changed. See rpc/call.h for its life.
//
//   [root DSE: which subentry] --> modifyTimestamp --> [definitions, when the cache does not have them]
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dirlease/v1/directory_service.pb.h"
#include "model/operation.h"
#include "rpc/call.h"
#include "rpc/schema_cache.h"
#include "session/operation.h"

namespace dirlease {

class SchemaCall final : public UnaryCall, private OperationSink {
 public:
  // Of the definitions together: what fits into one message that clients take by default.
  static constexpr size_t kMostSchemaOctets = 3 * 1024 * 1024;

  SchemaCall(SessionManager& manager, CallInfo info, Responder& responder, const v1::GetSchemaRequest& request,
             v1::GetSchemaResponse& response, const std::shared_ptr<SchemaCache>& cache);
  void Run() override;
  void Cancel() override;

 private:
  enum class Step { kRootDse, kTimestamp, kDefinitions };

  void Begin(Step step);
  void OnEntry(const EntryView& entry) override;
  void OnEnd(const OperationEnd& end) override;
  void TakeDefinitions(const EntryView& entry);
  void Next();
  void AnswerFromCacheOrRead();
  void Answer();
  void FailNotShown(const char* message);

  const v1::GetSchemaRequest& request_;
  v1::GetSchemaResponse& response_;
  const std::shared_ptr<SchemaCache> cache_;
  Step step_ = Step::kRootDse;
  Operation* operation_ = nullptr;  // while it runs
  bool shown_ = false;              // this step's entry came
  std::string subschema_dn_;
  std::string key_;
  std::string modified_;
  std::vector<BudgetCharge> charges_;
};

}  // namespace dirlease
