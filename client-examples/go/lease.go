package dirlease

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	pb "dirlease.io/dirlease/gen/dirleasev1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

const (
	tokenHeader = "ldap-session"
	// Of calls that are made in the background: a gateway that is gone must not hold up the caller.
	ownTimeout = 5 * time.Second
	// Between the loss of a tether's stream and the next try.
	tetherPause = time.Second
)

// Options of a lease. The zero value is an anonymous lease at the gateway's default directory.
type Options struct {
	Bind *pb.BindCredentials
	// One of the directories that the gateway knows.
	Target string
	// Wanted idle time to live; 0 leaves it to the gateway.
	TTL time.Duration
	// For operators, seen in the gateway's lists and logs.
	Label string
	// Deadline of calls whose context has none; 0 is 30 s, below 0 is none.
	Timeout time.Duration
	// Tether ends the lease TetherGrace after this process, or the way to it, is gone. Else it ends idle.
	Tether      bool
	TetherGrace time.Duration
}

// Lease is one bound identity at the directory, safe for goroutines. All operations of the contract are its methods, by way of
// the embedded client, with the lease's token, a deadline, and an [*Error] on failure.
//
// A call that finds the lease gone (expired, revoked, directory restarted) opens a new one and is made again, once; the gateway
// refused it, so this is right for writes too.
type Lease struct {
	pb.DirectoryServiceClient
	conn      grpc.ClientConnInterface
	sessions  pb.SessionServiceClient
	directory pb.DirectoryServiceClient // Without token.
	options   Options
	timeout   *durationpb.Duration // Of pipelined calls.

	opening sync.Mutex
	current atomic.Pointer[opened]
	used    atomic.Int64 // Unix time in nanoseconds.
	ended   context.Context
	end     context.CancelFunc
}

// opened is one life of a lease.
type opened struct {
	token   string
	session *pb.Session
	lost    context.CancelFunc
}

// Open opens a lease. Close it.
func Open(ctx context.Context, conn grpc.ClientConnInterface, options Options) (*Lease, error) {
	if options.Timeout == 0 {
		options.Timeout = 30 * time.Second
	}
	lease := &Lease{
		conn: conn, sessions: pb.NewSessionServiceClient(conn), directory: pb.NewDirectoryServiceClient(conn), options: options,
	}
	if options.Timeout > 0 {
		lease.timeout = durationpb.New(options.Timeout)
	}
	lease.DirectoryServiceClient = pb.NewDirectoryServiceClient(&leasedConn{lease})
	lease.ended, lease.end = context.WithCancel(context.Background())
	if err := lease.open(ctx); err != nil {
		lease.end()
		return nil, err
	}
	go lease.keepAlive()
	return lease, nil
}

// Close ends the lease by Unbind, and with it what still runs on it. Once more is no error.
func (l *Lease) Close() error {
	l.opening.Lock()
	defer l.opening.Unlock()
	if l.ended.Err() != nil {
		return nil
	}
	defer l.end()
	return l.unbind(l.current.Load().token)
}

func (l *Lease) unbind(token string) error {
	ctx, cancel := context.WithTimeout(context.Background(), ownTimeout)
	defer cancel()
	_, err := l.sessions.Unbind(withToken(ctx, token), &pb.UnbindRequest{})
	return FromError(err)
}

// Session describes the lease as it was opened. Its id is safe in logs; it is another one after the lease was reopened.
func (l *Lease) Session() *pb.Session { return l.current.Load().session }

// GetSession is the lease as the gateway sees it, with the operations that run on it.
func (l *Lease) GetSession(ctx context.Context) (*pb.GetSessionResponse, error) {
	return pb.NewSessionServiceClient(&leasedConn{l}).GetSession(ctx, &pb.GetSessionRequest{})
}

func (l *Lease) open(ctx context.Context) error {
	// With a request id, an OpenSession that gRPC itself sends twice opens one lease.
	request := &pb.OpenSessionRequest{
		Target: l.options.Target, Credentials: l.options.Bind, Label: l.options.Label, RequestId: newUUID(),
	}
	if l.options.TTL > 0 {
		request.Ttl = durationpb.New(l.options.TTL)
	}
	ctx, cancel := l.withDeadline(ctx)
	defer cancel()
	var header metadata.MD
	response, err := l.sessions.OpenSession(ctx, request, grpc.Header(&header))
	if err != nil {
		return FromError(err)
	}
	token := response.Token
	if wrapped := header.Get(tokenHeader); len(wrapped) > 0 {
		token = wrapped[0] // A sticky proxy wraps it: this one finds the way back.
	}
	life, lost := context.WithCancel(l.ended)
	l.used.Store(time.Now().UnixNano())
	if l.options.Tether {
		stop := context.AfterFunc(ctx, lost) // The stream has no deadline, its first message has the call's.
		stream, err := l.hold(life, token)
		stop()
		if err != nil {
			lost()
			_ = l.unbind(token) // Nobody else would end it.
			return err
		}
		go l.stayTethered(life, token, stream)
	}
	if before := l.current.Swap(&opened{token: token, session: response.Session, lost: lost}); before != nil {
		before.lost()
	}
	return nil
}

