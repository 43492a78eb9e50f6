#include "support/ber.h"

#include <gtest/gtest.h>

#include <string>

#include "support/directory_request.h"
#include "support/directory_response.h"

namespace dirlease::testing {
namespace {

using std::string_literals::operator""s;

TEST(Ber, WritesIntegersInTheFewestOctets) {
  EXPECT_EQ(ber::Integer(0), "\x02\x01\x00"s);
  EXPECT_EQ(ber::Integer(127), "\x02\x01\x7f"s);
  EXPECT_EQ(ber::Integer(128), "\x02\x02\x00\x80"s);
  EXPECT_EQ(ber::Integer(-1), "\x02\x01\xff"s);
  EXPECT_EQ(ber::Integer(-129), "\x02\x02\xff\x7f"s);
}

TEST(Ber, ReadsBackTheIntegersItWrites) {
  for (const int64_t value : {0L, 1L, -1L, 127L, 128L, -128L, 65'536L, 1L << 31, -(1L << 40)}) {
    const std::string element = ber::Integer(value);
    ber::Reader reader(element);
    EXPECT_EQ(reader.TakeInteger(), value);
    EXPECT_TRUE(reader.ok() && reader.AtEnd());
  }
}

TEST(Ber, WritesAndReadsShortAndLongLengths) {
  EXPECT_EQ(ber::Octets("ab"), "\x04\x02"s "ab");
  EXPECT_EQ(ber::Octets(std::string(200, 'x')).substr(0, 3), "\x04\x81\xc8"s);
  const std::string large = ber::Octets(std::string(70'000, 'x'));
  EXPECT_EQ(large.substr(0, 5), "\x04\x83\x01\x11\x70"s);
  EXPECT_EQ(ber::Reader(large).Take().content.size(), 70'000u);
}

TEST(Ber, KnowsHowLongAnElementWillBe) {
  EXPECT_EQ(ber::ElementSize(""), 0u);
  EXPECT_EQ(ber::ElementSize("\x30"), 0u);
  EXPECT_EQ(ber::ElementSize("\x30\x82\x01"s), 0u);
  EXPECT_EQ(ber::ElementSize("\x30\x82\x01\x00"s), 4u + 256);
  EXPECT_FALSE(ber::ElementSize("\x30\x80"s).has_value());
}

TEST(Ber, AReaderThatFailedStaysFailed) {
  const std::string element = ber::Integer(5);
  ber::Reader reader(element);
  EXPECT_EQ(reader.Take(ber::kOctetString), "");
  EXPECT_EQ(reader.TakeInteger(), 0);
  EXPECT_FALSE(reader.ok());
  ber::Reader truncated(std::string_view(element).substr(0, 2));
  truncated.Take();
  EXPECT_FALSE(truncated.ok());
}

// The example of a bind as other implementations send it, octet by octet (RFC 4511 section 4.2).
TEST(DirectoryRequest, DecodesABind) {
  const auto request = DecodeRequest("\x30\x13\x02\x01\x01\x60\x0e\x02\x01\x03\x04\x04"s
                                     "cn=a\x80\x03"s "pwd");
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->kind, DirectoryRequest::Kind::kBind);
  EXPECT_EQ(request->message_id, 1);
  EXPECT_EQ(request->dn, "cn=a");
  EXPECT_TRUE(request->simple_bind);
  EXPECT_EQ(request->password, "pwd");
}

TEST(DirectoryRequest, DecodesASearchWithPaging) {
  const Control paging = EncodePagedResults({.size = 100, .cookie = "next"});
  const std::string filter = ber::Octets("objectClass", 0x87);
  const std::string body =
      ber::Octets("dc=example") + ber::Integer(2, ber::kEnumerated) +
      ber::Integer(3, ber::kEnumerated) + ber::Integer(7) + ber::Integer(8) + ber::Boolean(true) +
      filter + ber::Sequence(ber::Octets("cn") + ber::Octets("sn"));
  const std::string control = ber::Octets(paging.oid) + ber::Boolean(true) +
                              ber::Octets(paging.value.value());
  const auto request = DecodeRequest(ber::Sequence(
      ber::Integer(9) + ber::Element(0x63, body) + ber::Element(0xa0, ber::Sequence(control))));
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->scope, 2);
  EXPECT_EQ(request->deref_aliases, 3);
  EXPECT_EQ(request->size_limit, 7);
  EXPECT_EQ(request->time_limit_seconds, 8);
  EXPECT_TRUE(request->types_only);
  EXPECT_EQ(request->filter, filter);
  EXPECT_EQ(request->attributes, (std::vector<std::string>{"cn", "sn"}));
  EXPECT_TRUE(request->controls.at(0).critical);
  EXPECT_EQ(request->paged->size, 100);
  EXPECT_EQ(request->paged->cookie, "next");
}

TEST(DirectoryRequest, RefusesWhatIsNoLdapMessage) {
  EXPECT_FALSE(DecodeRequest("").has_value());
  EXPECT_FALSE(DecodeRequest("GET / HTTP/1.1\r\n").has_value());
  EXPECT_FALSE(DecodeRequest(ber::Sequence(ber::Integer(1))).has_value());
}

TEST(DirectoryResponse, EncodesABindResult) {
  EXPECT_EQ(EncodeResponse(ResultMessage(1), DirectoryRequest::Kind::kBind),
            "\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00"s);
}

TEST(DirectoryResponse, EncodesAnEntry) {
  EXPECT_EQ(EncodeResponse(EntryMessage(2, "cn=a", {{"cn", {"a", "b"}}}),
                           DirectoryRequest::Kind::kSearch),
            "\x30\x1b\x02\x01\x02\x64\x16\x04\x04"s
            "cn=a\x30\x0e\x30\x0c\x04\x02"s
            "cn\x31\x06\x04\x01"s
            "a\x04\x01"s
            "b");
}

}  // namespace
}  // namespace dirlease::testing
