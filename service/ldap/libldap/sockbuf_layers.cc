#include "ldap/libldap/sockbuf_layers.h"

#include <lber.h>

#include "ldap/libldap/message_framing.h"
#include "ldap/libldap/socket_buffer.h"

namespace dirlease {

namespace {

int Setup(Sockbuf_IO_Desc* layer, void* argument) {
  layer->sbiod_pvt = argument;
  return 0;
}

int Remove(Sockbuf_IO_Desc*) { return 0; }

SocketBuffer& Buffer(Sockbuf_IO_Desc* layer) {
  return *static_cast<SocketBuffer*>(layer->sbiod_pvt);
}

int BufferControl(Sockbuf_IO_Desc* layer, int option, void*) {
  return option == LBER_SB_OPT_DATA_READY && Buffer(layer).has_input() ? 1 : 0;
}

ber_slen_t BufferRead(Sockbuf_IO_Desc* layer, void* to, ber_len_t most) {
  return Buffer(layer).Take(to, most);
}

ber_slen_t BufferWrite(Sockbuf_IO_Desc* layer, void* from, ber_len_t count) {
  return Buffer(layer).Put(from, count);
}

// The socket stays ours: Unbind hands it on, still open.
int BufferClose(Sockbuf_IO_Desc*) { return 0; }

int FramingControl(Sockbuf_IO_Desc* layer, int option, void* argument) {
  return LBER_SBIOD_CTRL_NEXT(layer, option, argument);
}

ber_slen_t FramingRead(Sockbuf_IO_Desc* layer, void* to, ber_len_t most) {
  const ber_slen_t count = LBER_SBIOD_READ_NEXT(layer, to, most);
  if (count > 0) {
    static_cast<MessageFraming*>(layer->sbiod_pvt)
        ->Consume({static_cast<const char*>(to), static_cast<size_t>(count)});
  }
  return count;
}

ber_slen_t FramingWrite(Sockbuf_IO_Desc* layer, void* from, ber_len_t count) {
  return LBER_SBIOD_WRITE_NEXT(layer, from, count);
}

// libldap's interface is not const.
Sockbuf_IO buffer_layer = {Setup, Remove, BufferControl, BufferRead, BufferWrite, BufferClose};
Sockbuf_IO framing_layer = {Setup, Remove, FramingControl, FramingRead, FramingWrite, BufferClose};

}  // namespace

bool InstallSockbufLayers(sockbuf* sockbuf, SocketBuffer& buffer, MessageFraming& framing) {
  ber_len_t most = kMaxMessageOctets;
  return ber_sockbuf_add_io(sockbuf, &buffer_layer, LBER_SBIOD_LEVEL_PROVIDER, &buffer) == 0 &&
         ber_sockbuf_add_io(sockbuf, &framing_layer, LBER_SBIOD_LEVEL_APPLICATION, &framing) == 0 &&
         ber_sockbuf_ctrl(sockbuf, LBER_SB_OPT_SET_MAX_INCOMING, &most) == 1;
}

}  // namespace dirlease
