#include "cli/secrets.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace dirlease::cli {
namespace {

constexpr std::string_view kLeaseOption = "--lease";
// Short options without a value: one with a secret may stand behind them in one word, as in -xw.
// Where -a has one, it is no flag.
constexpr std::string_view kShortFlags = "xWvLAcnarS";
constexpr std::string_view kSecretLetters = "w";
constexpr std::string_view kPasswdFlags = "xWvLAcnrS";
constexpr std::string_view kPasswdSecretLetters = "wsa";

void WipeArgument(char* text) { explicit_bzero(text, strlen(text)); }

// Offset in `word` behind the letter of a secret that stands in a cluster of short options; 0 = there
// is none.
size_t PasswordOffset(std::string_view word, bool passwd) {
  if (word.size() < 2 || word[0] != '-') return 0;
  const size_t letter = word.find_first_not_of(passwd ? kPasswdFlags : kShortFlags, 1);
  if (letter == std::string_view::npos) return 0;
  const std::string_view secrets = passwd ? kPasswdSecretLetters : kSecretLetters;
  return secrets.find(word[letter]) != std::string_view::npos ? letter + 1 : 0;
}

// Turns off echo, line editing and the terminal's signals while it lives, so that the echo always
// comes back.
class QuietTerminal {
 public:
  explicit QuietTerminal(int fd) : fd_(fd) {
    tcgetattr(fd_, &before_);
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
    tcsetattr(fd_, TCSAFLUSH, &quiet);
  }
  ~QuietTerminal() { tcsetattr(fd_, TCSAFLUSH, &before_); }
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;

 private:
  const int fd_;
  termios before_{};
};

void Write(int fd, std::string_view text) {
  [[maybe_unused]] const ssize_t written = write(fd, text.data(), text.size());
}

std::optional<std::string> ReadQuietLine(int fd, std::string_view prompt) {
  constexpr char kCtrlC = 3, kCtrlD = 4, kBackspace = 8, kDelete = 127;
  // Before the prompt: who answers it at once must not see the answer.
  const QuietTerminal quiet(fd);
  Write(fd, prompt);
  std::string line;
  char c = 0;
  while (read(fd, &c, 1) == 1 && c != kCtrlC && c != kCtrlD) {
    if (c == '\n' || c == '\r') return line;
    if (c != kBackspace && c != kDelete) {
      line += c;
    } else if (!line.empty()) {
      line.pop_back();
    }
  }
  Wipe(line);
  return std::nullopt;
}

}  // namespace

void Wipe(std::string& text) {
  explicit_bzero(text.data(), text.size());
  text.clear();
}

void WipeSecretArguments(int argc, char** argv) {
  const bool passwd = std::any_of(argv + 1, argv + argc, [](const char* word) { return word == std::string_view("passwd"); });
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const bool long_option = word.substr(0, kLeaseOption.size()) == kLeaseOption;
    const size_t offset = PasswordOffset(word, passwd);
    if (word == kLeaseOption || (offset > 0 && offset == word.size())) {
      if (++i < argc) WipeArgument(argv[i]);
    } else if (long_option && word[kLeaseOption.size()] == '=') {
      WipeArgument(argv[i] + kLeaseOption.size() + 1);
    } else if (offset > 0) {
      WipeArgument(argv[i] + offset);
    }
  }
}

std::optional<std::string> PromptPassword(std::string_view prompt) {
  const int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return std::nullopt;
  std::optional<std::string> password = ReadQuietLine(fd, prompt);
  Write(fd, "\n");
  close(fd);
  return password;
}

std::optional<std::string> ReadFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  std::string content;
  std::array<char, 16 * 1024> octets;
  ssize_t count = 1;
  while (count > 0 || (count < 0 && errno == EINTR)) {
    count = read(fd, octets.data(), octets.size());
    if (count > 0) content.append(octets.data(), static_cast<size_t>(count));
  }
  // A directory opens but does not read.
  const bool whole = count == 0;
  close(fd);
  explicit_bzero(octets.data(), octets.size());
  if (!whole) Wipe(content);
  return whole ? std::optional(std::move(content)) : std::nullopt;
}

bool IsReadableByOthers(const std::string& path) {
  struct stat facts {};
  return stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) && (facts.st_mode & 066) != 0;
}

void WipePassword(v1::BindCredentials& credentials) {
  if (credentials.has_managed_sasl()) Wipe(*credentials.mutable_managed_sasl()->mutable_password());
  if (!credentials.has_simple()) return;
  v1::SimpleBind& simple = *credentials.mutable_simple();
  Wipe(*simple.mutable_password());
  Wipe(*simple.mutable_password_octets());
}

void WipePassword(v1::OpenSessionRequest& request) {
  if (request.has_credentials()) WipePassword(*request.mutable_credentials());
}

}  // namespace dirlease::cli
