#include "cli/metrics/http_get.h"

#include <curl/curl.h>

#include <memory>

namespace dirlease::cli {
namespace {

struct Exchange {
  const HttpRequest& request;
  HttpAnswer answer;
  bool too_long = false;
};

size_t TakeBody(char* octets, size_t size, size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  exchange.too_long = exchange.answer.body.size() + size * count > exchange.request.max_octets;
  // Less than what was offered ends the exchange.
  if (exchange.too_long) return 0;
  exchange.answer.body.append(octets, size * count);
  return size * count;
}

int AskCancelled(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Exchange*>(user)->request.cancelled() ? 1 : 0;
}

void SetOptions(CURL* curl, Exchange& exchange) {
  const HttpRequest& request = exchange.request;
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "dirlease/" DIRLEASE_VERSION);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &TakeBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &AskCancelled);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &exchange);
  if (request.ca_pem.empty()) return;
  curl_blob roots{const_cast<char*>(request.ca_pem.data()), request.ca_pem.size(), CURL_BLOB_COPY};
  curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &roots);
}

}  // namespace

HttpAnswer HttpGet(const HttpRequest& request) {
  [[maybe_unused]] static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 &curl_easy_cleanup);
  if (curl == nullptr) return {.error = "no memory"};
  Exchange exchange{request, {}};
  char reason[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, reason);
  SetOptions(curl.get(), exchange);
  const CURLcode code = curl_easy_perform(curl.get());
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  HttpAnswer& answer = exchange.answer;
  answer.timed_out = code == CURLE_OPERATION_TIMEDOUT;
  if (exchange.too_long) {
    answer.error = "the answer is longer than " + std::to_string(request.max_octets) + " octets";
  } else if (code != CURLE_OK) {
    answer.error = *reason == '\0' ? curl_easy_strerror(code) : reason;
  } else if (status != 200) {
    answer.error = "HTTP status " + std::to_string(status);
  }
  return std::move(answer);
}

}  // namespace dirlease::cli
