// What libldap, TLS and SASL need of the process, once.
#pragma once

namespace dirlease {

// Call it in main before any thread starts: it sets an environment variable and ignores SIGPIPE. No
// configuration file or variable changes libldap's options after it. False: the library does not
// fit.
bool InitialiseLibldap();

}  // namespace dirlease
