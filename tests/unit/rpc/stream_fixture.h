// One MessageStream over a real operation and a scripted directory. Its end asserts that nothing of it lives any more.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "unit/rpc/fake_message_writer.h"
#include "unit/session/session_fixture.h"

namespace dirlease::testing {

template <typename Stream, typename Response>
class StreamFixture : public SessionFixture {
 protected:
  using Code = absl::StatusCode;

  // `method` is constant text.
  explicit StreamFixture(const char* method) : method_(method) { Open(); }
  ~StreamFixture() override {
    if (!stream_) return;
    stream_->OnCancel();
    if (writer_.outstanding) CompleteWrite();
    EXPECT_TRUE(stream_->finished());
    stream_.reset();
    EXPECT_EQ(budget_.used(), 0u);
  }

  void MakeStream(typename Stream::Options options) {
    stream_.emplace(writer_, MessageStream::Surroundings{loop_, budget_, telemetry_, absl::Seconds(30)}, options,
                    StatusContext{.operation = method_});
  }
  // The id of its request.
  int StartStream(typename Stream::Options options, OperationRequest request) {
    MakeStream(options);
    auto begun = session_->Begin({"op", method_}, std::move(request), *stream_);
    operation_ = begun.value();
    stream_->OnBegun(*operation_, "s-1", "default");
    loop_.RunUntilIdle();
    return operation_->message_id();
  }
  void CompleteWrite(bool ok = true) {
    writer_.outstanding = false;
    stream_->OnWriteDone(ok);
    loop_.RunUntilIdle();
  }
  // The directory sends nothing meanwhile.
  void CompleteAllWrites() {
    while (writer_.outstanding) {
      CompleteWrite();
      WriteWhatIsHeld();
    }
  }
  void WriteWhatIsHeld() {
    if (!writer_.outstanding) loop_.Advance(MessageStream::kLongestHold);
  }
  // What the directory still has follows.
  void CompleteAllWritesAndReads() {
    while (writer_.outstanding) {
      CompleteWrite();
      Pump();
      WriteWhatIsHeld();
    }
  }
  void ExpectEnd(Code code, const std::string& reason = "") {
    ASSERT_TRUE(writer_.status.has_value());
    EXPECT_EQ(writer_.status->code, static_cast<int>(code));
    EXPECT_THAT(writer_.status->details, ::testing::HasSubstr(reason));
  }
  size_t Abandons() const { return peer_->CountOf("abandon"); }

  const char* const method_;
  Telemetry telemetry_;
  FakeMessageWriter<Response> writer_;
  std::optional<Stream> stream_;
  Operation* operation_ = nullptr;  // while it runs
};

}  // namespace dirlease::testing
