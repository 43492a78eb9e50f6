#include "dirlease/client/lease.h"

#include <google/protobuf/util/time_util.h>

#include "session.h"

namespace dirlease::client {

using Directory = v1::DirectoryService::Stub;
using Sessions = v1::SessionService::Stub;

Lease::Lease(const Gateway& gateway, LeaseOptions options)
    : session_(std::make_shared<Session>(gateway.channel(), std::move(options))) {}

Lease::~Lease() {
  if (!session_) return;  // moved away
  try {
    session_->Unbind();
  } catch (const Error&) {
    // The lease then ends when its time is over.
  }
}

SearchStream Lease::Search(const v1::SearchRequest& request, const CallOptions& options) {
  return SearchStream(session_, request, options);
}
SyncStream Lease::Sync(const v1::SyncRequest& request, const CallOptions& options) {
  return SyncStream(session_, request, options);
}
HoldStream Lease::Hold(const v1::HoldSessionRequest& request, const CallOptions& options) {
  return HoldStream(session_, request, options);
}
Pipeline Lease::OpenPipeline() { return Pipeline(session_); }

v1::GetEntryResponse Lease::GetEntry(const v1::GetEntryRequest& request, const CallOptions& options) {
  return session_->Call(session_->directory(), &Directory::GetEntry, request, options);
}
bool Lease::Compare(const v1::CompareRequest& request, const CallOptions& options) {
  return session_->Call(session_->directory(), &Directory::Compare, request, options).matched();
}
std::string Lease::WhoAmI(const CallOptions& options) {
  return session_->Call(session_->directory(), &Directory::WhoAmI, v1::WhoAmIRequest(), options)
      .authorization_id();
}
v1::GetRootDseResponse Lease::GetRootDse(const CallOptions& options) {
  return session_->Call(session_->directory(), &Directory::GetRootDse, v1::GetRootDseRequest(), options);
}
v1::GetSchemaResponse Lease::GetSchema(const v1::GetSchemaRequest& request, const CallOptions& options) {
  return session_->Call(session_->directory(), &Directory::GetSchema, request, options);
}

v1::AddResponse Lease::Add(const v1::AddRequest& request, const CallOptions& options) {
  return session_->Call(session_->directory(), &Directory::Add, request, options);
}
v1::ModifyResponse Lease::Modify(const v1::ModifyRequest& request, const CallOptions& options) {
  return session_->Call(session_->directory(), &Directory::Modify, request, options);
}
v1::DeleteResponse Lease::Delete(const v1::DeleteRequest& request, const CallOptions& options) {
  return session_->Call(session_->directory(), &Directory::Delete, request, options);
}
v1::ModifyDnResponse Lease::ModifyDn(const v1::ModifyDnRequest& request, const CallOptions& options) {
  return session_->Call(session_->directory(), &Directory::ModifyDn, request, options);
}
v1::ChangePasswordResponse Lease::ChangePassword(const v1::ChangePasswordRequest& request,
                                                 const CallOptions& options) {
  return session_->Call(session_->directory(), &Directory::ChangePassword, request, options);
}
v1::ExtendedResponse Lease::Extended(const v1::ExtendedRequest& request, const CallOptions& options) {
  return session_->Call(session_->directory(), &Directory::Extended, request, options);
}

bool Lease::Abandon(const std::string& operation_id) {
  v1::AbandonRequest request;
  request.set_operation_id(operation_id);
  return session_->Call(session_->directory(), &Directory::Abandon, request, {}).found();
}
v1::GetSessionResponse Lease::Describe() {
  return session_->Call(session_->sessions(), &Sessions::GetSession, v1::GetSessionRequest(), {});
}

bool Lease::Unbind() { return session_->Unbind(); }

std::string Lease::id() const { return session_->description().session_id(); }
std::chrono::milliseconds Lease::ttl() const {
  using google::protobuf::util::TimeUtil;
  return std::chrono::milliseconds(TimeUtil::DurationToMilliseconds(session_->description().ttl()));
}
std::string Lease::token() const { return session_->token(); }

}  // namespace dirlease::client
