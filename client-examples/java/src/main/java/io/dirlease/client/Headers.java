package io.dirlease.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.util.function.Consumer;

/** Adds to the headers of each call as it starts. */
final class Headers implements ClientInterceptor {
  static final Metadata.Key<String> SESSION = key("ldap-session");

  private final Consumer<Metadata> add;

  Headers(Consumer<Metadata> add) {
    this.add = add;
  }

  static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        add.accept(headers);
        super.start(listener, headers);
      }
    };
  }
}
