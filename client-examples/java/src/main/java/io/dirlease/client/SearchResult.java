package io.dirlease.client;

import io.dirlease.v1.SearchDone;
import io.dirlease.v1.SearchEntry;
import io.dirlease.v1.SearchReference;
import java.util.List;

/** The whole of a small search. */
public record SearchResult(List<SearchEntry> entries, List<SearchReference> references, SearchDone done) {}
