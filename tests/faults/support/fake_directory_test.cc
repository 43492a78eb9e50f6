#include "support/fake_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "support/ber.h"
#include "support/leak_check.h"
#include "support/loopback.h"

namespace dirlease::testing {
namespace {

using Kind = DirectoryRequest::Kind;
using ::testing::ElementsAre;

// A client of plain sockets and BER: blocking, on the test's thread.
class RawClient {
 public:
  explicit RawClient(const FakeDirectory& directory)
      : socket_(ConnectToLoopback(directory.port())) {}

  void SendRaw(std::string_view octets) {
    (void)!send(socket_.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
  }
  void Send(int id, uint8_t tag, const std::string& body, const std::string& controls = "") {
    SendRaw(ber::Sequence(ber::Integer(id) + ber::Element(tag, body) + controls));
  }
  void Bind(int id) {
    Send(id, 0x60, ber::Integer(3) + ber::Octets("cn=a") + ber::Octets("x", 0x80));
  }
  void Unbind(int id) { Send(id, 0x42, ""); }
  void Abandon(int id, char victim) { Send(id, 0x50, std::string(1, victim)); }
  void Search(int id, const std::string& base, int scope, const std::string& controls = "") {
    Send(id, 0x63,
         ber::Octets(base) + ber::Integer(scope, ber::kEnumerated) +
             ber::Integer(0, ber::kEnumerated) + ber::Integer(0) + ber::Integer(0) +
             ber::Boolean(false) + ber::Octets("cn", 0x87) + ber::Sequence(""),
         controls);
  }

  struct Received {
    int id = 0;
    int tag = 0;
    std::string controls;
  };
  // The next message; empty at the end of the stream.
  std::optional<Received> Next() {
    while (size_t missing = Missing()) {
      char buffer[4096];
      const ssize_t count = recv(socket_.get(), buffer, std::min(missing, sizeof buffer), 0);
      if (count <= 0) return std::nullopt;
      input_.append(buffer, count);
    }
    ber::Reader outer(input_);
    ber::Reader message(outer.Take(ber::kSequence));
    Received received;
    received.id = static_cast<int>(message.TakeInteger());
    received.tag = message.Take().tag;
    if (!message.AtEnd()) received.controls = message.Take().content;
    input_.clear();
    return received;
  }
  // 0 at the end of the stream, -1 after a reset.
  ssize_t ReadToEnd() {
    char buffer[4096];
    ssize_t count;
    while ((count = recv(socket_.get(), buffer, sizeof buffer, 0)) > 0) {
      input_.append(buffer, count);
    }
    return count;
  }
  const std::string& input() const { return input_; }

 private:
  size_t Missing() const {
    const size_t size = ber::ElementSize(input_).value();
    return size == 0 ? 1 : size - input_.size();
  }

  UniqueFd socket_;
  std::string input_;
};

TEST(FakeDirectory, RecordsRequestsAndAnswersAsScripted) {
  LeakCheck leaks;
  FakeDirectory directory;
  RawClient client(directory);
  client.Bind(1);
  const DirectoryRequest bind = directory.AwaitRequest(0, Kind::kBind);
  EXPECT_EQ(bind.dn, "cn=a");
  directory.Send(0, ResultMessage(bind.message_id));
  EXPECT_EQ(client.Next()->tag, 0x61);
  client.Search(2, "dc=x", 2);
  directory.AwaitRequest(0, Kind::kSearch);
  directory.Send(0, EntryMessage(2, "cn=1"));
  directory.Send(0, ReferenceMessage(2, {"ldap://other"}));
  directory.Send(0, IntermediateMessage(2, "1.2", "v"));
  directory.Send(0, ResultMessage(2));
  for (const int tag : {0x64, 0x73, 0x79, 0x65}) EXPECT_EQ(client.Next()->tag, tag);
  client.Unbind(3);
  directory.AwaitNoConnections();
  EXPECT_EQ(client.ReadToEnd(), 0);
  EXPECT_EQ(directory.CountRequests(Kind::kUnbind), 1u);
}

TEST(FakeDirectory, AnswersByItselfInAutoMode) {
  FakeDirectory directory(AutoAnswers::All(3));
  RawClient client(directory);
  client.Bind(1);
  EXPECT_EQ(client.Next()->tag, 0x61);
  client.Search(2, "", 0);
  EXPECT_EQ(client.Next()->tag, 0x64);
  EXPECT_EQ(client.Next()->tag, 0x65);
  client.Search(3, "dc=x", 2);
  for (const int tag : {0x64, 0x64, 0x64, 0x65}) EXPECT_EQ(client.Next()->tag, tag);
  client.Send(4, 0x6e, ber::Octets("cn=1") + ber::Sequence(ber::Octets("cn") + ber::Octets("1")));
  EXPECT_EQ(client.Next()->tag, 0x6f);
  client.Send(5, 0x77, ber::Octets(kWhoAmIOid, 0x80));
  EXPECT_EQ(client.Next()->tag, 0x78);
  client.Unbind(6);
  directory.AwaitNoConnections();
}

TEST(FakeDirectory, PagesSearchesThatAskForIt) {
  FakeDirectory directory(AutoAnswers::All(3));
  RawClient client(directory);
  std::string cookie;
  std::vector<int> tags;
  for (int id = 1; id <= 2; ++id) {
    const Control paging = EncodePagedResults({.size = 2, .cookie = cookie});
    client.Search(id, "dc=x", 2,
                  ber::Element(0xa0, ber::Sequence(ber::Octets(paging.oid) +
                                                   ber::Octets(*paging.value))));
    do {
      const auto received = client.Next();
      tags.push_back(received->tag);
      if (received->tag != 0x65) continue;
      ber::Reader control(ber::Reader(received->controls).Take().content);
      control.Take();
      cookie = DecodePagedResults(control.Take(ber::kOctetString))->cookie;
    } while (tags.back() != 0x65);
  }
  EXPECT_THAT(tags, ElementsAre(0x64, 0x64, 0x65, 0x64, 0x65));
  EXPECT_EQ(cookie, "");
  client.Unbind(3);
  directory.AwaitNoConnections();
}

TEST(FakeDirectory, AnAbandonEndsAnAutomaticSearch) {
  FakeDirectory directory(AutoAnswers::All(1'000'000));
  RawClient client(directory);
  client.Search(1, "dc=x", 2);
  EXPECT_EQ(client.Next()->id, 1);
  client.Abandon(2, 1);
  directory.AwaitRequest(0, Kind::kAbandon);
  client.Send(3, 0x77, ber::Octets(kWhoAmIOid, 0x80));
  int entries = 0;
  auto received = client.Next();
  for (; received->id == 1; received = client.Next()) {
    EXPECT_EQ(received->tag, 0x64);
    ++entries;
  }
  EXPECT_EQ(received->id, 3);
  EXPECT_LT(entries, 1'000'000);
  client.Unbind(4);
  directory.AwaitNoConnections();
}

TEST(FakeDirectory, DribblesWholeMessages) {
  FakeDirectory directory;
  RawClient client(directory);
  directory.Dribble(0);
  directory.Send(0, EntryMessage(1, "cn=1"));
  directory.SendNoticeOfDisconnection(0, ldap_code::kUnavailable, "bye");
  EXPECT_EQ(client.Next()->id, 1);
  EXPECT_EQ(client.Next()->id, 0);
  directory.Close(0);
}

TEST(FakeDirectory, HalfClosesBehindWhatWasSent) {
  FakeDirectory directory;
  {
    RawClient client(directory);
    directory.Send(0, EntryMessage(1, "cn=1"));
    directory.HalfClose(0);
    EXPECT_EQ(client.Next()->id, 1);
    EXPECT_EQ(client.ReadToEnd(), 0);
    client.Bind(2);
    directory.AwaitRequest(0, Kind::kBind);
  }
  directory.AwaitClosed(0);
}

TEST(FakeDirectory, ResetsConnections) {
  FakeDirectory directory;
  RawClient client(directory);
  directory.Reset(0);
  EXPECT_EQ(client.ReadToEnd(), -1);
}

TEST(FakeDirectory, LiesAboutALength) {
  FakeDirectory directory;
  RawClient client(directory);
  directory.SendLyingLength(0, 0x7fffffff);
  directory.HalfClose(0);
  client.ReadToEnd();
  EXPECT_EQ(ber::ElementSize(client.input()), 6u + 0x7fffffff);
  directory.Close(0);
}

TEST(FakeDirectory, StopsReadingUntilToldOtherwise) {
  FakeDirectory directory;
  RawClient client(directory);
  directory.StopReading(0);
  client.Bind(1);
  EXPECT_EQ(directory.CountRequests(Kind::kBind), 0u);
  directory.ResumeReading(0);
  directory.AwaitRequest(0, Kind::kBind);
  directory.Close(0);
}

TEST(FakeDirectory, SeesAHalfWrittenRequest) {
  FakeDirectory directory;
  {
    RawClient client(directory);
    client.SendRaw("\x30\x20\x02");
  }
  directory.AwaitClosed(0);
  EXPECT_EQ(directory.HalfRequestOctets(0), 3u);
}

TEST(FakeDirectory, FailsTheTestForConnectionsLeftOpenAndForGarbage) {
  std::optional<FakeDirectory> directory(std::in_place);
  RawClient left_open(*directory);
  directory->AwaitConnections(1);
  EXPECT_NONFATAL_FAILURE(directory.reset(), "left open");
  directory.emplace();
  RawClient garbage(*directory);
  garbage.SendRaw("GET / HTTP/1.1\r\n\r\n" + std::string(100, '\n'));
  directory->AwaitClosed(0);
  EXPECT_NONFATAL_FAILURE(directory.reset(), "no LDAP");
}

}  // namespace
}  // namespace dirlease::testing
