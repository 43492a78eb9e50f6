package io.dirlease.client.scenario;

import com.google.protobuf.Duration;
import io.dirlease.client.DirleaseException;
import io.dirlease.client.Entries;
import io.dirlease.client.Gateway;
import io.dirlease.client.Lease;
import io.dirlease.client.Pipeline;
import io.dirlease.client.SearchResult;
import io.dirlease.client.SearchStream;
import io.dirlease.examples.Environment;
import io.dirlease.v1.Attribute;
import io.dirlease.v1.BindCredentials;
import io.dirlease.v1.CompareRequest;
import io.dirlease.v1.GetEntryRequest;
import io.dirlease.v1.LdapResult;
import io.dirlease.v1.Modification;
import io.dirlease.v1.ModifyRequest;
import io.dirlease.v1.OpenSessionRequest;
import io.dirlease.v1.SearchEntry;
import io.dirlease.v1.SearchRequest;
import io.dirlease.v1.SessionServiceGrpc;
import io.dirlease.v1.SimpleBind;
import io.dirlease.v1.UnbindRequest;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** What tests/clients/run judges by the directory's log. The last line of one that succeeded is "ok NAME". */
public final class Scenario {
  private static final String PEOPLE = "ou=people," + Environment.BASE;
  private static final SearchRequest EVERYBODY =
      SearchRequest.newBuilder()
          .setBaseDn(Environment.BASE)
          .setFilter("(objectClass=person)")
          .setAutoPageSize(0)
          .build();
  private static final CompareRequest UID =
      CompareRequest.newBuilder()
          .setDn("uid=user.1," + PEOPLE)
          .setAttributeType("uid")
          .setTextValue("user.1")
          .build();

  public static void main(String[] arguments) throws Exception {
    String name = arguments[0];
    switch (name) {
      case "early-exit" -> earlyExit();
      case "exception" -> exception();
      case "killed" -> killed();
      case "reopen" -> reopen();
      case "errors" -> errors();
      case "pipeline" -> pipeline();
      case "keepalive" -> keepalive();
      default -> throw new IllegalArgumentException("no scenario " + name);
    }
    System.out.println("ok " + name);
  }

  private static void earlyExit() {
    try (Gateway gateway = connect(); Lease lease = open(gateway)) {
      int read = 0;
      try (SearchStream people = lease.search(EVERYBODY)) {
        for (SearchEntry ignored : people) {
          if (++read == 10) break;
        }
      }
      check(lease.whoAmI().getAuthorizationId().startsWith("dn:"), "an authorization id");
    }
  }

  private static void exception() {
    class Ours extends RuntimeException {}
    try (Gateway gateway = connect()) {
      try (Lease lease = open(gateway)) {
        lease.whoAmI();
        throw new Ours();
      } catch (Ours caught) {
        System.out.println("caught");
      }
    }
  }

  private static void killed() throws InterruptedException {
    try (Gateway gateway = connect();
        Lease lease = gateway.openTethered(bind().build(), java.time.Duration.ofMillis(200));
        SearchStream people = lease.withoutDeadline().search(EVERYBODY)) {
      people.iterator().next();
      System.out.println("reading");
      Thread.currentThread().join();
    }
  }

  private static void reopen() {
    try (Gateway gateway = connect(); Lease lease = open(gateway)) {
      String before = lease.session().getSessionId();
      endBehindItsBack(gateway, lease.token());
      check(lease.compare(UID).getMatched(), "a match");
      boolean changed = !lease.session().getSessionId().equals(before);
      System.out.println("lease id changed: " + changed);
      check(changed, "another lease");
    }
    // Here each new lease is ended before its first call goes out.
    try (Gateway raw = connect()) {
      Thwarting thwarting = new Thwarting(token -> endBehindItsBack(raw, token));
      try (Gateway gateway = Gateway.at(Environment.ADDRESS).plaintext().intercept(thwarting).build();
          Lease lease = open(gateway)) {
        DirleaseException error = failure(() -> lease.compare(UID));
        check(error.leaseLost(), "the loss as the error");
        check(thwarting.opened() == 2, "one lease opened anew");
      }
    }
  }

