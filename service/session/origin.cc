#include "session/origin.h"

namespace dirlease {

std::string_view HostOf(std::string_view peer) {
  constexpr std::string_view kIpv4 = "ipv4:", kIpv6 = "ipv6:%5B";
  if (peer.starts_with(kIpv4)) return peer.substr(kIpv4.size(), peer.rfind(':') - kIpv4.size());
  if (!peer.starts_with(kIpv6)) return {};
  peer.remove_prefix(kIpv6.size());
  return peer.substr(0, peer.find('%'));
}

}  // namespace dirlease
