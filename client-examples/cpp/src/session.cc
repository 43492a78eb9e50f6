#include "session.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <random>
#include <utility>

namespace dirlease::client {
namespace {

using google::protobuf::util::TimeUtil;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr char kTokenKey[] = "ldap-session";
constexpr milliseconds kBriefTimeout{5'000};

// A random one (version 4 of RFC 9562).
std::string NewUuid() {
  std::random_device random;
  std::uint32_t parts[4];
  for (auto& part : parts) part = random();
  parts[1] = (parts[1] & 0xffff0fff) | 0x4000;
  parts[2] = (parts[2] & 0x3fffffff) | 0x80000000;
  char text[37];
  std::snprintf(text, sizeof text, "%08x-%04x-%04x-%04x-%04x%08x", parts[0], parts[1] >> 16, parts[1] & 0xffff,
                parts[2] >> 16, parts[2] & 0xffff, parts[3]);
  return text;
}

}  // namespace

Error ToError(const grpc::Status& status) {
  return Error(status.error_code(), status.error_message(), status.error_details());
}

v1::BindCredentials SimpleBind(const std::string& dn, const std::string& password) {
  v1::BindCredentials credentials;
  credentials.mutable_simple()->set_dn(dn);
  credentials.mutable_simple()->set_password(password);
  return credentials;
}

Session::Session(std::shared_ptr<grpc::Channel> channel, LeaseOptions options)
    : options_(std::move(options)),
      sessions_(v1::SessionService::NewStub(channel)),
      directory_(v1::DirectoryService::NewStub(channel)) {
  Open(system_clock::now() + options_.timeout);
  keep_alive_ = std::thread([this] { KeepAlive(); });
}

Session::~Session() {
  {
    std::lock_guard lock(mutex_);
    over_ = true;
  }
  ended_.notify_all();
  if (keep_alive_.joinable()) keep_alive_.join();
}

void Session::Open(Deadline deadline) {
  v1::OpenSessionRequest request;
  *request.mutable_credentials() = options_.credentials;
  request.set_target(options_.target);
  request.set_label(options_.label);
  if (options_.ttl.count() > 0) *request.mutable_ttl() = TimeUtil::MillisecondsToDuration(options_.ttl.count());
  // With it, an OpenSession that gRPC itself sends twice opens one lease.
  request.set_request_id(NewUuid());
  grpc::ClientContext context;
  context.set_deadline(deadline);
  AddTrace(&context, {});
  v1::OpenSessionResponse response;
  const grpc::Status status = sessions_->OpenSession(&context, request, &response);
  if (!status.ok()) throw ToError(status);
  // A proxy may have wrapped the header's token so that calls find their way back: that one is echoed.
  const auto& headers = context.GetServerInitialMetadata();
  const auto header = headers.find(kTokenKey);
  std::lock_guard lock(mutex_);
  token_ = header == headers.end() ? response.token() : std::string(header->second.data(), header->second.size());
  description_ = response.session();
  last_use_ = steady_clock::now();
}

std::string Session::Dress(grpc::ClientContext* context, const CallOptions& options, std::optional<Deadline> deadline) {
  if (deadline) context->set_deadline(*deadline);
  AddTrace(context, options);
  const std::string token = this->token();
  context->AddMetadata(kTokenKey, token);
  return token;
}

void Session::AddTrace(grpc::ClientContext* context, const CallOptions& options) const {
  const TraceContext trace = options.trace_context    ? *options.trace_context
                             : options_.trace_context ? options_.trace_context()
                                                      : TraceContext{};
  if (!trace.traceparent.empty()) context->AddMetadata("traceparent", trace.traceparent);
  if (!trace.tracestate.empty()) context->AddMetadata("tracestate", trace.tracestate);
}

Deadline Session::DeadlineOf(const CallOptions& options) const {
  return system_clock::now() + options.timeout.value_or(options_.timeout);
}

void Session::Recover(const Error& error, const std::string& token, Deadline deadline) {
  if (!error.session_lost()) throw error;
  {
    std::lock_guard opening(open_mutex_);
    if (this->token() != token) return;  // Another call has reopened it already.
    {
      std::lock_guard lock(mutex_);
      if (over_) throw error;  // Unbound by its owner.
    }
    Open(deadline);
  }
  if (options_.on_reopen) options_.on_reopen(description());
}

void Session::Touch() {
  std::lock_guard lock(mutex_);
  last_use_ = steady_clock::now();
}

bool Session::Unbind() {
  {
    std::lock_guard opening(open_mutex_);  // A lease that is being opened is unbound too.
    std::lock_guard lock(mutex_);
    if (std::exchange(over_, true)) return false;
  }
  ended_.notify_all();
  grpc::ClientContext context;
  Dress(&context, {}, system_clock::now() + std::min(options_.timeout, kBriefTimeout));
  v1::UnbindResponse response;
  const grpc::Status status = sessions_->Unbind(&context, {}, &response);
  if (!status.ok()) throw ToError(status);
  return response.was_active();
}

milliseconds Session::KeepAliveInterval() const {
  return milliseconds(TimeUtil::DurationToMilliseconds(description_.ttl()) / 3);
}

void Session::KeepAlive() {
  std::unique_lock lock(mutex_);
  while (!over_) {
    const auto due = last_use_ + KeepAliveInterval();
    if (ended_.wait_until(lock, due, [this] { return over_; })) return;
    if (steady_clock::now() < last_use_ + KeepAliveInterval()) continue;  // It was used meanwhile.
    last_use_ = steady_clock::now();
    lock.unlock();
    grpc::ClientContext context;
    Dress(&context, {.timeout = {}, .trace_context = TraceContext{}}, system_clock::now() + kBriefTimeout);
    v1::KeepAliveResponse response;
    sessions_->KeepAlive(&context, {}, &response);  // A failure meets the next call, which reopens.
    lock.lock();
  }
}

std::string Session::token() const {
  std::lock_guard lock(mutex_);
  return token_;
}

v1::Session Session::description() const {
  std::lock_guard lock(mutex_);
  return description_;
}

}  // namespace dirlease::client
