#include "cli/exit_status.h"
#include "cli/pages/command_model.h"

namespace dirlease::cli {
namespace {

// Text as it is: no escapes of roff's, plain minus signs, no requests at the start of a line.
std::string Roff(const std::string& text) {
  std::string out;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\'') {
      out += "\\(aq";
    } else if (c == '`') {
      out += "\\(ga";
    } else if (c == '^') {
      out += "\\(ha";
    } else if (c == '~') {
      out += "\\(ti";
    } else {
      out += c;
    }
    line_start = c == '\n';
  }
  return out;
}

std::string Bold(const std::string& text) { return "\\fB" + Roff(text) + "\\fR"; }
std::string Italic(const std::string& text) { return "\\fI" + Roff(text) + "\\fR"; }

// Lines of their own, kept as they are.
void AppendLines(const std::string& text, std::string& out) {
  const size_t start = text.find_first_not_of('\n');
  if (start == std::string::npos) return;
  out += ".PP\n.nf\n" + Roff(text.substr(start)) + "\n.fi\n";
}

void AppendOption(const OptionModel& option, std::string& out) {
  out += ".TP\n";
  std::string names = option.positional.empty() ? "" : Bold(option.positional);
  for (const std::string& name : option.names) names += (names.empty() ? "" : ", ") + Bold(name);
  if (option.takes_value && !option.names.empty()) names += " " + Italic(option.type);
  out += names + "\n" + Roff(option.description);
  if (!option.choices.empty() && !option.positional.empty()) out += " (" + Roff(option.type) + ")";
  if (!option.variable.empty()) out += "; also by " + Bold(option.variable);
  out += '\n';
}

std::string Usage(const CommandModel& command) {
  std::string usage = Bold("dirlease" + command.path);
  if (!command.options.empty()) usage += " [" + Italic("options") + "]";
  for (const OptionModel& positional : command.positionals) {
    // "words" has its forms in its type.
    const bool forms = positional.type.find(' ') != std::string::npos;
    const std::string name = Italic(forms ? positional.type : positional.positional);
    usage += positional.required || forms ? " " + name : " [" + name + "]";
  }
  if (!command.commands.empty()) usage += " " + Italic("command");
  return usage;
}

void AppendCommand(const CommandModel& command, std::string& out) {
  out += ".SS " + Bold("dirlease" + command.path) + "\n" + Usage(command) + "\n.PP\n" +
         Roff(command.description) + ".\n";
  for (const OptionModel& positional : command.positionals) AppendOption(positional, out);
  for (const OptionModel& option : command.options) {
    if (option.names.back() != "--help") AppendOption(option, out);
  }
  AppendLines(command.footer, out);
}

void AppendGroups(const CommandModel& root, std::string& out) {
  std::string group;
  for (const OptionModel& option : root.options) {
    if (option.group != group)
      out += ".SS " + Roff(option.group == "Options" ? "General" : option.group) + "\n";
    group = option.group;
    AppendOption(option, out);
  }
}

void AppendEnvironment(const CommandModel& root, std::string& out) {
  out += ".SH ENVIRONMENT\n";
  for (const CommandModel* command : Flatten(root)) {
    for (const auto* options : {&command->options, &command->positionals}) {
      for (const OptionModel& option : *options) {
        if (option.variable.empty()) continue;
        const std::string& name = option.names.empty() ? option.positional : option.names.back();
        out += ".TP\n" + Bold(option.variable) + "\nfor " + Bold(name) +
               (command->path.empty() ? "" : " of " + Bold("dirlease" + command->path)) + "\n";
      }
    }
  }
  out += ".TP\n" + Bold("NO_COLOR") + "\nno colors on terminals either, if set\n";
}

}  // namespace

std::string ManPage(const CommandModel& root) {
  std::string out =
      ".\\\" Made by `dirlease man-page`.\n.TH DIRLEASE 1 \"\" \"dirlease " DIRLEASE_VERSION
      "\" \"User Commands\"\n.SH NAME\ndirlease \\- client of the dirlease gateway to LDAP "
      "directories\n"
      ".SH SYNOPSIS\n" +
      Usage(root) + "\n.SH DESCRIPTION\n" + Roff(root.description) +
      "\nOptions may stand before or after the command; those under OPTIONS go with every "
      "command.\n";
  out += ".SH COMMANDS\n";
  for (const CommandModel* command : Flatten(root)) {
    if (command->commands.empty()) AppendCommand(*command, out);
  }
  out += ".SH OPTIONS\n";
  AppendGroups(root, out);
  AppendEnvironment(root, out);
  out += ".SH EXIT STATUS\n.nf\n" + Roff(kExitStatusHelp) + "\n.fi\n";
  out += ".SH SEE ALSO\n.BR dirleased (8),\n.BR ldapsearch (1)\n";
  return out;
}

}  // namespace dirlease::cli
