// What a lease is opened with, and what a call may say of itself.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "dirlease/v1/session_service.pb.h"

namespace dirlease::client {

// W3C trace context; empty fields are not sent.
struct TraceContext {
  std::string traceparent;
  std::string tracestate;
};

struct CallOptions {
  // Of the whole call, its retries included; unset = LeaseOptions::timeout. A Search is one call, to its last entry.
  std::optional<std::chrono::milliseconds> timeout;
  // Unset = what LeaseOptions::trace_context answers.
  std::optional<TraceContext> trace_context;
};

struct LeaseOptions {
  v1::BindCredentials credentials;  // unset = anonymous; see also SimpleBind()
  std::string target;               // a directory of the gateway's configuration; empty = its default
  std::string label;                // shown to operators; no secrets
  std::chrono::milliseconds ttl{0};  // wanted idle time to live; 0 = the gateway's default
  std::chrono::milliseconds timeout{30'000};
  // Asked on the calling thread, for each call.
  std::function<TraceContext()> trace_context;
  // Called when a lost lease was replaced, on the thread whose call found that out; log it and count it.
  std::function<void(const v1::Session&)> on_reopen;
};

v1::BindCredentials SimpleBind(const std::string& dn, const std::string& password);

}  // namespace dirlease::client
