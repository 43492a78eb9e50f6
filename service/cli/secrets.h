// Where the command line's secrets come from, and how they leave memory again. Not thread-safe
// (terminal, argv).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dirlease/v1/session_service.pb.h"

namespace dirlease::cli {

// Overwrites what `text` holds, then empties it. The compiler cannot drop it.
void Wipe(std::string& text);

// The password inside.
void WipePassword(v1::BindCredentials& credentials);
void WipePassword(v1::OpenSessionRequest& request);

// Overwrites the values of -w, --lease and passwd's -s and -a in argv, in every form they can be written, so that ps
// shows them no longer. Call after parsing.
void WipeSecretArguments(int argc, char** argv);

// Asks on the terminal without echo. Nothing when there is no terminal, or on Ctrl-C or Ctrl-D.
std::optional<std::string> PromptPassword(std::string_view prompt);

// The whole file, a line break at its end included, as OpenLDAP's tools take it. Nothing when it
// cannot be read.
std::optional<std::string> ReadFile(const std::string& path);

// True when others than the owner may read or write the file.
bool IsReadableByOthers(const std::string& path);

}  // namespace dirlease::cli
