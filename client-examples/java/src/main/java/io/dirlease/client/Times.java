package io.dirlease.client;

import java.time.Duration;

/** Durations of Java's and of the contract's kind. */
final class Times {
  private Times() {}

  static Duration from(com.google.protobuf.Duration value) {
    return Duration.ofSeconds(value.getSeconds(), value.getNanos());
  }

  static com.google.protobuf.Duration to(Duration value) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(value.getSeconds())
        .setNanos(value.getNano())
        .build();
  }
}
