// Exit statuses of `dirlease`, in one place: they are part of its contract (see kExitStatusHelp).
// Pure, thread-safe.
#pragma once

#include <cstdint>

namespace dirlease::cli {

struct Failure;

inline constexpr int kExitSuccess = 0;
// Something local: a file that cannot be read, output that cannot be written.
inline constexpr int kExitLocalFailure = 1;
inline constexpr int kExitUsage = 2;
// `health` was told anything but SERVING.
inline constexpr int kExitNotServing = 1;
inline constexpr int kExitCompareFalse = 5;
inline constexpr int kExitCompareTrue = 6;
// Plus the gRPC status code, where no LDAP result explains the failure.
inline constexpr int kExitGrpcBase = 200;
// Plus the signal number, as shells do: 130 after Ctrl-C.
inline constexpr int kExitSignalBase = 128;

inline constexpr char kExitStatusHelp[] =
    "Exit status: 0 success, else the LDAP result code where there is one (32 no such object,\n"
    "49 wrong credentials ...; `compare` 6 true, 5 false; codes above 255 count as 1).\n"
    "Without an LDAP result: 1 local failure (files, output) or not serving (`health`), 2 wrong\n"
    "command line, 130 Ctrl-C (128 + signal), 200 + the gRPC status code for what the gateway or\n"
    "the connection said (204 deadline, 214 unreachable, 216 lease unknown or expired ...).";

// An LDAP result code as exit status; libldap's negative codes are none and give kExitLocalFailure.
int ExitStatusOfLdapCode(int32_t code);
// REQUIRES: failure.code != 0.
int ExitStatusOf(const Failure& failure);

}  // namespace dirlease::cli
