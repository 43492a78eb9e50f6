package io.dirlease.examples;

import io.dirlease.client.Gateway;
import io.dirlease.client.Lease;
import io.dirlease.client.Pipeline;
import io.dirlease.client.SearchResult;
import io.dirlease.v1.SearchRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Looks up 10,000 people through a pipeline: submit all, join each. */
public final class Lookup {
  private static final int PEOPLE = 10_000;

  public static void main(String[] arguments) {
    SearchRequest template =
        SearchRequest.newBuilder().setBaseDn("ou=people," + Environment.BASE).setFilter("(uid={0})")
            .addAttributes("cn").addAttributes("mail").build();
    try (Gateway gateway = Gateway.at(Environment.ADDRESS).plaintext().build();
        Lease lease = gateway.open(Environment.BIND_DN, Environment.BIND_PASSWORD);
        Pipeline pipeline = lease.pipeline()) {
      long begin = System.nanoTime();
      List<CompletableFuture<SearchResult>> answers = new ArrayList<>();
      for (int n = 0; n < PEOPLE; n++) {
        answers.add(pipeline.search(template.toBuilder().addFilterArgs("user." + n).build()));
      }
      int found = 0;
      for (CompletableFuture<SearchResult> answer : answers) found += answer.join().entries().size();
      double seconds = (System.nanoTime() - begin) / 1e9;
      System.out.printf("%d of %d found in %.2f s: %.0f a second%n", found, PEOPLE, seconds, PEOPLE / seconds);
    }
  }
}
