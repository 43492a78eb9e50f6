// SaslExchange over Cyrus SASL, each step on a thread of a pool. Loop thread only.
#pragma once

#include <memory>
#include <string>

#include "base/event_loop.h"
#include "ldap/libldap/sasl_client.h"
#include "ldap/sasl_exchange.h"
#include "ldap/worker_pool.h"

namespace dirlease {

class PooledSaslExchange final : public SaslExchange {
 public:
  // `pool_key` shares the pool out (ldap/worker_pool.h); `host` is the directory's, as it was dialled. `loop` and `pool`
  // must outlive this, and the pool's tasks the loop.
  PooledSaslExchange(EventLoop& loop, WorkerPool& pool, std::string pool_key, std::string host,
                     SaslRequest request);

  void Next(std::optional<Secret> challenge, Callback callback) override;

 private:
  // What a step finds its way back by: gone = nobody waits for it any more.
  struct Waiting {
    Callback callback;
  };

  EventLoop& loop_;
  WorkerPool& pool_;
  const std::string pool_key_;
  const std::shared_ptr<SaslClient> client_;  // a step that runs keeps it
  std::shared_ptr<Waiting> waiting_;
};

}  // namespace dirlease
