package io.dirlease.client;

import io.dirlease.v1.AddRequest;
import io.dirlease.v1.AddResponse;
import io.dirlease.v1.ChangePasswordRequest;
import io.dirlease.v1.ChangePasswordResponse;
import io.dirlease.v1.CompareRequest;
import io.dirlease.v1.CompareResponse;
import io.dirlease.v1.DeleteRequest;
import io.dirlease.v1.DeleteResponse;
import io.dirlease.v1.DirectoryServiceGrpc;
import io.dirlease.v1.ExtendedRequest;
import io.dirlease.v1.ExtendedResponse;
import io.dirlease.v1.GetEntryRequest;
import io.dirlease.v1.GetEntryResponse;
import io.dirlease.v1.ModifyDnRequest;
import io.dirlease.v1.ModifyDnResponse;
import io.dirlease.v1.ModifyRequest;
import io.dirlease.v1.ModifyResponse;
import io.dirlease.v1.PipelineCall;
import io.dirlease.v1.PipelineReply;
import io.dirlease.v1.PipelineRequest;
import io.dirlease.v1.PipelineResponse;
import io.dirlease.v1.SearchEntry;
import io.dirlease.v1.SearchReference;
import io.dirlease.v1.SearchRequest;
import io.dirlease.v1.WhoAmIRequest;
import io.dirlease.v1.WhoAmIResponse;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Many operations of a lease on one stream. Submit as many as there are, join each: what is ready goes out in one message, and
 * answers come several in one. A failed call completes its own future only, with a {@link DirleaseException}; cancelling the
 * future abandons the operation. Futures complete on gRPC's threads. When the stream ends early, each call without an answer
 * completes with its error, and so does each that is submitted then: take another pipeline, which opens a lost lease anew.
 * Thread-safe.
 */
public final class Pipeline implements AutoCloseable {
  /**
   * Calls on their way; more wait here. A lease runs 64 at once, the rest waits at the gateway, so that its next calls come in
   * large messages.
   */
  private static final int WINDOW = 1024;

  /** Beyond this, larger messages gain nothing. */
  private static final int MOST_CALLS_A_MESSAGE = 256;

  private final LeaseCore lease;
  private final com.google.protobuf.Duration timeout;
  private final Set<Call<?>> waiting = new LinkedHashSet<>();
  private final Map<Long, Call<?>> running = new HashMap<>();
  private Exchange exchange;
  private boolean recovering;
  private boolean mayReopen = true;
  private boolean halfClosed;
  private DirleaseException failure;
  private boolean flushing;
  private boolean closed;
  private boolean cancelled;
  private long lastId;

  /** {@code deadline} of each call; null: none. */
  Pipeline(LeaseCore lease, Duration deadline) {
    this.lease = lease;
    timeout = deadline == null ? null : Times.to(deadline);
    begin();
  }

  /** The whole result: for lookups and other small searches. {@link Lease#search} streams large ones. */
  public CompletableFuture<SearchResult> search(SearchRequest request) {
    return submit(call().setSearch(request), new SearchAnswer());
  }

  public CompletableFuture<GetEntryResponse> getEntry(GetEntryRequest request) {
    return submit(call().setGetEntry(request), PipelineReply::getGetEntry);
  }

  public CompletableFuture<CompareResponse> compare(CompareRequest request) {
    return submit(call().setCompare(request), PipelineReply::getCompare);
  }

  public CompletableFuture<WhoAmIResponse> whoAmI() {
    return submit(call().setWhoAmI(WhoAmIRequest.getDefaultInstance()), PipelineReply::getWhoAmI);
  }

  public CompletableFuture<AddResponse> add(AddRequest request) {
    return submit(call().setAdd(request), PipelineReply::getAdd);
  }

  public CompletableFuture<ModifyResponse> modify(ModifyRequest request) {
    return submit(call().setModify(request), PipelineReply::getModify);
  }

  public CompletableFuture<DeleteResponse> delete(DeleteRequest request) {
    return submit(call().setDeleteEntry(request), PipelineReply::getDeleteEntry);
  }

  public CompletableFuture<ModifyDnResponse> modifyDn(ModifyDnRequest request) {
    return submit(call().setModifyDn(request), PipelineReply::getModifyDn);
  }

  public CompletableFuture<ChangePasswordResponse> changePassword(ChangePasswordRequest request) {
    return submit(call().setChangePassword(request), PipelineReply::getChangePassword);
  }

  public CompletableFuture<ExtendedResponse> extended(ExtendedRequest request) {
    return submit(call().setExtended(request), PipelineReply::getExtended);
  }

  /** Takes no more calls, and returns when all have been answered. Interrupted, it abandons them. */
  @Override
  public synchronized void close() {
    closed = true;
    try {
      while (!waiting.isEmpty() || !running.isEmpty()) wait();
      if (exchange != null && !cancelled && !halfClosed) {
        halfClosed = true; // Once, whoever else closes.
        exchange.requests.onCompleted();
      }
      while (exchange != null) wait();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      cancel();
    }
  }

  /** Abandons everything that has not been answered. */
  public void cancel() {
    synchronized (this) {
      closed = true;
      cancelled = true;
      if (exchange != null) exchange.requests.cancel("the pipeline was cancelled", null);
    }
    fail(DirleaseException.of(Status.CANCELLED.withDescription("the pipeline was cancelled").asRuntimeException()));
  }

  private PipelineCall.Builder call() {
    PipelineCall.Builder call = PipelineCall.newBuilder();
    return timeout == null ? call : call.setTimeout(timeout);
  }

