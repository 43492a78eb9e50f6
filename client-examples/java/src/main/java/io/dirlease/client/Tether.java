package io.dirlease.client;

import io.dirlease.v1.HoldSessionRequest;
import io.dirlease.v1.HoldSessionResponse;
import io.dirlease.v1.SessionServiceGrpc;
import io.grpc.Channel;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** A stream whose end tells the gateway that this process is gone. Held again, until the lease has ended. */
final class Tether {
  private final Gateway gateway;
  private final Channel channel;
  private final Duration grace;
  private Hold current;

  Tether(Gateway gateway, Channel channel, Duration grace) {
    this.gateway = gateway;
    this.channel = channel;
    this.grace = grace;
  }

  /** Returns when the gateway holds the lease. */
  void hold(Deadline deadline) {
    try {
      begin().held.orTimeout(deadline.timeRemaining(TimeUnit.NANOSECONDS), TimeUnit.NANOSECONDS).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof StatusRuntimeException error) throw DirleaseException.of(error);
      throw DirleaseException.of(Status.DEADLINE_EXCEEDED.withDescription("not held in time").asRuntimeException());
    }
  }

  synchronized void release() {
    if (current != null) current.cancel();
    current = null;
  }

  private synchronized Hold begin() {
    release();
    HoldSessionRequest request = HoldSessionRequest.newBuilder().setTether(true).setTetherGrace(Times.to(grace)).build();
    current = new Hold();
    SessionServiceGrpc.newStub(channel).holdSession(request, current);
    return current;
  }

  private synchronized void beginAgain(Hold broken) {
    if (broken == current) begin();
  }

  private final class Hold implements ClientResponseObserver<HoldSessionRequest, HoldSessionResponse> {
    final CompletableFuture<Void> held = new CompletableFuture<>();
    private ClientCallStreamObserver<HoldSessionRequest> call;

    @Override
    public void beforeStart(ClientCallStreamObserver<HoldSessionRequest> call) {
      this.call = call;
    }

    void cancel() {
      call.cancel("released", null);
    }

    @Override
    public void onNext(HoldSessionResponse event) {
      held.complete(null);
    }

    @Override
    public void onError(Throwable error) {
      held.completeExceptionally(error);
      Status.Code code = Status.fromThrowable(error).getCode();
      // These say that the lease has ended: the next call opens a new one, and holds that. Whatever else broke it may pass.
      boolean ended = code == Status.Code.UNAUTHENTICATED || code == Status.Code.ABORTED;
      if (!ended && !gateway.timers().isShutdown()) {
        gateway.timers().schedule(() -> beginAgain(this), Math.max(100, grace.toMillis() / 4), TimeUnit.MILLISECONDS);
      }
    }

    @Override
    public void onCompleted() {}
  }
}
