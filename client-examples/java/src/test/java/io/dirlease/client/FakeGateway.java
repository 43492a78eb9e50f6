package io.dirlease.client;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import io.dirlease.v1.HoldSessionRequest;
import io.dirlease.v1.HoldSessionResponse;
import io.dirlease.v1.OpenSessionRequest;
import io.dirlease.v1.OpenSessionResponse;
import io.dirlease.v1.Session;
import io.dirlease.v1.SessionServiceGrpc;
import io.dirlease.v1.UnbindRequest;
import io.dirlease.v1.UnbindResponse;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A gateway in this process that grants leases token-1, token-2 ... and answers as a test tells it. */
final class FakeGateway implements AutoCloseable {
  private static final Context.Key<String> TOKEN = Context.key("token");
  private static final java.time.Duration DEADLINE = java.time.Duration.ofSeconds(20);

  final AtomicInteger opened = new AtomicInteger();
  final List<String> unbound = Collections.synchronizedList(new ArrayList<>());
  final Gateway gateway;
  /** What answers HoldSession. */
  volatile Consumer<StreamObserver<HoldSessionResponse>> hold = to -> to.onError(Status.UNIMPLEMENTED.asRuntimeException());
  /** Openings that are answered. */
  volatile int mostOpened = Integer.MAX_VALUE;
  private final Server server;

  FakeGateway(BindableService directory) throws IOException {
    this(directory, UnaryOperator.identity());
  }

  /** {@code wrap}: what a sticky proxy puts into the header, instead of the token. */
  FakeGateway(BindableService directory, UnaryOperator<String> wrap) throws IOException {
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .addService(new Sessions())
            .addService(directory)
            .intercept(new Tokens(wrap))
            .build()
            .start();
    gateway = new Gateway(InProcessChannelBuilder.forName(name).build(), DEADLINE);
  }

  /** The token of the call that is being served. */
  static String token() {
    return TOKEN.get();
  }

  /** A status with details, as the gateway sends it. */
  static StatusRuntimeException failure(Status.Code code, String reason, Message... more) {
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder()
            .setCode(code.value())
            .setMessage("constant text")
            .addDetails(Any.pack(ErrorInfo.newBuilder().setReason(reason).setDomain("dirlease").build()));
    for (Message detail : more) status.addDetails(Any.pack(detail));
    return StatusProto.toStatusRuntimeException(status.build());
  }

  static StatusRuntimeException leaseLost() {
    return failure(Status.Code.UNAUTHENTICATED, "SESSION_EXPIRED");
  }

  static <T> void answer(StreamObserver<T> to, T answer) {
    to.onNext(answer);
    to.onCompleted();
  }

  @Override
  public void close() {
    gateway.close();
    server.shutdownNow();
  }

  private final class Sessions extends SessionServiceGrpc.SessionServiceImplBase {
    @Override
    public void openSession(OpenSessionRequest request, StreamObserver<OpenSessionResponse> to) {
      int number = opened.incrementAndGet();
      if (number > mostOpened) return;
      Session session =
          Session.newBuilder().setSessionId("s-" + number).setTtl(Duration.newBuilder().setSeconds(300)).build();
      answer(to, OpenSessionResponse.newBuilder().setToken("token-" + number).setSession(session).build());
    }

    @Override
    public void holdSession(HoldSessionRequest request, StreamObserver<HoldSessionResponse> to) {
      hold.accept(to);
    }

    @Override
    public void unbind(UnbindRequest request, StreamObserver<UnbindResponse> to) {
      unbound.add(token());
      answer(to, UnbindResponse.newBuilder().setWasActive(true).build());
    }
  }

  private final class Tokens implements ServerInterceptor {
    private final UnaryOperator<String> wrap;

    Tokens(UnaryOperator<String> wrap) {
      this.wrap = wrap;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      boolean opens = call.getMethodDescriptor().getBareMethodName().equals("OpenSession");
      ServerCall<Q, R> answering =
          new SimpleForwardingServerCall<>(call) {
            @Override
            public void sendHeaders(Metadata headers) {
              if (opens) headers.put(Headers.SESSION, wrap.apply("token-" + opened.get()));
              super.sendHeaders(headers);
            }
          };
      return Contexts.interceptCall(
          Context.current().withValue(TOKEN, headers.get(Headers.SESSION)), answering, headers, next);
    }
  }
}
