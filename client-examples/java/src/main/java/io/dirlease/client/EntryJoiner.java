package io.dirlease.client;

import io.dirlease.v1.Attribute;
import io.dirlease.v1.SearchEntry;

/** Large entries come in pieces, each but the last {@code continued}: puts them together again. */
final class EntryJoiner {
  private SearchEntry.Builder begun;

  /** The entry, when this part completes it, else null. */
  SearchEntry join(SearchEntry part) {
    if (begun == null) {
      if (!part.getContinued()) return part;
      begun = part.toBuilder();
      return null;
    }
    part.getAttributesList().forEach(this::append);
    begun.addAllControls(part.getControlsList());
    if (part.getContinued()) return null;
    SearchEntry whole = begun.setContinued(false).build();
    begun = null;
    return whole;
  }

  private void append(Attribute attribute) {
    for (Attribute.Builder known : begun.getAttributesBuilderList()) {
      if (known.getType().equals(attribute.getType())) {
        known.addAllValues(attribute.getValuesList()).addAllTextValues(attribute.getTextValuesList());
        return;
      }
    }
    begun.addAttributes(attribute);
  }
}
