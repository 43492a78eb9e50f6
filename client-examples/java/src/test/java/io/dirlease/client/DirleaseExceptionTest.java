package io.dirlease.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.rpc.BadRequest;
import com.google.rpc.RetryInfo;
import io.dirlease.v1.LdapResult;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DirleaseExceptionTest {
  @Test
  void theLdapResultComesWholeBesideTheGrpcCode() {
    LdapResult ldap =
        LdapResult.newBuilder()
            .setCode(32)
            .setName("noSuchObject")
            .setMatchedDn("dc=x")
            .setDiagnosticMessage("gone")
            .addReferrals("ldap://other/")
            .build();
    DirleaseException error =
        DirleaseException.of(FakeGateway.failure(Status.Code.NOT_FOUND, "NO_SUCH_OBJECT", ldap));
    assertEquals(Status.Code.NOT_FOUND, error.code());
    assertEquals("NOT_FOUND: constant text", error.getMessage());
    assertEquals("NO_SUCH_OBJECT", error.reason());
    assertEquals(Optional.of(ldap), error.ldap());
  }

  @Test
  void wrongFieldsAndTheTimeUntilARetry() {
    BadRequest.FieldViolation violation =
        BadRequest.FieldViolation.newBuilder().setField("filter").setDescription("no end").build();
    RetryInfo retry =
        RetryInfo.newBuilder().setRetryDelay(Times.to(Duration.ofMillis(1500))).build();
    DirleaseException error =
        DirleaseException.of(
            FakeGateway.failure(
                Status.Code.INVALID_ARGUMENT,
                "FILTER_ERROR",
                BadRequest.newBuilder().addFieldViolations(violation).build(),
                retry));
    assertEquals(violation, error.fieldViolations().get(0));
    assertEquals(Optional.of(Duration.ofMillis(1500)), error.retryAfter());
  }

  @Test
  void onlyUnauthenticatedWithASessionReasonSaysThatTheLeaseIsLost() {
    assertTrue(DirleaseException.of(FakeGateway.leaseLost()).leaseLost());
    assertFalse(
        DirleaseException.of(FakeGateway.failure(Status.Code.UNAUTHENTICATED, "INVALID_CREDENTIALS")).leaseLost());
    assertFalse(DirleaseException.of(FakeGateway.failure(Status.Code.ABORTED, "SESSION_CLOSED")).leaseLost());
  }

  @Test
  void aStatusWithoutDetailsOrWithUnreadableOnesKeepsItsCode() {
    Metadata unreadable = new Metadata();
    unreadable.put(
        Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER), new byte[] {-1, -1});
    for (Metadata trailers : new Metadata[] {new Metadata(), unreadable}) {
      DirleaseException error = DirleaseException.of(Status.UNAVAILABLE.asRuntimeException(trailers));
      assertEquals(Status.Code.UNAVAILABLE, error.code());
      assertEquals("", error.reason());
      assertEquals(Optional.empty(), error.ldap());
    }
  }

  @Test
  void saysWhenAWriteMayHaveHappened() {
    assertTrue(DirleaseException.of(FakeGateway.failure(Status.Code.UNKNOWN, "OUTCOME_UNKNOWN")).outcomeUnknown());
    assertTrue(DirleaseException.of(FakeGateway.failure(Status.Code.RESOURCE_EXHAUSTED, "SLOW_CONSUMER")).outcomeUnknown());
    for (Status bare :
        new Status[] {Status.CANCELLED, Status.DEADLINE_EXCEEDED, Status.UNAVAILABLE, Status.UNKNOWN, Status.INTERNAL}) {
      assertTrue(DirleaseException.of(bare.asRuntimeException()).outcomeUnknown(), bare.toString());
    }
    assertFalse(DirleaseException.of(FakeGateway.failure(Status.Code.UNAVAILABLE, "DRAINING")).outcomeUnknown());
    assertFalse(DirleaseException.of(FakeGateway.leaseLost()).outcomeUnknown());
    assertFalse(DirleaseException.of(Status.NOT_FOUND.asRuntimeException()).outcomeUnknown());
  }
}
