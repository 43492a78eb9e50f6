#include "ldap/pooled_sasl_exchange.h"

#include <utility>

namespace dirlease {

PooledSaslExchange::PooledSaslExchange(EventLoop& loop, WorkerPool& pool, std::string pool_key,
                                       std::string host, SaslRequest request)
    : loop_(loop),
      pool_(pool),
      pool_key_(std::move(pool_key)),
      client_(std::make_shared<SaslClient>(std::move(host), std::move(request))) {}

void PooledSaslExchange::Next(std::optional<Secret> challenge, Callback callback) {
  waiting_ = std::make_shared<Waiting>(Waiting{std::move(callback)});
  pool_.Submit(pool_key_, [client = client_, challenge = std::move(challenge), &loop = loop_,
                           waiting = std::weak_ptr(waiting_)]() mutable {
    if (waiting.expired()) return;
    loop.Post([waiting, step = client->Next(challenge)]() mutable {
      if (const auto waits = waiting.lock()) std::exchange(waits->callback, nullptr)(std::move(step));
    });
  });
}

}  // namespace dirlease
