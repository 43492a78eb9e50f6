package io.dirlease.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dirlease.v1.CallStatus;
import io.dirlease.v1.DirectoryServiceGrpc.DirectoryServiceImplBase;
import io.dirlease.v1.GetEntryRequest;
import io.dirlease.v1.GetEntryResponse;
import io.dirlease.v1.OpenSessionRequest;
import io.dirlease.v1.PipelineCall;
import io.dirlease.v1.PipelineReply;
import io.dirlease.v1.PipelineRequest;
import io.dirlease.v1.PipelineResponse;
import io.dirlease.v1.SearchEntry;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PipelineTest {
  /** Answers every message at once; "missing" is no entry, "slow" is answered when it is abandoned. */
  private static class Directory extends DirectoryServiceImplBase {
    final BlockingQueue<PipelineRequest> received = new LinkedBlockingQueue<>();

    @Override
    public StreamObserver<PipelineRequest> pipeline(StreamObserver<PipelineResponse> to) {
      return new StreamObserver<>() {
        @Override
        public void onNext(PipelineRequest request) {
          PipelineResponse.Builder response = PipelineResponse.newBuilder();
          request.getCallsList().forEach(call -> reply(call, response));
          received.add(request);
          to.onNext(response.build());
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {
          to.onCompleted();
        }
      };
    }

    private static void reply(PipelineCall call, PipelineResponse.Builder response) {
      String dn = call.getGetEntry().getDn();
      if (call.hasAbandon()) {
        response.addReplies(status(call.getAbandon(), Status.Code.CANCELLED));
      } else if (dn.equals("missing")) {
        response.addReplies(status(call.getId(), Status.Code.NOT_FOUND));
      } else if (!dn.equals("slow")) {
        GetEntryResponse found = GetEntryResponse.newBuilder().setEntry(SearchEntry.newBuilder().setDn(dn)).build();
        response.addReplies(status(call.getId(), Status.Code.OK).setGetEntry(found));
      }
    }

    private static PipelineReply.Builder status(long id, Status.Code code) {
      return PipelineReply.newBuilder().setId(id).setStatus(CallStatus.newBuilder().setCode(code.value()));
    }
  }

  private static final int MANY = 1000;

  private static Lease open(FakeGateway fake) {
    return fake.gateway.open(OpenSessionRequest.getDefaultInstance());
  }

  private static GetEntryRequest entry(String dn) {
    return GetEntryRequest.newBuilder().setDn(dn).build();
  }

  private static List<CompletableFuture<GetEntryResponse>> submit(Pipeline pipeline) {
    return IntStream.range(0, MANY).mapToObj(n -> pipeline.getEntry(entry("cn=" + n))).toList();
  }

  private static void checkEach(List<CompletableFuture<GetEntryResponse>> answers) {
    for (int n = 0; n < MANY; n++) assertEquals("cn=" + n, answers.get(n).join().getEntry().getDn());
  }

  @Test
  void whatIsReadyGoesOutTogether() throws Exception {
    Directory directory = new Directory();
    try (FakeGateway fake = new FakeGateway(directory); Lease lease = open(fake); Pipeline pipeline = lease.pipeline()) {
      CountDownLatch submitted = new CountDownLatch(1);
      fake.gateway.timers().submit(() -> submitted.await(10, TimeUnit.SECONDS)); // Where messages are sent.
      List<CompletableFuture<GetEntryResponse>> answers = submit(pipeline);
      submitted.countDown();
      checkEach(answers);
      assertEquals(256, directory.received.peek().getCallsCount());
      assertTrue(directory.received.stream().allMatch(request -> request.getCallsCount() <= 256));
    }
  }

  @Test
  void aFailedCallFailsAlone() throws Exception {
    try (FakeGateway fake = new FakeGateway(new Directory()); Lease lease = open(fake); Pipeline pipeline = lease.pipeline()) {
      CompletableFuture<?> missing = pipeline.getEntry(entry("missing"));
      assertEquals("cn=a", pipeline.getEntry(entry("cn=a")).join().getEntry().getDn());
      DirleaseException error =
          (DirleaseException) assertThrows(CompletionException.class, missing::join).getCause();
      assertEquals(Status.Code.NOT_FOUND, error.code());
    }
  }

  @Test
  void aCancelledCallIsAbandonedInBand() throws Exception {
    Directory directory = new Directory();
    try (FakeGateway fake = new FakeGateway(directory); Lease lease = open(fake)) {
      try (Pipeline pipeline = lease.pipeline()) {
        CompletableFuture<?> slow = pipeline.getEntry(entry("slow"));
        long id = directory.received.poll(10, TimeUnit.SECONDS).getCalls(0).getId();
        assertTrue(slow.cancel(true));
        assertEquals(id, directory.received.poll(10, TimeUnit.SECONDS).getCalls(0).getAbandon());
      }
    }
  }

  @Test
  void callsThatWereNeverBegunMoveToANewLease() throws Exception {
    Directory directory =
        new Directory() {
          @Override
          public StreamObserver<PipelineRequest> pipeline(StreamObserver<PipelineResponse> to) {
            StreamObserver<PipelineRequest> answering = super.pipeline(to);
            if (FakeGateway.token().equals("token-1")) to.onError(FakeGateway.leaseLost());
            return answering;
          }
        };
    try (FakeGateway fake = new FakeGateway(directory); Lease lease = open(fake); Pipeline pipeline = lease.pipeline()) {
      checkEach(submit(pipeline));
      assertEquals(2, fake.opened.get());
    }
  }

  @Test
  void cancelFailsWhatIsOpenAndCloseLetsNothingIn() throws Exception {
    Directory directory = new Directory();
    try (FakeGateway fake = new FakeGateway(directory); Lease lease = open(fake); Pipeline pipeline = lease.pipeline()) {
      CompletableFuture<?> slow = pipeline.getEntry(entry("slow"));
      directory.received.poll(10, TimeUnit.SECONDS);
      pipeline.cancel();
      DirleaseException error = (DirleaseException) assertThrows(CompletionException.class, slow::join).getCause();
      assertEquals(Status.Code.CANCELLED, error.code());
      assertThrows(IllegalStateException.class, () -> pipeline.getEntry(entry("cn=a")));
    }
  }

  @Test
  void aStreamThatEndsEarlyIsTheEndOfItsPipeline() throws Exception {
    Directory directory =
        new Directory() {
          @Override
          public StreamObserver<PipelineRequest> pipeline(StreamObserver<PipelineResponse> to) {
            to.onError(FakeGateway.failure(Status.Code.UNAVAILABLE, "LDAP_SERVER_DOWN"));
            return super.pipeline(to);
          }
        };
    try (FakeGateway fake = new FakeGateway(directory); Lease lease = open(fake); Pipeline pipeline = lease.pipeline()) {
      for (int n = 0; n < 2; n++) {
        CompletableFuture<?> call = pipeline.getEntry(entry("cn=a"));
        DirleaseException error = (DirleaseException) assertThrows(CompletionException.class, call::join).getCause();
        assertEquals("LDAP_SERVER_DOWN", error.reason());
      }
      assertEquals(1, fake.opened.get());
    }
  }

  @Test
  void twoMayCloseIt() throws Exception {
    try (FakeGateway fake = new FakeGateway(new Directory()); Lease lease = open(fake)) {
      Pipeline pipeline = lease.pipeline();
      pipeline.getEntry(entry("cn=a"));
      CompletableFuture<?> other = CompletableFuture.runAsync(pipeline::close);
      pipeline.close();
      other.get(10, TimeUnit.SECONDS);
    }
  }
}
