package io.dirlease.client;

import io.dirlease.v1.AbandonRequest;
import io.dirlease.v1.AbandonResponse;
import io.dirlease.v1.AddRequest;
import io.dirlease.v1.AddResponse;
import io.dirlease.v1.ChangePasswordRequest;
import io.dirlease.v1.ChangePasswordResponse;
import io.dirlease.v1.CompareRequest;
import io.dirlease.v1.CompareResponse;
import io.dirlease.v1.DeleteRequest;
import io.dirlease.v1.DeleteResponse;
import io.dirlease.v1.DirectoryServiceGrpc.DirectoryServiceBlockingStub;
import io.dirlease.v1.ExtendedRequest;
import io.dirlease.v1.ExtendedResponse;
import io.dirlease.v1.GetEntryRequest;
import io.dirlease.v1.GetEntryResponse;
import io.dirlease.v1.GetRootDseRequest;
import io.dirlease.v1.GetRootDseResponse;
import io.dirlease.v1.GetSchemaRequest;
import io.dirlease.v1.GetSchemaResponse;
import io.dirlease.v1.ModifyDnRequest;
import io.dirlease.v1.ModifyDnResponse;
import io.dirlease.v1.ModifyRequest;
import io.dirlease.v1.ModifyResponse;
import io.dirlease.v1.SearchRequest;
import io.dirlease.v1.WhoAmIRequest;
import io.dirlease.v1.WhoAmIResponse;
import java.time.Duration;
import java.util.function.Function;

/**
 * What can be done on a lease, with one deadline for each call. A call blocks its thread; interrupting that, or cancelling
 * the gRPC {@link io.grpc.Context} around it, abandons the operation. Failures are {@link DirleaseException}s. Thread-safe.
 */
public class Operations {
  final LeaseCore lease;
  private final Duration deadline;

  /** {@code deadline} null: none. */
  Operations(LeaseCore lease, Duration deadline) {
    this.lease = lease;
    this.deadline = deadline;
  }

  /** The same operations with another deadline for each call. */
  public Operations withDeadline(Duration deadline) {
    return new Operations(lease, deadline);
  }

  /** The same operations without a deadline. */
  public Operations withoutDeadline() {
    return new Operations(lease, null);
  }

  public SearchStream search(SearchRequest request) {
    return new SearchStream(lease, request, deadline);
  }

  public GetEntryResponse getEntry(GetEntryRequest request) {
    return call(stub -> stub.getEntry(request));
  }

  public CompareResponse compare(CompareRequest request) {
    return call(stub -> stub.compare(request));
  }

  public WhoAmIResponse whoAmI() {
    return call(stub -> stub.whoAmI(WhoAmIRequest.getDefaultInstance()));
  }

  public AddResponse add(AddRequest request) {
    return call(stub -> stub.add(request));
  }

  public ModifyResponse modify(ModifyRequest request) {
    return call(stub -> stub.modify(request));
  }

  public DeleteResponse delete(DeleteRequest request) {
    return call(stub -> stub.delete(request));
  }

  public ModifyDnResponse modifyDn(ModifyDnRequest request) {
    return call(stub -> stub.modifyDn(request));
  }

  public ChangePasswordResponse changePassword(ChangePasswordRequest request) {
    return call(stub -> stub.changePassword(request));
  }

  public ExtendedResponse extended(ExtendedRequest request) {
    return call(stub -> stub.extended(request));
  }

  /** Ends a running operation by its operation id. Closing a search or cancelling a context does it without. */
  public AbandonResponse abandon(AbandonRequest request) {
    return call(stub -> stub.abandon(request));
  }

  public GetRootDseResponse getRootDse() {
    return call(stub -> stub.getRootDse(GetRootDseRequest.getDefaultInstance()));
  }

  public GetSchemaResponse getSchema(GetSchemaRequest request) {
    return call(stub -> stub.getSchema(request));
  }

  /** Many operations on one stream: by far the cheapest way to look things up. The deadline is that of each operation. */
  public Pipeline pipeline() {
    return new Pipeline(lease, deadline);
  }

  private <T> T call(Function<DirectoryServiceBlockingStub, T> call) {
    return lease.call(deadline, until -> call.apply(lease.directory(until)));
  }
}
