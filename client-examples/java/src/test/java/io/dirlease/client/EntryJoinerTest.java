package io.dirlease.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.google.protobuf.ByteString;
import io.dirlease.v1.Attribute;
import io.dirlease.v1.SearchEntry;
import java.util.List;
import org.junit.jupiter.api.Test;

class EntryJoinerTest {
  @Test
  void anEntryThatCameInPiecesIsWholeAgain() {
    EntryJoiner joiner = new EntryJoiner();
    assertNull(joiner.join(part(true, "a", "b")));
    assertNull(joiner.join(part(true, "c")));
    SearchEntry whole = joiner.join(part(false, "d"));
    assertEquals(part(false, "a", "b", "c", "d"), whole);
    SearchEntry next = part(false, "z");
    assertSame(next, joiner.join(next));
  }

  @Test
  void valuesReadAsTextOrOctetsHoweverTheyCame() {
    SearchEntry entry =
        SearchEntry.newBuilder()
            .addAttributes(Attribute.newBuilder().setType("cn").addValues(ByteString.copyFromUtf8("Łódź")))
            .addAttributes(Attribute.newBuilder().setType("sn").addTextValues("Ж"))
            .build();
    assertEquals(List.of("Łódź"), Entries.texts(entry, "CN"));
    assertEquals(List.of(ByteString.copyFromUtf8("Ж")), Entries.bytes(entry, "sn"));
    assertEquals(List.of(), Entries.texts(entry, "mail"));
  }

  private static SearchEntry part(boolean continued, String... values) {
    return SearchEntry.newBuilder()
        .setDn("cn=group")
        .addAttributes(Attribute.newBuilder().setType("member").addAllTextValues(List.of(values)))
        .setContinued(continued)
        .build();
  }
}
