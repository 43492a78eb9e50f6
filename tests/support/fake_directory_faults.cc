// The half of FakeDirectory that sends and spoils.
#include <sys/socket.h>

#include <utility>

#include "support/ber.h"
#include "support/fake_directory.h"

namespace dirlease::testing {

void FakeDirectory::With(size_t connection,
                         const std::function<void(FakeDirectoryConnection&)>& change) {
  AwaitConnections(connection + 1);
  {
    std::lock_guard lock(mutex_);
    if (connection < connections_.size()) change(*connections_[connection]);
    changed_.notify_all();
  }
  Wake();
}

void FakeDirectory::Send(size_t connection, const FakeMessage& message) {
  With(connection, [&](FakeDirectoryConnection& peer) { peer.Send(message); });
}

void FakeDirectory::SendRaw(size_t connection, std::string_view octets) {
  With(connection, [&](FakeDirectoryConnection& peer) { peer.SendRaw(octets); });
}

void FakeDirectory::SendNoticeOfDisconnection(size_t connection, int code, std::string text) {
  LdapResult result;
  result.code = code;
  result.diagnostic_message = std::move(text);
  Send(connection, UnsolicitedMessage(kNoticeOfDisconnectionOid, std::move(result)));
}

void FakeDirectory::SendLyingLength(size_t connection, uint32_t octets) {
  std::string header = "\x30\x84";
  for (int shift = 24; shift >= 0; shift -= 8) header += static_cast<char>(octets >> shift & 0xff);
  SendRaw(connection, header + ber::Integer(1));
}

void FakeDirectory::Dribble(size_t connection) {
  With(connection, [](FakeDirectoryConnection& peer) { peer.Dribble(); });
}

void FakeDirectory::StopReading(size_t connection) {
  With(connection, [](FakeDirectoryConnection& peer) { peer.SetReading(false); });
}

void FakeDirectory::ResumeReading(size_t connection) {
  With(connection, [](FakeDirectoryConnection& peer) { peer.SetReading(true); });
}

void FakeDirectory::StopWriting(size_t connection) {
  With(connection, [](FakeDirectoryConnection& peer) { peer.SetStalled(true); });
}

void FakeDirectory::ResumeWriting(size_t connection) {
  With(connection, [](FakeDirectoryConnection& peer) { peer.SetStalled(false); });
}

void FakeDirectory::HoldAfterUnbind(size_t connection) {
  With(connection, [](FakeDirectoryConnection& peer) { peer.HoldAfterUnbind(); });
}

void FakeDirectory::HalfClose(size_t connection) {
  With(connection, [](FakeDirectoryConnection& peer) { peer.HalfClose(); });
}

void FakeDirectory::Close(size_t connection) {
  With(connection, [](FakeDirectoryConnection& peer) { peer.Close(); });
}

void FakeDirectory::Reset(size_t connection) {
  With(connection, [](FakeDirectoryConnection& peer) { peer.Reset(); });
}

void FakeDirectory::StopListening() {
  std::lock_guard lock(mutex_);
  // Closed alone it would go on listening while the other thread polls it.
  shutdown(listener_.get(), SHUT_RDWR);
  listener_.Reset();
  Wake();
}

}  // namespace dirlease::testing