// reopen opens another lease in place of the lost one, unless another goroutine did it.
func (l *Lease) reopen(ctx context.Context, lost *opened) error {
	l.opening.Lock()
	defer l.opening.Unlock()
	if l.ended.Err() != nil {
		return fromStatus(status.New(codes.FailedPrecondition, "the lease is closed"))
	}
	if l.current.Load() != lost {
		return nil
	}
	return l.open(ctx)
}

// attempt makes a call, with the token of the lease in its context; if the lease is lost, opens another and makes it again.
func (l *Lease) attempt(ctx context.Context, call func(context.Context) error) error {
	now := l.use()
	err := FromError(call(withToken(ctx, now.token)))
	if !leaseLost(err) {
		return err
	}
	if err := l.reopen(ctx, now); err != nil {
		return err
	}
	return FromError(call(withToken(ctx, l.use().token)))
}

func (l *Lease) use() *opened {
	l.used.Store(time.Now().UnixNano())
	return l.current.Load()
}

func (l *Lease) withDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, has := ctx.Deadline(); has || l.options.Timeout < 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, l.options.Timeout)
}

// Metadata that the caller put into the context, a traceparent for example, goes along.
func withToken(ctx context.Context, token string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, tokenHeader, token)
}

// keepAlive renews the lease when no call has done so for a third of its time to live.
func (l *Lease) keepAlive() {
	for {
		now := l.current.Load()
		idle := time.Until(time.Unix(0, l.used.Load()).Add(now.session.Ttl.AsDuration() / 3))
		if idle > 0 {
			select {
			case <-l.ended.Done():
				return
			case <-time.After(idle):
			}
			continue
		}
		l.used.Store(time.Now().UnixNano())
		ctx, cancel := context.WithTimeout(l.ended, ownTimeout)
		// Of an error the next call hears the same, and reopens.
		_, _ = l.sessions.KeepAlive(withToken(ctx, now.token), &pb.KeepAliveRequest{})
		cancel()
	}
}

// hold returns when the tether stands.
func (l *Lease) hold(ctx context.Context, token string) (grpc.ServerStreamingClient[pb.HoldSessionResponse], error) {
	request := &pb.HoldSessionRequest{Tether: true, TetherGrace: durationpb.New(l.options.TetherGrace)}
	stream, err := l.sessions.HoldSession(withToken(ctx, token), request)
	if err == nil {
		_, err = stream.Recv()
	}
	return stream, FromError(err)
}

func (l *Lease) stayTethered(
	ctx context.Context, token string, stream grpc.ServerStreamingClient[pb.HoldSessionResponse],
) {
	var err error
	for {
		for err == nil {
			_, err = stream.Recv()
		}
		if code := status.Code(err); code == codes.Unauthenticated || code == codes.Aborted {
			return // The lease has ended.
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(tetherPause):
		}
		stream, err = l.hold(ctx, token)
	}
}

// leasedConn makes calls of the generated code calls on a lease.
type leasedConn struct{ lease *Lease }

func (c *leasedConn) Invoke(ctx context.Context, method string, in, out any, options ...grpc.CallOption) error {
	ctx, cancel := c.lease.withDeadline(ctx)
	defer cancel()
	return c.lease.attempt(ctx, func(ctx context.Context) error {
		return c.lease.conn.Invoke(ctx, method, in, out, options...)
	})
}

// NewStream gives a stream no deadline: a Sync may live for ever.
func (c *leasedConn) NewStream(
	ctx context.Context, description *grpc.StreamDesc, method string, options ...grpc.CallOption,
) (grpc.ClientStream, error) {
	return c.lease.conn.NewStream(withToken(ctx, c.lease.use().token), description, method, options...)
}

// newUUID is a random one (version 4 of RFC 9562).
func newUUID() string {
	var octets [16]byte
	_, _ = rand.Read(octets[:]) // Never fails.
	octets[6], octets[8] = octets[6]&0x0f|0x40, octets[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", octets[:4], octets[4:6], octets[6:8], octets[8:10], octets[10:])
}
