// One GET of a small text over HTTP(S), with libcurl. Blocks. No redirects, no proxy, no
// credentials.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace dirlease::cli {

struct HttpRequest {
  std::string url;
  // Of the whole exchange.
  std::chrono::milliseconds timeout{0};
  // A longer body is an error.
  size_t max_octets = 0;
  // PEM; empty = the system's roots.
  std::string ca_pem;
  // Asked now and then; true ends the exchange.
  std::function<bool()> cancelled;
};

struct HttpAnswer {
  // Empty = status 200 and a whole body; else why not, for people.
  std::string error;
  bool timed_out = false;
  std::string body;
};

HttpAnswer HttpGet(const HttpRequest& request);

}  // namespace dirlease::cli
