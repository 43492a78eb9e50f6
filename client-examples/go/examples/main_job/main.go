// The main job: open a lease, stream a search, stop early, see that it was abandoned, compare, modify, unbind.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"dirlease.io/dirlease"
	pb "dirlease.io/dirlease/gen/dirleasev1"
)

func main() {
	if err := run(context.Background(), os.Getenv("DIRLEASE_BASE")); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, base string) error {
	conn, err := dirlease.Dial(os.Getenv("DIRLEASE_ADDRESS"))
	if err != nil {
		return err
	}
	defer conn.Close()
	bind := dirlease.Simple(os.Getenv("DIRLEASE_BIND_DN"), os.Getenv("DIRLEASE_BIND_PASSWORD"))
	lease, err := dirlease.Open(ctx, conn, dirlease.Options{Bind: bind, Label: "main_job"})
	if err != nil {
		return err
	}
	defer lease.Close() // Unbinds.

	if err := stopEarly(ctx, lease, base); err != nil {
		return err
	}
	person := "uid=user.1,ou=people," + base
	assertion := &pb.CompareRequest_TextValue{TextValue: "nobody@example.com"}
	compared, err := lease.Compare(ctx, &pb.CompareRequest{Dn: person, AttributeType: "mail", Assertion: assertion})
	if err != nil {
		return err
	}
	fmt.Println("is that the mail address?", compared.Matched)
	title := &pb.Attribute{Type: "title", TextValues: []string{"Librarian"}}
	replace := &pb.Modification{Type: pb.Modification_TYPE_REPLACE, Attribute: title}
	_, err = lease.Modify(ctx, &pb.ModifyRequest{Dn: person, Modifications: []*pb.Modification{replace}})
	if err != nil {
		return err
	}
	_, err = lease.GetEntry(ctx, &pb.GetEntryRequest{Dn: "uid=nobody,ou=people," + base})
	if failure := (*dirlease.Error)(nil); errors.As(err, &failure) {
		fmt.Printf("LDAP %d %s, the nearest entry is %s\n", failure.LDAPCode(), failure.Result.Name, failure.Result.MatchedDn)
	}
	return nil
}

func stopEarly(ctx context.Context, lease *dirlease.Lease, base string) error {
	everybody := &pb.SearchRequest{BaseDn: base, Filter: "(objectClass=person)", AutoPageSize: new(int32)}
	count := 0
	for entry, err := range lease.Search(ctx, everybody).All() {
		if err != nil {
			return err
		}
		fmt.Println(entry.Dn, dirlease.Text(entry, "cn"))
		if count++; count == 3 {
			break // Cancels the stream; the gateway sends the directory an Abandon.
		}
	}
	for {
		seen, err := lease.GetSession(ctx)
		if err != nil {
			return err
		}
		if len(seen.Operations) == 0 {
			fmt.Println("nothing runs on the lease any more: the search was abandoned")
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
}
