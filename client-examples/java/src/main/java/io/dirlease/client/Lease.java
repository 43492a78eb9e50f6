package io.dirlease.client;

import io.dirlease.v1.BindOutcome;
import io.dirlease.v1.GetSessionRequest;
import io.dirlease.v1.GetSessionResponse;
import io.dirlease.v1.OpenSessionRequest;
import io.dirlease.v1.RebindRequest;
import io.dirlease.v1.RebindResponse;
import io.dirlease.v1.Session;
import io.dirlease.v1.SessionServiceGrpc.SessionServiceBlockingStub;
import io.dirlease.v1.UnbindResponse;
import io.grpc.Channel;
import java.time.Duration;
import java.util.function.Function;

/**
 * One bound identity at the directory. Operations may run at the same time. The lease is kept alive until it is closed, and is
 * opened anew, once a call, when the gateway says that it is gone; what was sent is never sent twice. Thread-safe.
 */
public final class Lease extends Operations implements AutoCloseable {
  Lease(Gateway gateway, OpenSessionRequest request, Duration grace) {
    super(new LeaseCore(gateway, request, grace), gateway.deadline());
    lease.open(lease.ownDeadline());
  }

  /** The lease as it was granted; its session id is safe in logs. Another one after it was opened anew. */
  public Session session() {
    return lease.granted().session();
  }

  /** What the directory said to the bind. */
  public BindOutcome bind() {
    return lease.granted().bind();
  }

  /** A secret. For tools that take the token of a lease. */
  public String token() {
    return lease.granted().token();
  }

  /** For generated stubs, of futures or observers: adds the token to each call. They do not open the lease anew. */
  public Channel channel() {
    return lease.channel();
  }

  /** The lease and its running operations as the gateway sees them. Does not renew it. */
  public GetSessionResponse describe() {
    return call(sessions -> sessions.getSession(GetSessionRequest.getDefaultInstance()));
  }

  /** Another identity on the same connection; also the one with which the lease is opened anew. */
  public RebindResponse rebind(RebindRequest request) {
    RebindResponse response = call(sessions -> sessions.rebind(request));
    lease.rebound(
        lease.request().toBuilder()
            .setCredentials(request.getCredentials())
            .clearControls()
            .addAllControls(request.getControlsList())
            .build());
    return response;
  }

  private <T> T call(Function<SessionServiceBlockingStub, T> call) {
    return lease.call(lease.gateway().deadline(), until -> call.apply(lease.sessions(until)));
  }

  /** Ends the lease, and abandons what still runs. A second time it answers the same. */
  public UnbindResponse unbind() {
    return unbind(Duration.ZERO);
  }

  /** Ends the lease, and abandons what still runs after this time. */
  public UnbindResponse unbind(Duration wait) {
    return lease.unbind(wait);
  }

  /** Unbinds. When the gateway cannot be reached, it ends the lease by itself: nothing to hide another exception for. */
  @Override
  public void close() {
    try {
      unbind();
    } catch (DirleaseException ignored) {
      // See above.
    }
  }
}