  private synchronized <T> CompletableFuture<T> submit(PipelineCall.Builder message, Function<PipelineReply, T> read) {
    if (closed) throw new IllegalStateException("the pipeline is closed");
    Call<T> call = new Call<>(message, read);
    if (failure != null) {
      call.completeExceptionally(failure);
      return call;
    }
    waiting.add(call);
    flushSoon();
    return call;
  }

  // On another thread, so that what is submitted, or finds room, until it runs shares the message.
  private synchronized void flushSoon() {
    // Not one call for each answer, but half a window at a time.
    if (flushing || waiting.isEmpty() || running.size() > WINDOW / 2) return;
    flushing = true;
    lease.gateway().timers().execute(this::flush);
  }

  private synchronized void flush() {
    flushing = false;
    send();
  }

  private synchronized void send() {
    while (!recovering && !waiting.isEmpty() && running.size() < WINDOW) sendOne();
  }

  private void sendOne() {
    PipelineRequest.Builder request = PipelineRequest.newBuilder();
    Iterator<Call<?>> next = waiting.iterator();
    while (next.hasNext() && running.size() < WINDOW && request.getCallsCount() < MOST_CALLS_A_MESSAGE) {
      Call<?> call = next.next();
      next.remove();
      call.id = ++lastId;
      running.put(call.id, call);
      request.addCalls(call.message.setId(call.id));
    }
    if (exchange == null) begin();
    exchange.requests.onNext(request.build());
  }

  private synchronized void abandon(Call<?> call) {
    if (waiting.remove(call)) {
      notifyAll();
    } else if (exchange != null && running.containsKey(call.id)) {
      PipelineCall abandon = PipelineCall.newBuilder().setAbandon(call.id).build();
      exchange.requests.onNext(PipelineRequest.newBuilder().addCalls(abandon).build());
    }
  }

  private void begin() {
    exchange = new Exchange(lease.granted());
    DirectoryServiceGrpc.newStub(lease.channel()).pipeline(exchange);
  }

  private void fail(DirleaseException error) {
    List<Call<?>> all = new ArrayList<>();
    synchronized (this) {
      all.addAll(running.values());
      all.addAll(waiting);
      running.clear();
      waiting.clear();
      notifyAll();
    }
    all.forEach(call -> call.completeExceptionally(error));
  }

  // A stream that is refused because its lease is gone has begun nothing: its calls go to a new lease, once. Every other end is
  // the pipeline's.
  private void lost(Exchange lost, DirleaseException error) {
    synchronized (this) {
      if (exchange != lost) return;
      exchange = null;
      recovering = true;
    }
    try {
      if (!mayReopen) throw error;
      mayReopen = false;
      lease.recover(lost.granted, error, null);
      synchronized (this) {
        List<Call<?>> later = List.copyOf(waiting);
        waiting.clear();
        running.values().stream().filter(call -> !call.isDone()).forEach(waiting::add);
        running.clear();
        waiting.addAll(later);
      }
    } catch (DirleaseException unrecovered) {
      synchronized (this) {
        failure = unrecovered;
      }
      fail(unrecovered);
    }
    synchronized (this) {
      recovering = false;
      notifyAll();
      send();
    }
  }

  /** One life of the stream. */
  private final class Exchange implements ClientResponseObserver<PipelineRequest, PipelineResponse> {
    final LeaseCore.Granted granted;
    ClientCallStreamObserver<PipelineRequest> requests;

    Exchange(LeaseCore.Granted granted) {
      this.granted = granted;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<PipelineRequest> requests) {
      this.requests = requests;
    }

    @Override
    public void onNext(PipelineResponse response) {
      for (PipelineReply reply : response.getRepliesList()) answer(reply);
      flushSoon();
    }

    private void answer(PipelineReply reply) {
      Call<?> call;
      synchronized (Pipeline.this) {
        call = reply.hasStatus() ? running.remove(reply.getId()) : running.get(reply.getId());
        if (running.isEmpty()) Pipeline.this.notifyAll();
      }
      if (call != null) call.take(reply);
    }

    @Override
    public void onError(Throwable error) {
      lost(this, DirleaseException.of(Status.fromThrowable(error).asRuntimeException(Status.trailersFromThrowable(error))));
    }

    @Override
    public void onCompleted() {
      synchronized (Pipeline.this) {
        if (exchange == this) exchange = null;
        Pipeline.this.notifyAll();
      }
    }
  }

  private final class Call<T> extends CompletableFuture<T> {
    final PipelineCall.Builder message;
    private final Function<PipelineReply, T> read;
    long id;

    Call(PipelineCall.Builder message, Function<PipelineReply, T> read) {
      this.message = message;
      this.read = read;
    }

    void take(PipelineReply reply) {
      T value = read.apply(reply);
      if (!reply.hasStatus()) return;
      if (reply.getStatus().getCode() == 0) complete(value);
      else completeExceptionally(DirleaseException.of(reply.getStatus()));
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      boolean cancelled = super.cancel(mayInterruptIfRunning);
      if (cancelled) abandon(this);
      return cancelled;
    }
  }

  /** A search's entries may come in several replies. */
  private static final class SearchAnswer implements Function<PipelineReply, SearchResult> {
    private final EntryJoiner joiner = new EntryJoiner();
    private final List<SearchEntry> entries = new ArrayList<>();
    private final List<SearchReference> references = new ArrayList<>();

    @Override
    public SearchResult apply(PipelineReply reply) {
      for (SearchEntry part : reply.getSearch().getEntriesList()) {
        SearchEntry entry = joiner.join(part);
        if (entry != null) entries.add(entry);
      }
      references.addAll(reply.getSearch().getReferencesList());
      return new SearchResult(entries, references, reply.getSearch().getDone());
    }
  }
}
