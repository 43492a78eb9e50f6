package dirlease

import (
	"context"
	"net"
	"regexp"
	"testing"
	"time"

	pb "dirlease.io/dirlease/gen/dirleasev1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

// gateway plays a gateway whose proxy wraps tokens.
type gateway struct {
	pb.UnimplementedSessionServiceServer
	pb.UnimplementedDirectoryServiceServer
	metadata metadata.MD
	deadline time.Duration
	unbound  int
	batches  []int
	begin    chan struct{} // Pipelines are read from then on.
	silent   bool          // Pipelines answer what was abandoned, nothing else.
}

func (g *gateway) OpenSession(ctx context.Context, r *pb.OpenSessionRequest) (*pb.OpenSessionResponse, error) {
	if err := grpc.SetHeader(ctx, metadata.Pairs(tokenHeader, "wrapped")); err != nil {
		return nil, err
	}
	session := &pb.Session{SessionId: r.RequestId, Ttl: durationpb.New(time.Hour)}
	return &pb.OpenSessionResponse{Token: "plain", Session: session}, nil
}

func (g *gateway) Unbind(context.Context, *pb.UnbindRequest) (*pb.UnbindResponse, error) {
	g.unbound++
	return &pb.UnbindResponse{}, nil
}

func (g *gateway) WhoAmI(ctx context.Context, _ *pb.WhoAmIRequest) (*pb.WhoAmIResponse, error) {
	g.metadata, _ = metadata.FromIncomingContext(ctx)
	deadline, _ := ctx.Deadline()
	g.deadline = time.Until(deadline)
	return &pb.WhoAmIResponse{}, nil
}

func (g *gateway) Pipeline(stream grpc.BidiStreamingServer[pb.PipelineRequest, pb.PipelineResponse]) error {
	<-g.begin
	for {
		request, err := stream.Recv()
		if err != nil {
			return nil
		}
		g.batches = append(g.batches, len(request.Calls))
		response := &pb.PipelineResponse{}
		for _, call := range request.Calls {
			if g.silent {
				if abandoned := call.GetAbandon(); abandoned != 0 {
					canceled := &pb.CallStatus{Code: int32(codes.Canceled)}
					response.Replies = append(response.Replies, &pb.PipelineReply{Id: abandoned, Status: canceled})
				}
				continue
			}
			response.Replies = append(response.Replies, &pb.PipelineReply{
				Id: call.Id, Status: &pb.CallStatus{}, Reply: &pb.PipelineReply_WhoAmI{WhoAmI: &pb.WhoAmIResponse{}},
			})
		}
		if err := stream.Send(response); err != nil {
			return err
		}
	}
}

func dialTo(t *testing.T, g *gateway) *grpc.ClientConn {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	pb.RegisterSessionServiceServer(server, g)
	pb.RegisterDirectoryServiceServer(server, g)
	go server.Serve(listener)
	t.Cleanup(server.Stop)
	conn, err := Dial(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func openAt(t *testing.T, g *gateway, options Options) *Lease {
	t.Helper()
	lease, err := Open(t.Context(), dialTo(t, g), options)
	if err != nil {
		t.Fatal(err)
	}
	return lease
}

func TestCallsCarryTheWrappedTokenTheCallersMetadataAndADeadline(t *testing.T) {
	g := &gateway{}
	lease := openAt(t, g, Options{Timeout: time.Minute})
	ctx := metadata.AppendToOutgoingContext(t.Context(), "traceparent", "00-1-2-01")
	if _, err := lease.WhoAmI(ctx, &pb.WhoAmIRequest{}); err != nil {
		t.Fatal(err)
	}
	if got := g.metadata.Get(tokenHeader); len(got) != 1 || got[0] != "wrapped" {
		t.Errorf("token %v", got)
	}
	if got := g.metadata.Get("traceparent"); len(got) != 1 {
		t.Errorf("traceparent %v", got)
	}
	if g.deadline < 30*time.Second || g.deadline > time.Minute {
		t.Errorf("%v left", g.deadline)
	}
}

func TestCloseUnbindsOnce(t *testing.T) {
	g := &gateway{}
	lease := openAt(t, g, Options{})
	for range 2 {
		if err := lease.Close(); err != nil {
			t.Error(err)
		}
	}
	if g.unbound != 1 {
		t.Errorf("%d Unbinds", g.unbound)
	}
}

func TestALeaseThatCannotBeTetheredIsUnbound(t *testing.T) {
	g := &gateway{}
	conn := dialTo(t, g)
	if _, err := Open(t.Context(), conn, Options{Tether: true}); status.Code(err) != codes.Unimplemented {
		t.Errorf("got %v", err)
	}
	if g.unbound != 1 {
		t.Errorf("%d Unbinds", g.unbound)
	}
}

func TestWhatIsReadyGoesInOneMessage(t *testing.T) {
	g := &gateway{begin: make(chan struct{})}
	lease := openAt(t, g, Options{})
	defer lease.Close()
	pipeline := lease.Pipeline(t.Context())
	for range 10 * mostCallsAMessage {
		pipeline.WhoAmI(&pb.WhoAmIRequest{})
	}
	close(g.begin)
	if err := pipeline.Close(); err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, size := range g.batches {
		if size > mostCallsAMessage {
			t.Errorf("%d calls in a message", size)
		}
		total += size
	}
	if total != 10*mostCallsAMessage || len(g.batches) > 40 {
		t.Errorf("%d calls in %d messages", total, len(g.batches))
	}
	if _, err := pipeline.WhoAmI(&pb.WhoAmIRequest{}).Wait(t.Context()); err == nil {
		t.Error("a closed pipeline takes no call")
	}
}

func TestACallMayBeAbandonedBeforeTheStreamHasBegun(t *testing.T) {
	g := &gateway{begin: make(chan struct{}), silent: true}
	close(g.begin)
	lease := openAt(t, g, Options{})
	defer lease.Close()
	pipeline := lease.Pipeline(t.Context())
	call := pipeline.WhoAmI(&pb.WhoAmIRequest{})
	call.Abandon()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := call.Wait(ctx); status.Code(err) != codes.Canceled {
		t.Errorf("got %v", err)
	}
	if err := pipeline.Close(); err != nil {
		t.Error(err)
	}
}

func TestRequestIDsAreUUIDs(t *testing.T) {
	first, second := newUUID(), newUUID()
	if first == second || !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(first) {
		t.Error(first, second)
	}
}
