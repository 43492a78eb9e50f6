// scenario NAME: what tests/clients/run runs, and judges by the directory's own log.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	"dirlease.io/dirlease"
	pb "dirlease.io/dirlease/gen/dirleasev1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

var (
	base      = os.Getenv("DIRLEASE_BASE")
	person    = "uid=user.1,ou=people," + base
	everybody = &pb.SearchRequest{BaseDn: base, Filter: "(objectClass=person)", AutoPageSize: new(int32)}
	uid       = &pb.CompareRequest{
		Dn: person, AttributeType: "uid", Assertion: &pb.CompareRequest_TextValue{TextValue: "user.1"},
	}
	nobody = &pb.GetEntryRequest{Dn: "uid=nobody,ou=people," + base}
)

var scenarios = map[string]func(context.Context, *grpc.ClientConn) error{
	"early-exit": earlyExit, "exception": exception, "killed": killed, "reopen": reopen, "errors": failures,
	"pipeline": pipeline, "keepalive": keepalive,
}

func main() {
	conn, err := dirlease.Dial(os.Getenv("DIRLEASE_ADDRESS"))
	check(err)
	defer conn.Close()
	check(scenarios[os.Args[1]](context.Background(), conn))
	fmt.Println("ok", os.Args[1])
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func open(ctx context.Context, conn grpc.ClientConnInterface, options dirlease.Options) *dirlease.Lease {
	options.Bind = dirlease.Simple(os.Getenv("DIRLEASE_BIND_DN"), os.Getenv("DIRLEASE_BIND_PASSWORD"))
	lease, err := dirlease.Open(ctx, conn, options)
	check(err)
	return lease
}

func earlyExit(ctx context.Context, conn *grpc.ClientConn) error {
	lease := open(ctx, conn, dirlease.Options{})
	count := 0
	for _, err := range lease.Search(ctx, everybody).All() {
		check(err)
		if count++; count == 10 {
			break
		}
	}
	me, err := lease.WhoAmI(ctx, &pb.WhoAmIRequest{})
	check(err)
	if me.AuthorizationId != "dn:"+os.Getenv("DIRLEASE_BIND_DN") {
		return fmt.Errorf("another identity: %s", me.AuthorizationId)
	}
	check(lease.Close())
	return lease.Close() // Once more is no error.
}

func exception(ctx context.Context, conn *grpc.ClientConn) (err error) {
	defer func() {
		if recover() != "mine" {
			err = errors.New("the panic was lost")
		}
	}()
	lease := open(ctx, conn, dirlease.Options{})
	defer lease.Close()
	panic("mine")
}

func killed(ctx context.Context, conn *grpc.ClientConn) error {
	lease := open(ctx, conn, dirlease.Options{Tether: true, TetherGrace: 100 * time.Millisecond})
	defer lease.Close()
	for _, err := range lease.Search(ctx, everybody).All() {
		check(err)
		fmt.Println("reading")
		time.Sleep(time.Hour)
	}
	return nil
}

// lossy ends each lease right behind its opening, while it is told to, and as often as it is asked to.
type lossy struct {
	*grpc.ClientConn
	token string
	again bool
}

func (c *lossy) Invoke(ctx context.Context, method string, in, out any, options ...grpc.CallOption) error {
	var header metadata.MD
	err := c.ClientConn.Invoke(ctx, method, in, out, append(options, grpc.Header(&header))...)
	if _, is := out.(*pb.OpenSessionResponse); is && err == nil {
		c.token = header.Get("ldap-session")[0]
		if c.again {
			c.loseLease(ctx)
		}
	}
	return err
}

func (c *lossy) loseLease(ctx context.Context) {
	sessions := pb.NewSessionServiceClient(c.ClientConn)
	ctx = metadata.NewOutgoingContext(ctx, metadata.Pairs("ldap-session", c.token))
	_, err := sessions.Unbind(ctx, &pb.UnbindRequest{})
	check(err)
}

func reopen(ctx context.Context, conn *grpc.ClientConn) error {
	faulty := &lossy{ClientConn: conn}
	lease := open(ctx, faulty, dirlease.Options{})
	defer lease.Close()
	first := lease.Session().SessionId

	faulty.loseLease(ctx)
	compared, err := lease.Compare(ctx, uid)
	check(err)
	fmt.Println("true?", compared.Matched, "another lease:", lease.Session().SessionId != first)

	faulty.loseLease(ctx)
	count := 0
	for _, err := range lease.Search(ctx, &pb.SearchRequest{BaseDn: base, Filter: "(uid=user.1)"}).All() {
		check(err)
		count++
	}
	if count != 1 {
		return fmt.Errorf("%d entries", count)
	}

	faulty.loseLease(ctx)
	pipeline := lease.Pipeline(ctx)
	_, err = pipeline.Compare(uid).Wait(ctx)
	check(err)
	check(pipeline.Close())

	faulty.again = true
	faulty.loseLease(ctx)
	if _, err = lease.Compare(ctx, uid); status.Code(err) != codes.Unauthenticated {
		return fmt.Errorf("a second loss is an error, not %v", err)
	}
	pipeline = lease.Pipeline(ctx)
	if _, err = pipeline.Compare(uid).Wait(ctx); status.Code(err) != codes.Unauthenticated {
		return fmt.Errorf("a second loss is an error, not %v", err)
	}
	if pipeline.Close() == nil {
		return errors.New("a pipeline that failed says so when it is closed")
	}
	return nil
}

func expectMissing(err error) error {
	failure := (*dirlease.Error)(nil)
	if !errors.As(err, &failure) || failure.Status.Code() != codes.NotFound || failure.Reason != "NO_SUCH_OBJECT" ||
		failure.LDAPCode() != 32 || failure.Result.Name != "noSuchObject" || failure.Result.MatchedDn != "ou=people,"+base {
		return fmt.Errorf("not what a missing entry says: %w", err)
	}
	return nil
}

func failures(ctx context.Context, conn *grpc.ClientConn) error {
	lease := open(ctx, conn, dirlease.Options{})
	defer lease.Close()
	_, err := lease.GetEntry(ctx, nobody)
	fmt.Println(err)
	check(expectMissing(err))

	unknown := &pb.Attribute{Type: "noSuchAttribute", TextValues: []string{"x"}}
	add := &pb.Modification{Type: pb.Modification_TYPE_ADD, Attribute: unknown}
	_, err = lease.Modify(ctx, &pb.ModifyRequest{Dn: person, Modifications: []*pb.Modification{add}})
	fmt.Println(err)
	failure := (*dirlease.Error)(nil)
	if !errors.As(err, &failure) || failure.LDAPCode() != 17 || failure.Result.DiagnosticMessage == "" {
		return fmt.Errorf("not what a refused write says: %w", err)
	}

	for _, err = range lease.Search(ctx, &pb.SearchRequest{BaseDn: base, Filter: "(uid=user.1"}).All() {
		fmt.Println(err)
	}
	if !errors.As(err, &failure) || status.Code(err) != codes.InvalidArgument || failure.Violations["filter"] == "" {
		return fmt.Errorf("not what a malformed filter says: %w", err)
	}
	return nil
}

func pipeline(ctx context.Context, conn *grpc.ClientConn) error {
	lease := open(ctx, conn, dirlease.Options{})
	defer lease.Close()
	pipeline := lease.Pipeline(ctx)
	calls := make([]*dirlease.Call[*dirlease.SearchResult], 999)
	var missing *dirlease.Call[*pb.GetEntryResponse]
	for i := range calls {
		if i == 500 {
			missing = pipeline.GetEntry(nobody)
		}
		calls[i] = pipeline.Search(&pb.SearchRequest{
			BaseDn: base, Filter: "(uid={0})", FilterArgs: []string{"user." + strconv.Itoa(i)},
		})
	}
	long := pipeline.Search(everybody)
	long.Abandon()
	for _, call := range calls {
		if result, err := call.Wait(ctx); err != nil || len(result.Entries) != 1 {
			return fmt.Errorf("one entry was expected: %w", err)
		}
	}
	_, err := missing.Wait(ctx)
	check(expectMissing(err))
	if _, err = long.Wait(ctx); err != nil && status.Code(err) != codes.Canceled {
		return err
	}
	return pipeline.Close()
}

func keepalive(ctx context.Context, conn *grpc.ClientConn) error {
	lease := open(ctx, conn, dirlease.Options{TTL: time.Second})
	defer lease.Close()
	time.Sleep(lease.Session().Ttl.AsDuration() * 3 / 2)
	_, err := lease.WhoAmI(ctx, &pb.WhoAmIRequest{})
	return err
}
