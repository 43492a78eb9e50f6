// GetSchema: the definitions of a subschema subentry (RFC 4512 section 4.4), read by up to three searches one after the
// other, or taken from the cache when the directory says that nothing changed. See rpc/operation_call.h.
//
//   [root DSE: which subentry] --> modifyTimestamp --> [definitions, when the cache does not have them]
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "dirlease/v1/directory_service.pb.h"
#include "rpc/operation_call.h"
#include "rpc/schema_cache.h"

namespace dirlease {

class SchemaCall final : public OperationCall {
 public:
  // Of the definitions together: what fits into one message that clients take by default.
  static constexpr size_t kMostSchemaOctets = 3 * 1024 * 1024;

  SchemaCall(SessionManager& manager, CallInfo info, Responder& responder, const v1::GetSchemaRequest& request,
             v1::GetSchemaResponse& response, const std::shared_ptr<SchemaCache>& cache);

 private:
  enum class Step { kRootDse, kTimestamp, kDefinitions };

  void OnEntry(const EntryView& entry) override;
  void TakeDefinitions(const EntryView& entry);
  std::optional<OperationRequest> NextRequest() override;
  std::optional<OperationRequest> AskForTimestamp();
  std::optional<OperationRequest> AskForDefinitions();
  RpcStatus FillResponse(const OperationEnd& end) override;

  v1::GetSchemaResponse& response_;
  const std::shared_ptr<SchemaCache> cache_;
  std::string subschema_dn_;
  Step step_;
  bool shown_ = false;  // this step's entry came
  std::string key_;
  std::string modified_;
  SchemaCache::Schema cached_;  // what is answered, if it is not read
};

}  // namespace dirlease
