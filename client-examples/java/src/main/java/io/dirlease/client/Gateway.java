package io.dirlease.client;

import io.dirlease.v1.BindCredentials;
import io.dirlease.v1.OpenSessionRequest;
import io.dirlease.v1.SessionServiceGrpc;
import io.dirlease.v1.SimpleBind;
import io.dirlease.v1.VerifyCredentialsRequest;
import io.dirlease.v1.VerifyCredentialsResponse;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A gateway and the connection to it, which all leases share. One for each gateway and process is enough. Thread-safe. */
public final class Gateway implements AutoCloseable {
  private final ManagedChannel channel;
  private final Duration deadline;
  private final ScheduledExecutorService timers =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "dirlease-client");
            thread.setDaemon(true);
            return thread;
          });

  Gateway(ManagedChannel channel, Duration deadline) {
    this.channel = channel;
    this.deadline = deadline;
  }

  /** A gateway at HOST:PORT; TLS with the system's authorities unless the builder is told otherwise. */
  public static Builder at(String address) {
    return new Builder(address);
  }

  /** Binds with a name and a password, and grants a lease. Hold it with try-with-resources. */
  public Lease open(String dn, String password) {
    SimpleBind simple = SimpleBind.newBuilder().setDn(dn).setPassword(password).build();
    BindCredentials credentials = BindCredentials.newBuilder().setSimple(simple).build();
    return open(OpenSessionRequest.newBuilder().setCredentials(credentials).build());
  }

  /** Binds as the request says, anonymously when it does not, and grants a lease. */
  public Lease open(OpenSessionRequest request) {
    return new Lease(this, request, null);
  }

  /**
   * A lease that the gateway ends when this process has died: {@code grace} after its connection broke, instead of at the
   * end of the idle time.
   */
  public Lease openTethered(OpenSessionRequest request, Duration grace) {
    return new Lease(this, request, grace);
  }

  /** Is this password right? One bind at the directory, no lease. A refusal is an answer, not an exception. */
  public VerifyCredentialsResponse verifyCredentials(VerifyCredentialsRequest request) {
    try {
      return SessionServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS)
          .verifyCredentials(request);
    } catch (StatusRuntimeException e) {
      throw DirleaseException.of(e);
    }
  }

  /** For generated stubs, without a lease. */
  public Channel channel() {
    return channel;
  }

  Duration deadline() {
    return deadline;
  }

  ScheduledExecutorService timers() {
    return timers;
  }

  /** Closes the connection. Leases are to be closed before. */
  @Override
  public void close() {
    timers.shutdownNow();
    channel.shutdown();
    try {
      if (!channel.awaitTermination(5, TimeUnit.SECONDS)) channel.shutdownNow();
    } catch (InterruptedException e) {
      channel.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /** How to reach a gateway. */
  public static final class Builder {
    private final String address;
    private final TlsChannelCredentials.Builder tls = TlsChannelCredentials.newBuilder();
    private final List<ClientInterceptor> interceptors = new ArrayList<>();
    private boolean plaintext;
    private String serverName;
    private Duration deadline = Duration.ofSeconds(30);

    private Builder(String address) {
      this.address = address;
    }

    /** No TLS. Passwords travel in the clear: for loopback and for meshes that encrypt. */
    public Builder plaintext() {
      plaintext = true;
      return this;
    }

    /** PEM file of the authorities to trust, instead of the system's. */
    public Builder trust(File authorities) throws IOException {
      tls.trustManager(authorities);
      return this;
    }

    /** PEM files of our own certificate and key, for mutual TLS: then a lease works for this identity only. */
    public Builder identity(File certificate, File key) throws IOException {
      tls.keyManager(certificate, key);
      return this;
    }

    /** The name that the gateway's certificate has, where it differs from the address. */
    public Builder serverName(String name) {
      serverName = name;
      return this;
    }

    /** Deadline of a call that names none; 30 s. */
    public Builder deadline(Duration deadline) {
      this.deadline = deadline;
      return this;
    }

    /** Headers of the current trace (traceparent, tracestate), asked for at each call on its caller's thread. */
    public Builder traceContext(Supplier<Map<String, String>> headers) {
      return intercept(
          new Headers(metadata -> headers.get().forEach((name, value) -> metadata.put(Headers.key(name), value))));
    }

    /** Sees every call, for example an interceptor of OpenTelemetry. */
    public Builder intercept(ClientInterceptor interceptor) {
      interceptors.add(interceptor);
      return this;
    }

    public Gateway build() {
      ChannelCredentials credentials = plaintext ? InsecureChannelCredentials.create() : tls.build();
      ManagedChannelBuilder<?> builder =
          Grpc.newChannelBuilder(address, credentials)
              .intercept(interceptors)
              .defaultServiceConfig(RETRIES)
              // Streams without a deadline would not notice a dead connection otherwise.
              .keepAliveTime(30, TimeUnit.SECONDS);
      if (serverName != null) builder.overrideAuthority(serverName);
      return new Gateway(builder.build(), deadline);
    }
  }

  // What may be repeated without harm is, when the gateway cannot be reached or the directory is busy. OpenSession is among
  // it because its request_id makes the repetition find the same lease.
  private static final Map<String, ?> RETRIES =
      Map.of(
          "methodConfig",
          List.of(
              Map.of(
                  "name",
                  Stream.concat(
                          methods("SessionService", "OpenSession", "KeepAlive", "GetSession", "Unbind"),
                          methods("DirectoryService", "Search", "GetEntry", "Compare", "WhoAmI", "GetRootDse", "GetSchema"))
                      .toList(),
                  "retryPolicy",
                  Map.of(
                      "maxAttempts", 4.0,
                      "initialBackoff", "0.1s",
                      "maxBackoff", "2s",
                      "backoffMultiplier", 2.0,
                      "retryableStatusCodes", List.of("UNAVAILABLE")))));

  private static Stream<Map<String, String>> methods(String service, String... names) {
    return Stream.of(names).map(name -> Map.of("service", "dirlease.v1." + service, "method", name));
  }
}
