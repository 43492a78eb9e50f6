package io.dirlease.client.bench;

import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPURL;
import com.unboundid.ldap.sdk.SearchScope;
import io.dirlease.client.Gateway;
import io.dirlease.client.Lease;
import io.dirlease.client.Pipeline;
import io.dirlease.client.SearchResult;
import io.dirlease.client.SearchStream;
import io.dirlease.examples.Environment;
import io.dirlease.v1.SearchEntry;
import io.dirlease.v1.SearchRequest;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * gateway|direct: lookups and a search of everybody, through the gateway and by UnboundID's library straight to the directory.
 * One JSON line each, with the CPU time that this process took for a lookup or an entry.
 */
public final class Bench {
  private static final String PEOPLE = "ou=people," + Environment.BASE;
  private static final int LOOKUPS = 10_000;
  private static final int ROUNDS = 5;

  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "gateway" -> throughGateway();
      case "direct" -> direct();
      default -> throw new IllegalArgumentException("gateway|direct");
    }
  }

  private static void throughGateway() throws Exception {
    try (Gateway gateway = Gateway.at(Environment.ADDRESS).plaintext().build();
        Lease lease = gateway.open(Environment.BIND_DN, Environment.BIND_PASSWORD)) {
      measure(
          "lookup",
          "dirlease",
          "pipeline",
          () -> {
            try (Pipeline pipeline = lease.pipeline()) {
              List<CompletableFuture<SearchResult>> answers = new ArrayList<>();
              for (int n = 0; n < LOOKUPS; n++) answers.add(pipeline.search(person(n)));
              int found = 0;
              for (CompletableFuture<SearchResult> answer : answers) found += answer.join().entries().size();
              return found;
            }
          });
      measure("search", "dirlease", "1", () -> count(lease, everybody()));
    }
  }

  private static void direct() throws Exception {
    LDAPURL url = new LDAPURL(System.getenv("DIRLEASE_LDAP_URI"));
    try (LDAPConnection connection =
        new LDAPConnection(url.getHost(), url.getPort(), Environment.BIND_DN, Environment.BIND_PASSWORD)) {
      Lookup one = n -> search(connection, Filter.createEqualityFilter("uid", "user." + n));
      measure("lookup", "UnboundID", "1", () -> onThreads(1, one));
      measure("lookup", "UnboundID", "64", () -> onThreads(64, one));
      Filter everybody = Filter.createEqualityFilter("objectClass", "person");
      measure("search", "UnboundID", "1", () -> search(connection, everybody));
    }
  }

  private static int search(LDAPConnection connection, Filter filter) throws LDAPException {
    return connection.search(PEOPLE, SearchScope.SUB, filter).getEntryCount();
  }

  private static SearchRequest person(int n) {
    return SearchRequest.newBuilder().setBaseDn(PEOPLE).setFilter("(uid={0})").addFilterArgs("user." + n).build();
  }

  private static SearchRequest everybody() {
    return SearchRequest.newBuilder().setBaseDn(PEOPLE).setFilter("(objectClass=person)").build();
  }

  private static int count(Lease lease, SearchRequest request) {
    int count = 0;
    try (SearchStream people = lease.search(request)) {
      for (SearchEntry ignored : people) count++;
    }
    return count;
  }

  private interface Lookup {
    int find(int n) throws Exception;
  }

  private static int onThreads(int threads, Lookup lookup) throws InterruptedException, ExecutionException {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Integer>> found = new ArrayList<>();
      for (int n = 0; n < LOOKUPS; n++) {
        int number = n;
        found.add(executor.submit(() -> lookup.find(number)));
      }
      int count = 0;
      for (Future<Integer> one : found) count += one.get();
      return count;
    } finally {
      executor.shutdown();
    }
  }

  // The best of some rounds: the first ones warm up, and the machine may do something else at times.
  private static void measure(String what, String library, String outstanding, Callable<Integer> run) throws Exception {
    var process = ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
    double best = 0;
    double cpuMicros = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long cpu = process.getProcessCpuTime();
      long begin = System.nanoTime();
      int count = run.call();
      double perSecond = count * 1e9 / (System.nanoTime() - begin);
      if (perSecond > best) {
        best = perSecond;
        cpuMicros = (process.getProcessCpuTime() - cpu) / 1e3 / count;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "{\"what\":\"%s\",\"library\":\"%s\",\"outstanding\":\"%s\",\"per_second\":%.0f,\"cpu_us\":%.1f}%n",
        what, library, outstanding, best, cpuMicros);
  }
}
