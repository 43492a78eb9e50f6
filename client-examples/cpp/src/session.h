// What a lease and its streams share: stubs, the token, how a call is dressed, and the reopening. Internal.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "dirlease/client/error.h"
#include "dirlease/client/options.h"
#include "dirlease/v1/directory_service.grpc.pb.h"
#include "dirlease/v1/session_service.grpc.pb.h"

namespace dirlease::client {

using Deadline = std::chrono::system_clock::time_point;

Error ToError(const grpc::Status& status);

// Thread-safe. Streams keep it alive, so a lease may end before they do.
class Session {
 public:
  Session(std::shared_ptr<grpc::Channel> channel, LeaseOptions options);
  ~Session();

  // The one place where a call on the lease gets its token, deadline and trace context. Returns the token.
  std::string Dress(grpc::ClientContext* context, const CallOptions& options, std::optional<Deadline> deadline);
  Deadline DeadlineOf(const CallOptions& options) const;

  // Reopens a lost lease, so that the call can be made again, or throws `error`: what else failed may have happened. `token`
  // is the one that failed. REQUIRES: at most once a call.
  void Recover(const Error& error, const std::string& token, Deadline deadline);

  template <typename Stub, typename Request, typename Response>
  Response Call(Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                const Request& request, const CallOptions& options) {
    const Deadline deadline = DeadlineOf(options);
    for (bool again = false;; again = true) {
      grpc::ClientContext context;
      const std::string token = Dress(&context, options, deadline);
      Response response;
      const grpc::Status status = (stub.*method)(&context, request, &response);
      Touch();
      if (status.ok()) return response;
      if (again) throw ToError(status);
      Recover(ToError(status), token, deadline);
    }
  }

  void Touch();  // the lease was just used: no keep-alive is due
  // Once; true if the lease was still active.
  bool Unbind();

  std::string token() const;
  v1::Session description() const;
  std::chrono::milliseconds timeout() const { return options_.timeout; }
  v1::SessionService::Stub& sessions() { return *sessions_; }
  v1::DirectoryService::Stub& directory() { return *directory_; }

 private:
  void Open(Deadline deadline);      // REQUIRES: open_mutex_
  void AddTrace(grpc::ClientContext* context, const CallOptions& options) const;
  void KeepAlive();                  // the background thread
  std::chrono::milliseconds KeepAliveInterval() const;  // REQUIRES: mutex_

  const LeaseOptions options_;
  const std::unique_ptr<v1::SessionService::Stub> sessions_;
  const std::unique_ptr<v1::DirectoryService::Stub> directory_;
  std::mutex open_mutex_;  // held while opening: one caller reopens, the others wait for it
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::string token_;
  v1::Session description_;
  std::chrono::steady_clock::time_point last_use_;
  bool over_ = false;
  std::thread keep_alive_;
};

}  // namespace dirlease::client
