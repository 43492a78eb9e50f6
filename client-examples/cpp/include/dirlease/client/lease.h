// A lease: one bound identity at the directory, for as long as this object lives.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "dirlease/client/error.h"
#include "dirlease/client/gateway.h"
#include "dirlease/client/options.h"
#include "dirlease/client/pipeline.h"
#include "dirlease/client/streams.h"
#include "dirlease/v1/directory_service.pb.h"
#include "dirlease/v1/session_service.pb.h"

namespace dirlease::client {

class Session;

// Thread-safe: share one among the threads of a program. Every call throws Error.
//
// The lease renews itself when idle. When the gateway says that it is gone, the call that heard so, which the gateway has
// not begun, opens a new one with the same credentials and is made again, once. Nothing else is repeated.
class Lease {
 public:
  explicit Lease(const Gateway& gateway, LeaseOptions options = {});
  // Unbinds, and says nothing of failures: call Unbind() to hear of them.
  ~Lease();
  Lease(Lease&&) noexcept = default;
  Lease& operator=(Lease&&) = delete;

  // A stream of whole entries; to let go of it early is to cancel, and so to abandon.
  SearchStream Search(const v1::SearchRequest& request, const CallOptions& options = {});
  v1::GetEntryResponse GetEntry(const v1::GetEntryRequest& request, const CallOptions& options = {});
  // True if the entry has that value.
  bool Compare(const v1::CompareRequest& request, const CallOptions& options = {});
  // "" = anonymous, else "dn:..." or "u:...".
  std::string WhoAmI(const CallOptions& options = {});
  v1::GetRootDseResponse GetRootDse(const CallOptions& options = {});
  v1::GetSchemaResponse GetSchema(const v1::GetSchemaRequest& request = {}, const CallOptions& options = {});

  v1::AddResponse Add(const v1::AddRequest& request, const CallOptions& options = {});
  v1::ModifyResponse Modify(const v1::ModifyRequest& request, const CallOptions& options = {});
  v1::DeleteResponse Delete(const v1::DeleteRequest& request, const CallOptions& options = {});
  v1::ModifyDnResponse ModifyDn(const v1::ModifyDnRequest& request, const CallOptions& options = {});
  v1::ChangePasswordResponse ChangePassword(const v1::ChangePasswordRequest& request, const CallOptions& options = {});
  v1::ExtendedResponse Extended(const v1::ExtendedRequest& request, const CallOptions& options = {});

  // Many operations on one stream: the cheapest way to look things up.
  Pipeline OpenPipeline();
  // A content and its changes (RFC 4533). Never repeated: the last cookie resumes it.
  SyncStream Sync(const v1::SyncRequest& request, const CallOptions& options = {});
  // Holds the lease and tells of its life; tethered, the lease ends when this program does.
  HoldStream Hold(const v1::HoldSessionRequest& request, const CallOptions& options = {});

  // Ends the running operation of that name. False when there is none.
  bool Abandon(const std::string& operation_id);
  // The lease as the gateway sees it, with what runs on it.
  v1::GetSessionResponse Describe();

  // Ends the lease. True if it was active; false too when it had been unbound before.
  bool Unbind();

  // Public id, safe in logs; another one after a reopening.
  std::string id() const;
  std::chrono::milliseconds ttl() const;
  // A secret: whoever has it, and this caller's identity, has the lease.
  std::string token() const;

 private:
  std::shared_ptr<Session> session_;
};

}  // namespace dirlease::client
