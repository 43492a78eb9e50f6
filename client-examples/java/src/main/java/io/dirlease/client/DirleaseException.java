package io.dirlease.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.dirlease.v1.CallStatus;
import io.dirlease.v1.LdapResult;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How a call failed: the gRPC status, whole, and what its details say. */
public final class DirleaseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Status status;
  private transient LdapResult ldap;
  private transient ErrorInfo info = ErrorInfo.getDefaultInstance();
  private transient List<BadRequest.FieldViolation> fieldViolations = List.of();
  private transient Duration retryAfter;

  private DirleaseException(StatusRuntimeException cause, List<Any> details) {
    super(cause.getMessage(), cause);
    status = cause.getStatus();
    for (Any detail : details) {
      try {
        read(detail);
      } catch (InvalidProtocolBufferException ignored) {
        // As above.
      }
    }
  }

  /** Of a call of its own. */
  static DirleaseException of(StatusRuntimeException error) {
    return new DirleaseException(error, details(error));
  }

  /** Of a call on a pipeline. */
  static DirleaseException of(CallStatus reply) {
    Status status = Status.fromCodeValue(reply.getCode()).withDescription(reply.getMessage());
    return new DirleaseException(status.asRuntimeException(), reply.getDetailsList());
  }

  private static List<Any> details(StatusRuntimeException error) {
    try {
      com.google.rpc.Status packed = StatusProto.fromThrowable(error);
      return packed == null ? List.of() : packed.getDetailsList();
    } catch (IllegalArgumentException unreadable) {
      return List.of(); // A proxy's own: the status still stands.
    }
  }

  private void read(Any detail) throws InvalidProtocolBufferException {
    if (detail.is(LdapResult.class)) {
      ldap = detail.unpack(LdapResult.class);
    } else if (detail.is(ErrorInfo.class)) {
      info = detail.unpack(ErrorInfo.class);
    } else if (detail.is(BadRequest.class)) {
      fieldViolations = detail.unpack(BadRequest.class).getFieldViolationsList();
    } else if (detail.is(RetryInfo.class)) {
      retryAfter = Times.from(detail.unpack(RetryInfo.class).getRetryDelay());
    }
  }

  /** The gRPC status. */
  public Status status() {
    return status;
  }

  /** The gRPC status code, for example NOT_FOUND. */
  public Status.Code code() {
    return status.getCode();
  }

  /** The directory's answer, when the failure is its: code, name, matched DN, diagnostic message, referrals. */
  public Optional<LdapResult> ldap() {
    return Optional.ofNullable(ldap);
  }

  /** Constant for each cause: SESSION_EXPIRED, NO_SUCH_OBJECT, OUTCOME_UNKNOWN ... Empty: it came from gRPC itself. */
  public String reason() {
    return info.getReason();
  }

  /** Facts about the failure: operation, sessionId, target ... */
  public Map<String, String> facts() {
    return info.getMetadataMap();
  }

  /** What is wrong with which field of the request. */
  public List<BadRequest.FieldViolation> fieldViolations() {
    return fieldViolations;
  }

  /** The same call is worth another try after this time, when the gateway knows. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /** The lease is gone, and the call was never begun: a new lease and the same call again are safe, even for a write. */
  public boolean leaseLost() {
    return code() == Status.Code.UNAUTHENTICATED && reason().startsWith("SESSION_");
  }

  /** Of a write: it may have happened. Read before you repeat it. */
  public boolean outcomeUnknown() {
    // SLOW_CONSUMER: a pipeline's stream was cut off with replies unread.
    boolean said = reason().equals("OUTCOME_UNKNOWN") || reason().equals("SLOW_CONSUMER");
    return switch (code()) {
      case CANCELLED, DEADLINE_EXCEEDED -> true;
      case UNAVAILABLE, UNKNOWN, INTERNAL -> said || reason().isEmpty(); // Empty: the connection broke under the call.
      default -> said;
    };
  }
}
