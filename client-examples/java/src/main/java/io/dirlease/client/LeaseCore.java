package io.dirlease.client;

import io.dirlease.v1.BindOutcome;
import io.dirlease.v1.DirectoryServiceGrpc;
import io.dirlease.v1.KeepAliveRequest;
import io.dirlease.v1.KeepAliveResponse;
import io.dirlease.v1.OpenSessionRequest;
import io.dirlease.v1.OpenSessionResponse;
import io.dirlease.v1.Session;
import io.dirlease.v1.SessionServiceGrpc;
import io.dirlease.v1.UnbindRequest;
import io.dirlease.v1.UnbindResponse;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** What a lease and the views of it share: the token, its renewal and its replacement. Thread-safe. */
final class LeaseCore {
  /** A lease as the gateway granted it. */
  record Granted(String token, Session session, BindOutcome bind) {}

  private final Gateway gateway;
  private final Channel channel;
  private final Tether tether;
  private OpenSessionRequest request;
  private ScheduledFuture<?> keepAlive;
  private UnbindResponse ended;
  private volatile Granted granted;
  private volatile boolean closed;
  private volatile boolean used = true;

  /** {@code grace} null: not tethered. */
  LeaseCore(Gateway gateway, OpenSessionRequest request, Duration grace) {
    this.gateway = gateway;
    this.request = request;
    channel =
        ClientInterceptors.intercept(
            gateway.channel(), new Headers(headers -> headers.put(Headers.SESSION, granted.token())));
    tether = grace == null ? null : new Tether(gateway, channel, grace);
  }

  Gateway gateway() {
    return gateway;
  }

  Granted granted() {
    return granted;
  }

  /** Adds the token to each call. */
  Channel channel() {
    return channel;
  }

  DirectoryServiceGrpc.DirectoryServiceBlockingStub directory(Deadline deadline) {
    return DirectoryServiceGrpc.newBlockingStub(channel).withDeadline(deadline);
  }

  SessionServiceGrpc.SessionServiceBlockingStub sessions(Deadline deadline) {
    return SessionServiceGrpc.newBlockingStub(channel).withDeadline(deadline);
  }

  /** From now; null stays null: none. */
  static Deadline after(Duration duration) {
    return duration == null ? null : Deadline.after(duration.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Of what no caller has given one. */
  Deadline ownDeadline() {
    return after(gateway.deadline());
  }

  synchronized void open(Deadline deadline) {
    OpenSessionRequest once = request.toBuilder().setRequestId(UUID.randomUUID().toString()).build();
    AtomicReference<Metadata> headers = new AtomicReference<>();
    OpenSessionResponse response;
    try {
      response =
          SessionServiceGrpc.newBlockingStub(gateway.channel())
              .withDeadline(deadline)
              .withInterceptors(MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>()))
              .openSession(once);
    } catch (StatusRuntimeException e) {
      throw DirleaseException.of(e);
    }
    // A sticky proxy wraps the token in this header, and takes only its own wrapping.
    String wrapped = headers.get() == null ? null : headers.get().get(Headers.SESSION);
    granted = new Granted(wrapped != null ? wrapped : response.getToken(), response.getSession(), response.getBind());
    if (tether != null) {
      try {
        tether.hold(deadline);
      } catch (DirleaseException e) {
        unbindUntethered();
        throw e;
      }
    }
    renewFromNowOn();
  }

  // Nobody else would end it, and the tether would go on holding it. After a reopening the next call finds it gone.
  private void unbindUntethered() {
    tether.release();
    try {
      sessions(ownDeadline()).unbind(UnbindRequest.getDefaultInstance());
    } catch (StatusRuntimeException ignored) {
      // The gateway ends it by its ttl.
    }
  }

  private void renewFromNowOn() {
    if (keepAlive != null) keepAlive.cancel(false);
    long third = Math.max(1, Times.from(granted.session().getTtl()).toMillis() / 3);
    keepAlive = gateway.timers().scheduleAtFixedRate(this::renew, third, third, TimeUnit.MILLISECONDS);
  }

  // Every call renews the lease at the gateway, so only an idle one needs this. A failure shows at the next call.
  private void renew() {
    if (!used) {
      SessionServiceGrpc.newStub(channel)
          .withDeadline(ownDeadline())
          .keepAlive(KeepAliveRequest.getDefaultInstance(), new Ignore<KeepAliveResponse>());
    }
    used = false;
  }

  /** Makes the call, and once more on a new lease if this one is gone; the time is that of all together, null: unlimited. */
  <T> T call(Duration time, Function<Deadline, T> call) {
    Granted before = granted;
    Deadline deadline = after(time);
    used = true;
    try {
      return call.apply(deadline);
    } catch (StatusRuntimeException e) {
      recover(before, DirleaseException.of(e), deadline);
    }
    try {
      return call.apply(deadline);
    } catch (StatusRuntimeException e) {
      throw DirleaseException.of(e);
    }
  }

  /**
   * A lease that is gone never began the call, so the call may be made again, a write too, on a new lease: once. Calls that
   * find the same lease gone share the new one. {@code deadline} null: the gateway's own.
   */
  void recover(Granted lost, DirleaseException error, Deadline deadline) {
    if (!error.leaseLost()) throw error;
    synchronized (this) {
      if (closed) throw error;
      if (granted == lost) open(deadline == null ? ownDeadline() : deadline);
    }
  }

  synchronized void rebound(OpenSessionRequest request) {
    this.request = request;
  }

  synchronized OpenSessionRequest request() {
    return request;
  }

  synchronized UnbindResponse unbind(Duration wait) {
    if (ended != null) return ended;
    closed = true;
    keepAlive.cancel(false);
    try {
      ended =
          sessions(after(gateway.deadline().plus(wait))).unbind(UnbindRequest.newBuilder().setWait(Times.to(wait)).build());
      return ended;
    } catch (StatusRuntimeException e) {
      throw DirleaseException.of(e);
    } finally {
      if (tether != null) tether.release();
    }
  }

  private static final class Ignore<T> implements StreamObserver<T> {
    @Override
    public void onNext(T value) {}

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {}
  }
}
