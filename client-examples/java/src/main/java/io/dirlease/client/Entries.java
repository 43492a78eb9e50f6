package io.dirlease.client;

import com.google.protobuf.ByteString;
import io.dirlease.v1.Attribute;
import io.dirlease.v1.SearchEntry;
import java.util.List;
import java.util.Optional;

/** Reads entries. */
public final class Entries {
  private Entries() {}

  /** An attribute's values as text; none when the entry does not have it. */
  public static List<String> texts(SearchEntry entry, String type) {
    return find(entry, type)
        .map(
            attribute ->
                attribute.getTextValuesCount() > 0
                    ? List.copyOf(attribute.getTextValuesList())
                    : attribute.getValuesList().stream().map(ByteString::toStringUtf8).toList())
        .orElse(List.of());
  }

  /** An attribute's values as octets; none when the entry does not have it. */
  public static List<ByteString> bytes(SearchEntry entry, String type) {
    return find(entry, type)
        .map(
            attribute ->
                attribute.getValuesCount() > 0
                    ? attribute.getValuesList()
                    : attribute.getTextValuesList().stream().map(ByteString::copyFromUtf8).toList())
        .orElse(List.of());
  }

  private static Optional<Attribute> find(SearchEntry entry, String type) {
    return entry.getAttributesList().stream().filter(attribute -> attribute.getType().equalsIgnoreCase(type)).findFirst();
  }
}
