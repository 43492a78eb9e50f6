#include "cli/tools/ldap_tool.h"

#include <string.h>

#include <algorithm>
#include <string_view>

#include "cli/exit_status.h"
#include "cli/pages/shell_words.h"
#include "cli/raw_options.h"

namespace dirlease::cli {
namespace {

// One letter for an option, in getopt's way: with a colon behind it if it takes a value.
struct LdapTool {
  std::string_view name;
  std::string_view command;
  std::string_view passed;   // mean the same here
  std::string_view dropped;  // beside kDropped
  std::string_view secret = "w";
};

// See the manual pages of OpenLDAP's tools, "ldapsearch(1)" and so on.
constexpr LdapTool kTools[] = {
    {"ldapsearch", "search", "Aa:b:cE:f:l:Ls:S:z:", "u"},
    {"ldapmodify", "modify", "acf:n", ""},
    {"ldapadd", "add", "cf:n", ""},
    {"ldapdelete", "delete", "cf:n", ""},
    {"ldapmodrdn", "rename", "rs:", ""},
    {"ldapcompare", "compare", "z", ""},
    {"ldappasswd", "passwd", "a:As:St:T:", "", "was"},
    {"ldapwhoami", "whoami", "", ""},
};
constexpr std::string_view kPassed = "D:e:MR:U:w:WxX:y:Y:";
constexpr std::string_view kDropped = "d:INO:Qv";
constexpr std::string_view kOfTheirOwn = "H:h:o:p:P:Z";
// Of those given twice the last one counts; here they may be given once.
constexpr std::string_view kLastCounts = "ablsSz";

[[noreturn]] void RefuseTool(const std::string& text) { throw OptionError(kExitUsage, text); }

const LdapTool& ToolNamed(const std::string& name) {
  for (const LdapTool& tool : kTools) {
    if (tool.name == name) return tool;
  }
  RefuseTool("\"" + name + "\" is none of OpenLDAP's tools that there are here");
}

// The letter in the list, with its colon if it has one; empty: it is not there.
std::string_view Find(std::string_view list, char letter) {
  const size_t at = letter == ':' ? std::string_view::npos : list.find(letter);
  if (at == std::string_view::npos) return {};
  return list.substr(at, at + 1 < list.size() && list[at + 1] == ':' ? 2 : 1);
}

class Translation {
 public:
  Translation(const LdapTool& tool, int argc, char** argv) : tool_(tool), argc_(argc), argv_(argv) {}

  std::vector<std::string> Run() {
    for (; at_ < argc_; ++at_) {
      char* const word = argv_[at_];
      if (strcmp(word, "-V") == 0 || strcmp(word, "-VV") == 0) return {"--version"};
      if (strcmp(word, "--") == 0) {
        words_.insert(words_.end(), argv_ + at_ + 1, argv_ + argc_);
        break;
      }
      if (word[0] == '-' && word[1] != '\0') {
        TakeCluster(word + 1);
      } else {
        words_.emplace_back(word);
      }
    }
    if (!host_.empty() || !port_.empty()) {
      TakeUri("ldap://" + (host_.empty() ? "localhost" : host_) + (port_.empty() ? "" : ":" + port_));
    }
    if (tool_.command == "search" && !SaysHowToPage()) options_.insert(options_.end(), {"-E", "pr=0"});
    std::vector<std::string> all{std::string(tool_.command)};
    all.insert(all.end(), options_.begin(), options_.end());
    // Whatever stands here is a filter or a name, though it begin with a dash.
    all.push_back("--");
    all.insert(all.end(), words_.begin(), words_.end());
    return all;
  }

 private:
  // Letters in one word, the last of which may have its value behind it or in the next word.
  void TakeCluster(char* letters) {
    for (; *letters != '\0'; ++letters) {
      const char letter = *letters;
      const std::string_view found = Kind(letter);
      if (found.size() < 2) {
        Take(letter, nullptr);
        continue;
      }
      char* value = letters + 1;
      if (*value == '\0') value = ++at_ < argc_ ? argv_[at_] : nullptr;
      if (value == nullptr) RefuseTool(std::string("-") + letter + " needs a value");
      Take(letter, value);
      if (tool_.secret.find(letter) != std::string_view::npos) explicit_bzero(value, strlen(value));
      return;
    }
  }

