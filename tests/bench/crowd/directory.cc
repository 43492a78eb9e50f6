// A directory that only says yes: binds, searches (no entry), Who am I and everything else succeed
// at once. For figures of many leases, where a real one would need more memory and processor than
// what is measured. One thread, one epoll.
//   bench_directory ADDRESS...      listens on a free port of each (127.0.0.1 127.0.0.2 ...),
//   prints their URIs in one line,
//                                   serves until it is killed
#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unordered_map>

namespace {

constexpr unsigned char kSequence = 0x30, kInteger = 0x02;
constexpr unsigned char kUnbind = 0x42, kAbandon = 0x50;
constexpr unsigned char kSearch = 0x63, kSearchDone = 0x65;

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::exit(1);
}

// A message's length from its header, 0 while that is not all there. Lengths of up to four octets.
size_t MessageLength(const std::string& input) {
  if (input.size() < 2) return 0;
  const auto octet = [&input](size_t i) { return static_cast<unsigned char>(input[i]); };
  if (octet(1) < 0x80) return 2 + octet(1);
  const size_t octets = octet(1) & 0x7f;
  if (octet(0) != kSequence || octets > 4) Die("not LDAP");
  if (input.size() < 2 + octets) return 0;
  size_t length = 0;
  for (size_t i = 0; i < octets; ++i) length = length << 8 | octet(2 + i);
  return 2 + octets + length;
}

class Connection {
 public:
  // False: it is over.
  bool Take(int descriptor) {
    char octets[4096];
    const ssize_t count = recv(descriptor, octets, sizeof octets, 0);
    if (count <= 0) return count < 0 && errno == EAGAIN;
    input_.append(octets, static_cast<size_t>(count));
    std::string output;
    for (size_t length = MessageLength(input_); length != 0 && length <= input_.size();
         length = MessageLength(input_)) {
      if (!Answer(input_.substr(0, length), output)) return false;
      input_.erase(0, length);
    }
    if (input_.empty()) std::string().swap(input_);
    // Answers are a few octets, and a peer that leaves no room for them is none of ours.
    return output.empty() || send(descriptor, output.data(), output.size(), MSG_NOSIGNAL) ==
                                 static_cast<ssize_t>(output.size());
  }

 private:
  static bool Answer(const std::string& message, std::string& output) {
    const size_t header = (message[1] & 0x80) == 0 ? 2 : 2 + static_cast<size_t>(message[1] & 0x7f);
    if (message[header] != kInteger) return false;
    const size_t id_length = 2 + static_cast<size_t>(message[header + 1]);
    const auto operation = static_cast<unsigned char>(message[header + id_length]);
    if (operation == kUnbind) return false;
    if (operation == kAbandon) return true;
    const std::string id = message.substr(header, id_length);
    const unsigned char answer =
        operation == kSearch ? kSearchDone : static_cast<unsigned char>(operation + 1);
    output += static_cast<char>(kSequence);
    output += static_cast<char>(id.size() + 9);
    output += id;
    output += static_cast<char>(answer);
    output +=
        std::string("\x07\x0a\x01\x00\x04\x00\x04\x00", 8);  // success, no matched DN, no text
    return true;
  }

  std::string input_;
};

int Listen(const char* address, int& port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  inet_pton(AF_INET, address, &name.sin_addr);
  if (bind(listener, reinterpret_cast<sockaddr*>(&name), sizeof name) != 0 ||
      listen(listener, 4096) != 0)
    Die(address);
  socklen_t length = sizeof name;
  getsockname(listener, reinterpret_cast<sockaddr*>(&name), &length);
  port = ntohs(name.sin_port);
  return listener;
}

void Watch(int epoll, int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0) Die("epoll_ctl");
}

}  // namespace

int main(int argc, char** argv) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  const int epoll = epoll_create1(0);
  int last_listener = -1;
  for (int i = 1; i < argc; ++i) {
    int port = 0;
    last_listener = Listen(argv[i], port);
    Watch(epoll, last_listener);
    std::printf("%sldap://%s:%d", i > 1 ? " " : "", argv[i], port);
  }
  std::puts("");
  std::fflush(stdout);
  std::unordered_map<int, Connection> connections;
  for (epoll_event events[256];;) {
    const int count = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < count; ++i) {
      const int descriptor = events[i].data.fd;
      if (descriptor <= last_listener) {
        const int accepted = accept4(descriptor, nullptr, nullptr, SOCK_NONBLOCK);
        if (accepted < 0) continue;
        connections.try_emplace(accepted);
        Watch(epoll, accepted);
      } else if (!connections.at(descriptor).Take(descriptor)) {
        connections.erase(descriptor);
        close(descriptor);
      }
    }
  }
}
