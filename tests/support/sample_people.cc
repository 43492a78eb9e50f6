#include "support/sample_people.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <iterator>
#include <string_view>

namespace dirlease::testing {

namespace {

constexpr const char* kGivenNames[] = {"Ada", "Bengt", "Chloé", "Dmitri", "Élodie",
                                       "Fatima", "Günther", "Hanako", "Itzel", "Jürgen"};
constexpr const char* kSurnames[] = {"Lovelace", "Åström", "Müller", "O'Brien", "Nguyễn",
                                     "Ñandú", "Smith", "van der Berg", "山田", "Иванов"};

std::string Base64(std::string_view octets) {
  std::string text((octets.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(octets.data()),
                                   static_cast<int>(octets.size()));
  text.resize(size);
  return text;
}

// All values are written as base64 where LDIF would need it: simply wherever they are not plain
// ASCII words.
void AddValue(std::string& ldif, std::string_view type, std::string_view value) {
  bool plain = !value.empty() && value.front() > ' ' && value.front() != ':' &&
               value.front() != '<' && value.back() != ' ';
  for (const char c : value) plain = plain && c >= ' ' && c < 127;
  if (plain) {
    fmt::format_to(std::back_inserter(ldif), "{}: {}\n", type, value);
  } else {
    fmt::format_to(std::back_inserter(ldif), "{}:: {}\n", type, Base64(value));
  }
}

void AddUnit(std::string& ldif, std::string_view name) {
  fmt::format_to(std::back_inserter(ldif),
                 "dn: ou={0},{1}\nobjectClass: organizationalUnit\nou: {0}\n\n", name, kSuffix);
}

void AddPerson(std::string& ldif, int number) {
  const std::string given = kGivenNames[number % 10];
  const std::string surname = kSurnames[number / 10 % 10];
  AddValue(ldif, "dn", PersonDn(number));
  ldif += "objectClass: inetOrgPerson\n";
  AddValue(ldif, "uid", fmt::format("user.{}", number));
  AddValue(ldif, "cn", given + " " + surname);
  AddValue(ldif, "sn", surname);
  AddValue(ldif, "givenName", given);
  AddValue(ldif, "displayName", fmt::format("{} {} ({})", given, surname, number));
  AddValue(ldif, "mail", fmt::format("user.{}@example.com", number));
  AddValue(ldif, "telephoneNumber", fmt::format("+1 555 {:07}", number));
  AddValue(ldif, "mobile", fmt::format("+1 777 {:07}", number));
  AddValue(ldif, "employeeNumber", std::to_string(number));
  AddValue(ldif, "departmentNumber", std::to_string(number % 37));
  AddValue(ldif, "title", number % 7 == 0 ? "Head of Something" : "Engineer");
  AddValue(ldif, "street", fmt::format("{} Example Street", number % 400));
  AddValue(ldif, "description", "A person of the test directory, made up and always the same.");
  AddValue(ldif, "userPassword", PersonPassword(number));
  if (number % 10 == 0) AddValue(ldif, "jpegPhoto", PersonPhoto(number));
  ldif += '\n';
}

// RFC 4514: every octet of the value as \xx, which is valid whatever the value is.
std::string EscapedRdnValue(std::string_view value) {
  std::string escaped;
  for (const unsigned char c : value) {
    fmt::format_to(std::back_inserter(escaped), "\\{:02X}", c);
  }
  return escaped;
}

void AddOdd(std::string& ldif, std::string_view name) {
  AddValue(ldif, "dn", fmt::format("cn={},{}", EscapedRdnValue(name), kOddDn));
  ldif += "objectClass: person\nsn: odd\n";
  AddValue(ldif, "cn", name);
  ldif += '\n';
}

void AddGroup(std::string& ldif, int members) {
  AddValue(ldif, "dn", kLargeGroupDn);
  ldif += "objectClass: groupOfNames\ncn: everyone\n";
  for (int i = 0; i < members; ++i) AddValue(ldif, "member", PersonDn(i));
  ldif += '\n';
}

}  // namespace

std::string PersonDn(int number) { return fmt::format("uid=user.{},{}", number, kPeopleDn); }

std::string PersonPassword(int number) { return fmt::format("password-{}", number); }

std::string PersonPhoto(int number) {
  std::string photo = "\xFF\xD8\xFF\xE0";
  for (int i = 0; i < 96; ++i) photo += static_cast<char>(number * 31 + i * 7);
  return photo;
}

const std::vector<std::string>& OddNames() {
  static const auto& names = *new std::vector<std::string>{
      "Comma, Inc.", "a+b=c", "#hash", " leading and trailing ", "quote\"back\\slash",
      "<angle>;semicolon", "日本語", "line\nbreak"};
  return names;
}

std::string SampleLdif(int people, int group_members) {
  std::string ldif;
  ldif.reserve(static_cast<size_t>(people) * 700 + 65'536);
  fmt::format_to(std::back_inserter(ldif),
                 "dn: {}\nobjectClass: organization\nobjectClass: dcObject\n"
                 "o: Example\ndc: example\n\n",
                 kSuffix);
  for (const char* unit : {"people", "odd", "groups"}) AddUnit(ldif, unit);
  for (int i = 0; i < people; ++i) AddPerson(ldif, i);
  for (const std::string& name : OddNames()) AddOdd(ldif, name);
  if (group_members > 0) AddGroup(ldif, group_members);
  return ldif;
}

}  // namespace dirlease::testing