  private static void errors() {
    try (Gateway gateway = connect(); Lease lease = open(gateway)) {
      GetEntryRequest nobody = GetEntryRequest.newBuilder().setDn("uid=nobody," + PEOPLE).build();
      DirleaseException missing = failure(() -> lease.getEntry(nobody));
      LdapResult ldap = missing.ldap().orElseThrow();
      check(missing.code() == Status.Code.NOT_FOUND, "NOT_FOUND");
      check(ldap.getCode() == 32 && ldap.getName().equals("noSuchObject"), "32, noSuchObject");
      check(ldap.getMatchedDn().equals(PEOPLE), "the matched DN");

      Attribute unknown = Attribute.newBuilder().setType("noSuchType").addTextValues("x").build();
      Modification add = Modification.newBuilder().setType(Modification.Type.TYPE_ADD).setAttribute(unknown).build();
      ModifyRequest modify = ModifyRequest.newBuilder().setDn(UID.getDn()).addModifications(add).build();
      LdapResult refused = failure(() -> lease.modify(modify)).ldap().orElseThrow();
      check(refused.getCode() == 17, "17");
      check(refused.getDiagnosticMessage().contains("noSuchType"), "the directory's text");

      SearchRequest malformed = SearchRequest.newBuilder().setFilter("(uid=").build();
      DirleaseException error =
          failure(
              () -> {
                try (SearchStream people = lease.search(malformed)) {
                  return people.iterator().hasNext();
                }
              });
      check(error.code() == Status.Code.INVALID_ARGUMENT, "INVALID_ARGUMENT");
      check(error.fieldViolations().get(0).getField().equals("filter"), "the field's name");
    }
  }

  private static void pipeline() {
    SearchRequest one = SearchRequest.newBuilder().setBaseDn(PEOPLE).setFilter("(uid={0})").addAttributes("uid").build();
    GetEntryRequest nobody = GetEntryRequest.newBuilder().setDn("uid=nobody," + PEOPLE).build();
    try (Gateway gateway = connect(); Lease lease = open(gateway); Pipeline pipeline = lease.pipeline()) {
      List<CompletableFuture<?>> answers = new ArrayList<>();
      for (int n = 0; n < 1000; n++) {
        answers.add(
            n == 500
                ? pipeline.getEntry(nobody)
                : pipeline.search(n == 600 ? EVERYBODY : one.toBuilder().addFilterArgs("user." + n).build()));
      }
      for (int n = 0; n < 1000; n++) {
        CompletableFuture<?> answer = answers.get(n);
        if (n == 500) {
          check(failure(answer::join).ldap().orElseThrow().getCode() == 32, "32");
        } else if (n == 600) {
          answer.cancel(true);
          try {
            answer.join();
            throw new AssertionError("expected: cancelled");
          } catch (CancellationException expected) {
            // This one alone.
          }
        } else {
          SearchResult result = (SearchResult) answer.join();
          check(Entries.texts(result.entries().get(0), "uid").equals(List.of("user." + n)), "user." + n);
        }
      }
    }
  }

  private static void keepalive() throws InterruptedException {
    OpenSessionRequest shortest = bind().setTtl(Duration.newBuilder().setNanos(1_000_000)).build();
    try (Gateway gateway = connect(); Lease lease = gateway.open(shortest)) {
      String before = lease.session().getSessionId();
      Thread.sleep(lease.session().getTtl().getSeconds() * 1500);
      lease.whoAmI();
      check(lease.session().getSessionId().equals(before), "the same lease");
    }
  }

  private static Gateway connect() {
    return Gateway.at(Environment.ADDRESS).plaintext().build();
  }

  private static Lease open(Gateway gateway) {
    return gateway.open(Environment.BIND_DN, Environment.BIND_PASSWORD);
  }

  private static OpenSessionRequest.Builder bind() {
    SimpleBind simple =
        SimpleBind.newBuilder().setDn(Environment.BIND_DN).setPassword(Environment.BIND_PASSWORD).build();
    return OpenSessionRequest.newBuilder().setCredentials(BindCredentials.newBuilder().setSimple(simple));
  }

  private static void endBehindItsBack(Gateway gateway, String token) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("ldap-session", Metadata.ASCII_STRING_MARSHALLER), token);
    SessionServiceGrpc.newBlockingStub(gateway.channel())
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .unbind(UnbindRequest.getDefaultInstance());
  }

  private static DirleaseException failure(Supplier<?> call) {
    try {
      call.get();
    } catch (DirleaseException e) {
      return e;
    } catch (CompletionException e) {
      return (DirleaseException) e.getCause();
    }
    throw new AssertionError("expected: an exception");
  }

  private static void check(boolean holds, String what) {
    if (!holds) throw new AssertionError("expected: " + what);
  }
}