  std::string_view Kind(char letter) const {
    for (const std::string_view list : {tool_.passed, kPassed, tool_.dropped, kDropped, kOfTheirOwn}) {
      if (const std::string_view found = Find(list, letter); !found.empty()) return found;
    }
    RefuseTool(std::string(tool_.name) + " through a gateway has no -" + letter + ": see dirlease " +
               std::string(tool_.command) + " --help");
  }

  void Take(char letter, const char* value) {
    if (letter == 'H') {
      TakeUri(value);
    } else if (letter == 'h') {
      host_ = value;
    } else if (letter == 'p') {
      port_ = value;
    } else if (letter == 'P') {
      if (strcmp(value, "3") != 0) RefuseTool("-P: a gateway speaks LDAP version 3 only");
    } else if (letter == 'o') {
      TakeGeneral(value);
    } else if (letter == 'Z') {
      // Once it means: if the directory can. Twice it is a demand, which only the gateway's operator can fulfil.
      if (++start_tls_ > 1) RefuseTool("-ZZ: TLS to the directory is the gateway's setting (--target-tls): leave it out");
    } else if (const auto before = Before(letter); before != options_.end()) {
      *(before + 1) = value;
    } else if (!Find(tool_.passed, letter).empty() || !Find(kPassed, letter).empty()) {
      options_.push_back(std::string("-") + letter);
      if (value != nullptr) options_.emplace_back(value);
    }
  }

  // Where the option stands already whose last value counts.
  std::vector<std::string>::iterator Before(char letter) {
    if (kLastCounts.find(letter) == std::string_view::npos || Kind(letter).size() < 2) return options_.end();
    return std::find(options_.begin(), options_.end(), std::string("-") + letter);
  }

  // OpenLDAP's tool pages when it is told to.
  bool SaysHowToPage() const {
    return std::any_of(options_.begin(), options_.end(), [](const std::string& option) {
      return option.find("pr=") <= 1 || option.find("sync=") <= 1;
    });
  }

  // Tools try the directories of a list one after the other; the target has its own.
  void TakeUri(const std::string& list) {
    const std::string uri = list.substr(0, list.find_first_of(" ,"));
    if (uri.rfind("ldap://", 0) != 0 && uri.rfind("ldaps://", 0) != 0) {
      RefuseTool("-H: \"" + uri + "\" is no ldap or ldaps URI; a gateway reaches no other ones");
    }
    options_.push_back("--target=" + uri);
  }

  // -o NAME[=VALUE]: the others concern the tool's own connection.
  void TakeGeneral(std::string option) {
    std::replace(option.begin(), option.begin() + static_cast<long>(std::min(option.find('='), option.size())), '_', '-');
    if (option.rfind("ldif-wrap", 0) != 0) return;
    options_.insert(options_.end(), {"-o", option});
  }

  const LdapTool& tool_;
  const int argc_;
  char** const argv_;
  int at_ = 1;
  int start_tls_ = 0;
  std::string host_, port_;
  std::vector<std::string> options_;
  std::vector<std::string> words_;
};

}  // namespace

const std::vector<std::string>& LdapTools() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const LdapTool& tool : kTools) all.emplace_back(tool.name);
    return all;
  }();
  return names;
}

std::vector<std::string> LdapToolCommand(int argc, char** argv) {
  const auto is_mark = [](const char* word) { return strcmp(word, kLdapToolArguments) == 0; };
  char** const end = argv + argc;
  char** const mark = std::find_if(argv, end, is_mark);
  if (argc < 3 || mark == end) RefuseTool("ldap-tool is for the scripts that `dirlease ldap-tools` writes");
  std::vector<std::string> words(argv + 3, mark);
  const auto translated = Translation(ToolNamed(argv[2]), static_cast<int>(end - mark), mark).Run();
  words.insert(words.end(), translated.begin(), translated.end());
  return words;
}

std::string LdapToolScript(const std::string& tool, const std::string& program,
                           const std::vector<std::string>& options) {
  std::string script = "#!/bin/sh\n# " + tool + " through a dirlease gateway, made by `dirlease ldap-tools`.\n";
  script += "unset DIRLEASE_LEASE  # it would have another identity than -D says\n";
  script += "exec " + ShellQuote(program) + " ldap-tool " + tool;
  for (const std::string& option : options) script += ' ' + ShellQuote(option);
  return script + ' ' + kLdapToolArguments + " \"$@\"\n";
}

}  // namespace dirlease::cli
