package io.dirlease.examples;

import io.dirlease.client.DirleaseException;
import io.dirlease.client.Entries;
import io.dirlease.client.Gateway;
import io.dirlease.client.Lease;
import io.dirlease.client.SearchStream;
import io.dirlease.v1.*;

/** The main job: open a lease, stream a search, stop early, see that it was abandoned, compare, modify, unbind. */
public final class MainJob {
  public static void main(String[] arguments) throws InterruptedException {
    try (Gateway gateway = Gateway.at(Environment.ADDRESS).plaintext().build();
        Lease lease = gateway.open(Environment.BIND_DN, Environment.BIND_PASSWORD)) {
      System.out.printf("lease %s is %s%n", lease.session().getSessionId(), lease.whoAmI().getAuthorizationId());

      SearchRequest everybody =
          SearchRequest.newBuilder().setBaseDn(Environment.BASE).setFilter("(objectClass={0})").addFilterArgs("person")
              .setAutoPageSize(0).setOperationId("people").build();
      int read = 0;
      try (SearchStream people = lease.search(everybody)) {
        for (SearchEntry person : people) {
          System.out.println(person.getDn() + ": " + String.join(", ", Entries.texts(person, "mail")));
          if (++read == 5) break;
        }
      } // Closing the stream abandons the search at the directory.
      while (lease.describe().getOperationsList().stream().anyMatch(o -> o.getOperationId().equals("people"))) Thread.sleep(1);
      System.out.printf("stopped after %d; the search no longer runs%n", read);

      String person = "uid=user.1,ou=people," + Environment.BASE;
      CompareRequest uid =
          CompareRequest.newBuilder().setDn(person).setAttributeType("uid").setTextValue("user.1").build();
      System.out.printf("%s has the uid user.1: %s%n", person, lease.compare(uid).getMatched());

      Attribute description =
          Attribute.newBuilder().setType("description").addTextValues("seen by the Java client").build();
      Modification replace =
          Modification.newBuilder().setType(Modification.Type.TYPE_REPLACE).setAttribute(description).build();
      lease.modify(ModifyRequest.newBuilder().setDn(person).addModifications(replace).build());
      GetEntryResponse found = lease.getEntry(GetEntryRequest.newBuilder().setDn(person).build());
      System.out.println("description: " + Entries.texts(found.getEntry(), "description"));

      try {
        lease.getEntry(GetEntryRequest.newBuilder().setDn("uid=nobody,ou=people," + Environment.BASE).build());
      } catch (DirleaseException e) {
        LdapResult ldap = e.ldap().orElseThrow(() -> e);
        System.out.printf("uid=nobody: %s (%d), there is %s%n", ldap.getName(), ldap.getCode(), ldap.getMatchedDn());
      }
      System.out.println("unbound; operations that still ran: " + lease.unbind().getAbandonedOperations());
    }
  }
}
