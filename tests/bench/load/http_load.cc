#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "bench/load/load.h"

namespace dirlease::bench {
namespace {

// One HTTP/1.1 connection that is kept, one request at a time. Knows answers with Content-Length
// only, which is what the REST gateway sends.
class HttpConnection {
 public:
  explicit HttpConnection(const sockaddr_in& server) : server_(server) { Connect(); }
  ~HttpConnection() { close(socket_); }
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  int descriptor() const { return socket_; }

  void Ask(const std::string& path) {
    request_ = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n";
    input_.clear();
    char octet = 0;
    if (recv(socket_, &octet, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
      Connect();  // the server closes idle ones
    Send();
  }

  // Reads what is there; whether the answer is complete.
  bool Read() {
    char octets[16384];
    const ssize_t count = recv(socket_, octets, sizeof octets, 0);
    if (count <= 0) {
      if (!input_.empty()) Fail("an answer that ends early");
      Connect();
      Send();
      return false;
    }
    input_.append(octets, static_cast<size_t>(count));
    const size_t end = input_.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    static constexpr char kLength[] = "Content-Length: ";
    const size_t length = input_.find(kLength);
    if (length == std::string::npos || length > end) Fail("an answer without Content-Length");
    const auto octets_of_body =
        static_cast<size_t>(std::atol(input_.c_str() + length + std::strlen(kLength)));
    return input_.size() >= end + 4 + octets_of_body;
  }
  bool ok() const { return input_.compare(0, 12, "HTTP/1.1 200") == 0; }

 private:
  [[noreturn]] static void Fail(const char* what) {
    std::fprintf(stderr, "bench_load: http: %s\n", what);
    std::exit(1);
  }

  void Connect() {
    if (socket_ >= 0) close(socket_);
    socket_ = socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&server_), sizeof server_) != 0)
      Fail("connect");
  }

  void Send() {
    const ssize_t sent = send(socket_, request_.data(), request_.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request_.size())) Fail("send");
  }

  const sockaddr_in server_;
  int socket_ = -1;
  std::string request_, input_;
};

// Slots are connections.
class Http final : public Load {
 public:
  // Options::address is HOST:PORT/PATH, to which the person's uid is added.
  explicit Http(const Options& options) {
    const size_t colon = options.address.find(':'), slash = options.address.find('/');
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(static_cast<uint16_t>(std::atoi(options.address.c_str() + colon + 1)));
    inet_pton(AF_INET, options.address.substr(0, colon).c_str(), &server.sin_addr);
    for (int i = 0; i < options.connections; ++i)
      connections_.push_back(std::make_unique<HttpConnection>(server));
    path_ = options.address.substr(slash);
  }

  void Start(size_t slot, const Operation& operation) override {
    const size_t begin = operation.base.find('=') + 1;
    connections_.at(slot)->Ask(path_ +
                               operation.base.substr(begin, operation.base.find(',') - begin));
  }

  void Take(Clock::time_point until, const Answered& answered) override {
    polled_.clear();
    for (const auto& connection : connections_) {
      polled_.push_back({.fd = connection->descriptor(), .events = POLLIN, .revents = 0});
    }
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0 || poll(polled_.data(), polled_.size(), static_cast<int>(left)) <= 0) return;
    for (size_t slot = 0; slot < polled_.size(); ++slot) {
      if (polled_[slot].revents == 0 || !connections_[slot]->Read()) continue;
      answered({.slot = slot, .entries = 1, .ok = connections_[slot]->ok(), .first_entry = {}});
    }
  }

  bool StartsFromAnyThread() const override { return false; }

 private:
  std::string path_;
  std::vector<std::unique_ptr<HttpConnection>> connections_;
  std::vector<pollfd> polled_;
};

}  // namespace

std::unique_ptr<Load> HttpLoad(const Options& options) { return std::make_unique<Http>(options); }

}  // namespace dirlease::bench
