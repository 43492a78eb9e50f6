#include "rpc/search_call.h"

#include <utility>

namespace dirlease {

SearchCall::SearchCall(SessionManager& manager, CallInfo info, SearchWriter& writer,
                       const v1::SearchRequest& request)
    : manager_(manager),
      info_(std::move(info)),
      session_field_(request.session()),
      operation_id_(request.operation_id()),
      request_octets_(request.ByteSizeLong()),
      converted_(SearchFromProto(request, info_.deadline_left)),
      stream_(writer, {manager.loop(), manager.budget(), manager.telemetry(), manager.stall_deadline()},
              converted_.ok() ? converted_->stream : SearchStream::Options{},
              StatusContext{.operation = "Search", .dn = request.base_dn()}) {}

void SearchCall::Start() {
  stream_.Start();
  if (!converted_.ok()) {
    stream_.Refuse(converted_.failure());
    return;
  }
  const auto token = ChooseToken(info_.token, session_field_);
  if (!token.ok()) {
    stream_.Refuse(token.failure());
    return;
  }
  auto session = manager_.Find(info_.caller, token.value());
  if (!session.ok()) {
    stream_.Refuse(session.failure());
    return;
  }
  auto charge = ChargeRequest(manager_.budget(), request_octets_);
  if (!charge.ok()) {
    stream_.Refuse(charge.failure());
    return;
  }
  request_charge_ = std::move(charge.value());
  auto begun = session.value()->Begin({operation_id_, "Search", info_.origin()},
                                      std::move(converted_->request), stream_);
  if (!begun.ok()) {
    stream_.Refuse(begun.failure());
    return;
  }
  stream_.OnBegun(*begun.value(), session.value()->facts().session_id,
                  session.value()->facts().target);
}

}  // namespace dirlease
