// What our filter check passes on, libldap must accept and mean the same by: it is asked itself.
#include <gtest/gtest.h>
#include <lber.h>
#include <ldap.h>

#include <random>

#include "base/crypto.h"
#include "model/filter.h"
#include "model/filter_encoder.h"
#include "support/scale.h"

// libldap exports it and declares it in no installed header.
extern "C" int ldap_pvt_put_filter(BerElement* ber, const char* filter);

namespace dirlease {
namespace {

// The BER encoding (RFC 4511 section 4.5.1.7) in hexadecimal, or "refused".
std::string Encoded(const std::string& filter, int (*put)(BerElement*, const char*) = &ldap_pvt_put_filter) {
  BerElement* ber = ber_alloc_t(LBER_USE_DER);
  std::string hex = "refused";
  berval* flat = nullptr;
  if (put(ber, filter.c_str()) == 0 && ber_flatten(ber, &flat) == 0) {
    hex = Hex(std::string_view(flat->bv_val, flat->bv_len));
  }
  if (flat != nullptr) ber_bvfree(flat);
  ber_free(ber, 1);
  return hex;
}

std::string PreparedByLibldap(std::string_view filter, const std::vector<std::string>& args = {}) {
  Outcome<std::string> outcome = PrepareFilter(filter, args);
  return outcome.ok() ? *outcome : "";
}

struct Meaning {
  const char* filter;
  const char* ber;
};

TEST(LibldapReads, EveryFormAsRfc4511HasIt) {
  for (const auto& [filter, ber] : std::initializer_list<Meaning>{
           {"(&)", "a000"},
           {"(|)", "a100"},
           {"( & (a=b) (c=d) )", "a010a306040161040162a306040163040164"},
           {"!(a=b)", "a208a306040161040162"},
           {"", "870b6f626a656374436c617373"},
           {"(a=)", "a3050401610400"},
           {"(a=b=c)", "a3080401610403623d63"},
           {"(a=\\2a)", "a30604016104012a"},
           {"(a=*\\2a*)", "a408040161300381012a"},
           {"(a=x*y*z)", "a40e040161300980017881017982017a"},
           {"(a>=1)", "a506040161040131"},
           {"(a<=1)", "a606040161040131"},
           {"(a~=1)", "a806040161040131"},
           {"(a:=v)", "a906820161830176"},
           {"(a:dn:1.2:=v)", "a90e8103312e328201618301768401ff"},
           {"(:DN:1.2:=v)", "a90b8103312e328301768401ff"},
           {"(a;x=\xC3\xA9)", "a3090403613b780402c3a9"},
       }) {
    EXPECT_EQ(Encoded(PreparedByLibldap(filter)), ber) << filter;
    EXPECT_EQ(Hex(EncodeFilter(PreparedByLibldap(filter))), ber) << filter;
  }
}

TEST(LibldapReads, ArgumentsAsTheOctetsTheyAre) {
  std::string every_octet;
  for (int octet = 0; octet < 256; ++octet) every_octet += static_cast<char>(octet);
  const std::string ber = Encoded(PreparedByLibldap("(a={0})", {every_octet}));
  EXPECT_EQ(ber, "a382010704016104820100" + Hex(every_octet));
  EXPECT_EQ(Hex(EncodeFilter(PreparedByLibldap("(a={0})", {every_octet}))), ber);
}

TEST(EncodeMatchedValues, AsLibldapDoes) {
  for (const char* filters : {"((cn=a)(sn=b))", "(cn=a)", "((cn=*)(mail=*@example.com)(uid>=5)(uid<=9)(sn~=x))",
                              "((cn:2.5.13.2:=a)(:caseExactMatch:=b)(sn:=c))", "((cn=a\\2a\\28b))"}) {
    const auto ours = EncodeMatchedValues(filters);
    ASSERT_TRUE(ours.ok()) << filters;
    EXPECT_EQ(Hex(ours.value()), Encoded(filters, &ldap_put_vrFilter)) << filters;
  }
}

TEST(EncodeMatchedValues, TakesLooserFormsToo) {
  const std::string one = EncodeMatchedValues("(cn=a)").value();
  for (const char* same : {"cn=a", " ( (cn=a) ) ", "((cn=a))"}) EXPECT_EQ(EncodeMatchedValues(same).value(), one);
  EXPECT_EQ(EncodeMatchedValues("(cn=a)(sn=b)").value(), EncodeMatchedValues("((cn=a)(sn=b))").value());
}

TEST(EncodeMatchedValues, RefusesWhatItHasNoFormFor) {
  for (const char* filters : {"", " ", "()", "(())", "((cn=a)", "((cn=a)))", "(&(cn=a))", "((|(cn=a)))", "(!(cn=a))",
                              "((cn:dn:=a))", "((:dn:1.2:=a))", "\xff"}) {
    const auto outcome = EncodeMatchedValues(filters);
    ASSERT_FALSE(outcome.ok()) << filters;
    EXPECT_EQ(outcome.failure().violations.at(0).field, "filter");
  }
  // Positions are the caller's own.
  EXPECT_EQ(EncodeMatchedValues("((cn=a)(=b))").failure().violations.at(0).description.find("octet 8:"), 0u);
}

// Random texts from the pieces that matter: whatever passes our check, libldap reads, too, and encodes as we do.
TEST(LibldapReads, WhateverPassesTheCheck) {
  static constexpr const char* kPieces[] = {
      "(", "(", ")", ")", "&", "|", "!", "=", "=", "*", "\\", "2a", "\\2a", "\\00", ":", ":=",
      "dn", ":dn", "cn", "cn", "1.2", ";", ";x", " ", "\t", "\n", "~", "<", ">", "x", "(a=b)",
      "{0}", "\"", "\xC3\xA9", "-", "_", "."};
  std::mt19937 random(4515);
  int passed = 0;
  for (int i = 0; i < 100'000 / testing::kScale; ++i) {
    std::string filter;
    for (int left = 1 + static_cast<int>(random() % 9); left > 0; --left) {
      filter += kPieces[random() % std::size(kPieces)];
    }
    const std::string prepared = PreparedByLibldap(filter);
    if (prepared.empty()) continue;
    ++passed;
    ASSERT_EQ(Encoded(prepared), Hex(EncodeFilter(prepared))) << ::testing::PrintToString(filter);
    ASSERT_EQ(PreparedByLibldap(prepared), prepared);
  }
  EXPECT_GT(passed, 500 / testing::kScale);
}

}  // namespace
}  // namespace dirlease
