package io.dirlease.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dirlease.v1.DeleteRequest;
import io.dirlease.v1.DeleteResponse;
import io.dirlease.v1.DirectoryServiceGrpc.DirectoryServiceImplBase;
import io.dirlease.v1.HoldSessionResponse;
import io.dirlease.v1.OpenSessionRequest;
import io.dirlease.v1.SearchEntry;
import io.dirlease.v1.SearchRequest;
import io.dirlease.v1.SearchResponse;
import io.dirlease.v1.WhoAmIRequest;
import io.dirlease.v1.WhoAmIResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LeaseTest {
  private static final SearchResponse ONE =
      SearchResponse.newBuilder().addEntries(SearchEntry.newBuilder().setDn("cn=a")).build();

  /** Tells the token that came. */
  private static class Directory extends DirectoryServiceImplBase {
    @Override
    public void whoAmI(WhoAmIRequest request, StreamObserver<WhoAmIResponse> to) {
      FakeGateway.answer(to, WhoAmIResponse.newBuilder().setAuthorizationId(FakeGateway.token()).build());
    }
  }

  private static Lease open(FakeGateway fake) {
    return fake.gateway.open(OpenSessionRequest.getDefaultInstance());
  }

  @Test
  void theProxysWrappingOfTheTokenIsSentBackUnmodified() throws Exception {
    try (FakeGateway fake = new FakeGateway(new Directory(), token -> "host;" + token); Lease lease = open(fake)) {
      assertEquals("host;token-1", lease.whoAmI().getAuthorizationId());
    }
  }

  @Test
  void callsThatLoseALeaseTogetherShareOneNewLease() throws Exception {
    Directory directory =
        new Directory() {
          @Override
          public void whoAmI(WhoAmIRequest request, StreamObserver<WhoAmIResponse> to) {
            if (FakeGateway.token().equals("token-1")) to.onError(FakeGateway.leaseLost());
            else super.whoAmI(request, to);
          }
        };
    try (FakeGateway fake = new FakeGateway(directory); Lease lease = open(fake)) {
      List<String> answers =
          IntStream.range(0, 4).parallel().mapToObj(n -> lease.whoAmI().getAuthorizationId()).distinct().toList();
      assertEquals(List.of("token-2"), answers);
      assertEquals(2, fake.opened.get());
    }
  }

  @Test
  void aLeaseThatCannotBeTetheredIsUnbound() throws Exception {
    try (FakeGateway fake = new FakeGateway(new Directory())) { // Knows no HoldSession.
      DirleaseException e =
          assertThrows(
              DirleaseException.class,
              () -> fake.gateway.openTethered(OpenSessionRequest.getDefaultInstance(), Duration.ZERO));
      assertEquals(Status.Code.UNIMPLEMENTED, e.code());
      assertEquals(List.of("token-1"), fake.unbound);
    }
  }

  @Test
  void aTetherIsHeldAgainWhateverBrokeItUntilTheLeaseHasEnded() throws Exception {
    List<RuntimeException> ends =
        List.of(
            Status.INTERNAL.asRuntimeException(), Status.RESOURCE_EXHAUSTED.asRuntimeException(), FakeGateway.leaseLost());
    AtomicInteger held = new AtomicInteger();
    CountDownLatch over = new CountDownLatch(ends.size());
    try (FakeGateway fake = new FakeGateway(new Directory())) {
      fake.hold =
          to -> {
            to.onNext(HoldSessionResponse.getDefaultInstance());
            to.onError(ends.get(held.getAndIncrement()));
            over.countDown();
          };
      try (Lease lease = fake.gateway.openTethered(OpenSessionRequest.getDefaultInstance(), Duration.ZERO)) {
        assertTrue(over.await(10, TimeUnit.SECONDS));
      }
      assertEquals(ends.size(), held.get());
    }
  }

  @Test
  void theDeadlineOfACallCoversTheOpeningOfANewLease() throws Exception {
    Directory directory =
        new Directory() {
          @Override
          public void whoAmI(WhoAmIRequest request, StreamObserver<WhoAmIResponse> to) {
            to.onError(FakeGateway.leaseLost());
          }
        };
    try (FakeGateway fake = new FakeGateway(directory); Lease lease = open(fake)) {
      fake.mostOpened = 1;
      Operations soon = lease.withDeadline(Duration.ofMillis(100));
      assertEquals(Status.Code.DEADLINE_EXCEEDED, assertThrows(DirleaseException.class, soon::whoAmI).code());
      assertEquals(2, fake.opened.get());
    }
  }

  @Test
  void aSecondLossWithinACallIsItsError() throws Exception {
    Directory directory =
        new Directory() {
          @Override
          public void whoAmI(WhoAmIRequest request, StreamObserver<WhoAmIResponse> to) {
            to.onError(FakeGateway.leaseLost());
          }
        };
    try (FakeGateway fake = new FakeGateway(directory); Lease lease = open(fake)) {
      assertTrue(assertThrows(DirleaseException.class, lease::whoAmI).leaseLost());
      assertEquals(2, fake.opened.get());
    }
  }

  @Test
  void aWriteWhoseOutcomeIsUnknownIsNotMadeAgain() throws Exception {
    AtomicInteger writes = new AtomicInteger();
    Directory directory =
        new Directory() {
          @Override
          public void delete(DeleteRequest request, StreamObserver<DeleteResponse> to) {
            writes.incrementAndGet();
            to.onError(FakeGateway.failure(Status.Code.UNKNOWN, "OUTCOME_UNKNOWN"));
          }
        };
    try (FakeGateway fake = new FakeGateway(directory); Lease lease = open(fake)) {
      DirleaseException error =
          assertThrows(DirleaseException.class, () -> lease.delete(DeleteRequest.getDefaultInstance()));
      assertEquals("OUTCOME_UNKNOWN", error.reason());
      assertEquals(1, writes.get());
      assertEquals(1, fake.opened.get());
    }
  }

  @Test
  void aSearchBeginsAgainOnANewLease() throws Exception {
    Directory directory =
        new Directory() {
          @Override
          public void search(SearchRequest request, StreamObserver<SearchResponse> to) {
            if (FakeGateway.token().equals("token-1")) to.onError(FakeGateway.leaseLost());
            else FakeGateway.answer(to, ONE);
          }
        };
    try (FakeGateway fake = new FakeGateway(directory);
        Lease lease = open(fake);
        SearchStream people = lease.search(SearchRequest.getDefaultInstance())) {
      assertEquals(1, people.stream().count());
    }
  }

  @Test
  void aSearchOfWhichSomethingCameDoesNotBeginAgain() throws Exception {
    Directory directory =
        new Directory() {
          @Override
          public void search(SearchRequest request, StreamObserver<SearchResponse> to) {
            to.onNext(ONE);
            to.onError(FakeGateway.leaseLost());
          }
        };
    try (FakeGateway fake = new FakeGateway(directory);
        Lease lease = open(fake);
        SearchStream people = lease.search(SearchRequest.getDefaultInstance())) {
      assertTrue(assertThrows(DirleaseException.class, () -> people.stream().count()).leaseLost());
      assertEquals(1, fake.opened.get());
    }
  }

  @Test
  void closingASearchCancelsIt() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    Directory directory =
        new Directory() {
          @Override
          public void search(SearchRequest request, StreamObserver<SearchResponse> to) {
            ((ServerCallStreamObserver<SearchResponse>) to).setOnCancelHandler(cancelled::countDown);
            to.onNext(ONE);
          }
        };
    try (FakeGateway fake = new FakeGateway(directory); Lease lease = open(fake)) {
      try (SearchStream people = lease.search(SearchRequest.getDefaultInstance())) {
        assertEquals("cn=a", people.iterator().next().getDn());
      }
      assertTrue(cancelled.await(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void theEndOfTheScopeUnbindsOnceAlsoAfterAnExceptionAndAfterUnbind() throws Exception {
    try (FakeGateway fake = new FakeGateway(new Directory())) {
      assertThrows(
          ArithmeticException.class,
          () -> {
            try (Lease lease = open(fake)) {
              lease.unbind();
              throw new ArithmeticException("ours");
            }
          });
      assertEquals(List.of("token-1"), fake.unbound);
    }
  }

  @Test
  void aDeadlineCanBeSetForACall() throws Exception {
    Directory directory =
        new Directory() {
          @Override
          public void whoAmI(WhoAmIRequest request, StreamObserver<WhoAmIResponse> to) {}
        };
    try (FakeGateway fake = new FakeGateway(directory); Lease lease = open(fake)) {
      Operations soon = lease.withDeadline(Duration.ofMillis(20));
      assertEquals(Status.Code.DEADLINE_EXCEEDED, assertThrows(DirleaseException.class, soon::whoAmI).code());
    }
  }
}
