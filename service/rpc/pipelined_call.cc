#include "rpc/pipelined_call.h"

#include <type_traits>
#include <utility>

#include "rpc/directory_calls.h"
#include "rpc/pipeline_reply.h"
#include "rpc/pipelined_search.h"
#include "rpc/write_calls.h"

namespace dirlease {

namespace {

// A call whose answer is one message. `kField` of v1.PipelineReply.
template <typename Call, typename Request, typename Response, int kField>
class PipelinedUnary final : public PipelinedCall {
 public:
  template <typename... More>
  PipelinedUnary(uint64_t id, std::optional<absl::Duration> timeout, Request* request, SessionManager& manager,
                 CallInfo info, More... more)
      : PipelinedCall(id, timeout),
        request_(request),
        call_(manager, std::move(info), static_cast<Responder&>(*this), *request_, response_, more...) {}

 private:
  OperationCall& call() override { return call_; }
  void ReplyLast(const RpcStatus& status) override {
    if (status.code != 0) {
      host().Reply(status.details.size(), [&](WireMessage& out) { AppendReply(id(), 0, {}, &status, out); });
    } else {
      host().Reply(response_.ByteSizeLong(), [&](WireMessage& out) { AppendReply(id(), kField, response_, out); });
    }
  }

  const std::unique_ptr<Request> request_;
  Response response_;
  Call call_;
};

template <typename Request, typename Response, int kField>
using PipelinedResult = PipelinedUnary<ResultCall<Request, Response>, Request, Response, kField>;
using PipelinedGetEntry =
    PipelinedUnary<GetEntryCall, v1::GetEntryRequest, v1::GetEntryResponse, v1::PipelineReply::kGetEntry>;
using PipelinedCompare =
    PipelinedUnary<CompareCall, v1::CompareRequest, v1::CompareResponse, v1::PipelineReply::kCompare>;
using PipelinedAdd = PipelinedResult<v1::AddRequest, v1::AddResponse, v1::PipelineReply::kAdd>;
using PipelinedModify = PipelinedResult<v1::ModifyRequest, v1::ModifyResponse, v1::PipelineReply::kModify>;
using PipelinedDelete = PipelinedResult<v1::DeleteRequest, v1::DeleteResponse, v1::PipelineReply::kDeleteEntry>;
using PipelinedModifyDn = PipelinedResult<v1::ModifyDnRequest, v1::ModifyDnResponse, v1::PipelineReply::kModifyDn>;
using PipelinedExtended =
    PipelinedUnary<ExtendedCall, v1::ExtendedRequest, v1::ExtendedResponse, v1::PipelineReply::kExtended>;
using PipelinedWhoAmI =
    PipelinedUnary<WhoAmICall, v1::WhoAmIRequest, v1::WhoAmIResponse, v1::PipelineReply::kWhoAmI>;
using PipelinedChangePassword = PipelinedUnary<ChangePasswordCall, v1::ChangePasswordRequest,
                                               v1::ChangePasswordResponse, v1::PipelineReply::kChangePassword>;

}  // namespace

void PipelinedCall::Start(Host& host, absl::Duration waited) {
  host_ = &host;
  call().Start();
  if (!timeout_) return;
  if (waited >= *timeout_) {
    End(EndCause::kTimedOut);
    return;
  }
  timer_ = host.loop().NewTimer([this] { End(EndCause::kTimedOut); });
  timer_->ArmAt(host.loop().Now() + *timeout_ - waited);
}

void PipelinedCall::Finish(const RpcStatus& status) {
  ReplyLast(status);
  host_->OnReplied(*this);
}

const char* MethodOf(const v1::PipelineCall& call) {
  using Kind = v1::PipelineCall;
  switch (call.call_case()) {
    case Kind::kSearch: return "Search";
    case Kind::kGetEntry: return "GetEntry";
    case Kind::kCompare: return "Compare";
    case Kind::kAdd: return "Add";
    case Kind::kModify: return "Modify";
    case Kind::kDeleteEntry: return "Delete";
    case Kind::kModifyDn: return "ModifyDn";
    case Kind::kExtended: return "Extended";
    case Kind::kWhoAmI: return "WhoAmI";
    case Kind::kChangePassword: return "ChangePassword";
    case Kind::kAbandon:
    case Kind::CALL_NOT_SET: break;
  }
  return nullptr;
}

std::unique_ptr<PipelinedCall> NewPipelinedCall(v1::PipelineCall& call, SessionManager& manager, CallInfo info,
                                                std::optional<absl::Duration> timeout) {
  using Kind = v1::PipelineCall;
  const uint64_t id = call.id();
  const auto make = [&]<typename T>(std::type_identity<T>, auto* request, auto... more) {
    return std::unique_ptr<PipelinedCall>(
        std::make_unique<T>(id, timeout, request, manager, std::move(info), more...));
  };
  switch (call.call_case()) {
    case Kind::kSearch: return make(std::type_identity<PipelinedSearch>(), call.release_search());
    case Kind::kGetEntry: return make(std::type_identity<PipelinedGetEntry>(), call.release_get_entry());
    case Kind::kCompare: return make(std::type_identity<PipelinedCompare>(), call.release_compare());
    case Kind::kAdd: return make(std::type_identity<PipelinedAdd>(), call.release_add(), "Add", AddFromProto);
    case Kind::kModify: return make(std::type_identity<PipelinedModify>(), call.release_modify(), "Modify", ModifyFromProto);
    case Kind::kDeleteEntry:
      return make(std::type_identity<PipelinedDelete>(), call.release_delete_entry(), "Delete", DeleteFromProto);
    case Kind::kModifyDn:
      return make(std::type_identity<PipelinedModifyDn>(), call.release_modify_dn(), "ModifyDn", ModifyDnFromProto);
    case Kind::kExtended: return make(std::type_identity<PipelinedExtended>(), call.release_extended());
    case Kind::kWhoAmI: return make(std::type_identity<PipelinedWhoAmI>(), call.release_who_am_i());
    case Kind::kChangePassword: return make(std::type_identity<PipelinedChangePassword>(), call.release_change_password());
    case Kind::kAbandon:
    case Kind::CALL_NOT_SET: break;
  }
  return nullptr;
}

}  // namespace dirlease
