package io.dirlease.client;

import io.dirlease.v1.SearchDone;
import io.dirlease.v1.SearchEntry;
import io.dirlease.v1.SearchReference;
import io.dirlease.v1.SearchRequest;
import io.dirlease.v1.SearchResponse;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The entries of a search, as they arrive. The search begins with the first entry asked for; closing early abandons it at the
 * directory, so hold it with try-with-resources. A search of which the whole did not arrive throws {@link DirleaseException}
 * after its last entry. For one thread, once.
 */
public final class SearchStream implements Iterable<SearchEntry>, AutoCloseable {
  private final LeaseCore lease;
  private final SearchRequest request;
  private final Duration deadline;
  private final Context.CancellableContext context = Context.current().withCancellation();
  private final EntryJoiner joiner = new EntryJoiner();
  private final Queue<SearchEntry> ready = new ArrayDeque<>();
  private final List<SearchReference> references = new ArrayList<>();
  private Iterator<SearchResponse> responses;
  private SearchDone done;

  SearchStream(LeaseCore lease, SearchRequest request, Duration deadline) {
    this.lease = lease;
    this.request = request;
    this.deadline = deadline;
  }

  @Override
  public Iterator<SearchEntry> iterator() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        while (ready.isEmpty() && hasResponse()) take(responses.next());
        return !ready.isEmpty();
      }

      @Override
      public SearchEntry next() {
        if (!hasNext()) throw new NoSuchElementException();
        return ready.remove();
      }
    };
  }

  /** The same as a Stream; closing it closes the search too. */
  public Stream<SearchEntry> stream() {
    Spliterator<SearchEntry> entries =
        Spliterators.spliteratorUnknownSize(iterator(), Spliterator.ORDERED | Spliterator.NONNULL);
    return StreamSupport.stream(entries, false).onClose(this::close);
  }

  /** Referrals to other directories that came so far. */
  public List<SearchReference> references() {
    return Collections.unmodifiableList(references);
  }

  /** The directory's own last word, once all entries were read. */
  public Optional<SearchDone> done() {
    return Optional.ofNullable(done);
  }

  /** Abandons the search if it still runs. */
  @Override
  public void close() {
    context.cancel(null);
  }

  // Only the first answer tells of a lease that is gone, so only then the search may begin again.
  private boolean hasResponse() {
    try {
      if (responses != null) return responses.hasNext();
    } catch (StatusRuntimeException e) {
      throw DirleaseException.of(e);
    }
    return lease.call(
        deadline,
        until -> {
          context.run(() -> responses = lease.directory(until).search(request));
          return responses.hasNext();
        });
  }

  private void take(SearchResponse response) {
    for (SearchEntry part : response.getEntriesList()) {
      SearchEntry entry = joiner.join(part);
      if (entry != null) ready.add(entry);
    }
    references.addAll(response.getReferencesList());
    if (response.hasDone()) done = response.getDone();
  }
}
