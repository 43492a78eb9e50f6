// What libldap reads and writes through (lber.h, Sockbuf_IO): at the bottom our SocketBuffer
// instead of the socket, on top a layer that follows where messages end. TLS, when installed, comes
// between the two.
#pragma once

struct sockbuf;

namespace dirlease {

class MessageFraming;
class SocketBuffer;

// Both objects must outlive `sockbuf`. Also limits a message to kMaxMessageOctets: libldap's
// default is no limit. False: libldap did not accept it.
bool InstallSockbufLayers(sockbuf* sockbuf, SocketBuffer& buffer, MessageFraming& framing);

inline constexpr unsigned long kMaxMessageOctets = 16 * 1024 * 1024;

}  // namespace dirlease
