package io.dirlease.client.scenario;

import io.dirlease.v1.OpenSessionResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Does something to each new lease before its owner hears of it. */
final class Thwarting implements ClientInterceptor {
  private final Consumer<String> thwart;
  private final AtomicInteger opened = new AtomicInteger();

  Thwarting(Consumer<String> thwart) {
    this.thwart = thwart;
  }

  int opened() {
    return opened.get();
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        super.start(
            new SimpleForwardingClientCallListener<>(listener) {
              private String token;

              @Override
              public void onHeaders(Metadata headers) {
                token = headers.get(Metadata.Key.of("ldap-session", Metadata.ASCII_STRING_MARSHALLER));
                super.onHeaders(headers);
              }

              @Override
              public void onMessage(R message) {
                if (message instanceof OpenSessionResponse) {
                  opened.incrementAndGet();
                  // On another thread: this one is in a blocking call already.
                  CompletableFuture.runAsync(() -> thwart.accept(token)).join();
                }
                super.onMessage(message);
              }
            },
            headers);
      }
    };
  }
}
