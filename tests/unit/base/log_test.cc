#include "base/log.h"

#include <gtest/gtest.h>

namespace dirlease::log {
namespace {

const absl::Time kTime = absl::FromUnixMicros(1'700'000'000'000'042);
constexpr char kJsonStart[] = R"({"time":"2023-11-14T22:13:20.000042Z","level":"info","event":"e")";

std::string Json(Fields fields) {
  return FormatLine(Format::kJson, kTime, Level::kInfo, "e", fields);
}

TEST(Log, JsonLineHasTimeLevelEventAndFields) {
  EXPECT_EQ(FormatLine(Format::kJson, kTime, Level::kWarning, "lease opened",
                       {{"session", "s1"}, {"operations", 3}, {"octets", size_t{7}}}),
            R"({"time":"2023-11-14T22:13:20.000042Z","level":"warning","event":"lease opened",)"
            R"("session":"s1","operations":3,"octets":7})");
}

TEST(Log, TextLineQuotesItsValues) {
  EXPECT_EQ(FormatLine(Format::kText, kTime, Level::kError, "connection lost",
                       {{"peer", "a b\n"}, {"message_id", -1}}),
            R"(2023-11-14T22:13:20.000042Z error connection lost peer="a b\n" message_id=-1)");
}

TEST(Log, ValuesCannotBreakOutOfTheirLine) {
  EXPECT_EQ(Json({{"v", "\"},{\\\n\r\t\x01\x7F"}}),
            std::string(kJsonStart) + R"(,"v":"\"},{\\\n\u000d\u0009\u0001\u007f"})");
  EXPECT_EQ(Json({{"v", std::string_view("a\0b", 3)}}),
            std::string(kJsonStart) + R"(,"v":"a\u0000b"})");
}

TEST(Log, InvalidUtf8IsReplaced) {
  EXPECT_EQ(Json({{"v", "\xC3\xA9\xFF"}}),
            std::string(kJsonStart) + ",\"v\":\"\xC3\xA9\xEF\xBF\xBD\"}");
}

TEST(Log, LongValuesAreCut) {
  EXPECT_EQ(Json({{"v", std::string(1024, 'x')}}),
            std::string(kJsonStart) + ",\"v\":\"" + std::string(1024, 'x') + "\"}");
  EXPECT_EQ(Json({{"v", std::string(100'000, 'x')}}),
            std::string(kJsonStart) + ",\"v\":\"" + std::string(1024, 'x') + "...\"}");
  EXPECT_LT(Json({{"v", std::string(100'000, '\xFF')}}).size(), 1200u);
}

TEST(Log, WritesToStderrWhatIsSevereEnough) {
  ::testing::internal::CaptureStderr();
  Configure(Format::kText, Level::kWarning);
  Info("hidden");
  Warning("shown {}", {{"n", 1}});
  Configure(Format::kJson, Level::kInfo);
  const std::string output = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(output.find("hidden"), std::string::npos);
  EXPECT_NE(output.find(" warning shown {} n=1\n"), std::string::npos) << output;
}

TEST(Log, LevelsHaveNamesAndChange) {
  for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError}) {
    EXPECT_EQ(ParseLevel(LevelName(level)), level);
  }
  EXPECT_EQ(ParseLevel("loud"), std::nullopt);
  const Level before = SetLevel(Level::kError);
  EXPECT_EQ(CurrentLevel(), Level::kError);
  EXPECT_EQ(SetLevel(before), Level::kError);
}

}  // namespace
}  // namespace dirlease::log
