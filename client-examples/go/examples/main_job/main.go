// The main job: open a lease, stream a search, stop early, see that it was abandoned, compare, modify, unbind.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"dirlease.io/dirlease"
	pb "dirlease.io/dirlease/gen/dirleasev1"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err) // The deferred calls still run, so the lease still ends.
	}
	return value
}

func main() {
	ctx, base := context.Background(), os.Getenv("DIRLEASE_BASE")
	conn := must(dirlease.Dial(os.Getenv("DIRLEASE_ADDRESS")))
	defer conn.Close()
	bind := dirlease.Simple(os.Getenv("DIRLEASE_BIND_DN"), os.Getenv("DIRLEASE_BIND_PASSWORD"))
	lease := must(dirlease.Open(ctx, conn, dirlease.Options{Bind: bind, Label: "main_job"}))
	defer lease.Close() // Unbinds.

	everybody := &pb.SearchRequest{BaseDn: base, Filter: "(objectClass=person)", AutoPageSize: new(int32)}
	count := 0
	for entry, err := range lease.Search(ctx, everybody).All() {
		fmt.Println(must(entry, err).Dn, dirlease.Text(entry, "cn"))
		if count++; count == 3 {
			break // Cancels the stream; the gateway sends the directory an Abandon.
		}
	}
	for len(must(lease.GetSession(ctx)).Operations) > 0 {
		time.Sleep(10 * time.Millisecond)
	}
	fmt.Println("nothing runs on the lease any more: the search was abandoned")

	person := "uid=user.1,ou=people," + base
	mail := &pb.CompareRequest_TextValue{TextValue: "nobody@example.com"}
	compared := must(lease.Compare(ctx, &pb.CompareRequest{Dn: person, AttributeType: "mail", Assertion: mail}))
	fmt.Println("is that the mail address?", compared.Matched)

	title := &pb.Attribute{Type: "title", TextValues: []string{"Librarian"}}
	replace := &pb.Modification{Type: pb.Modification_TYPE_REPLACE, Attribute: title}
	must(lease.Modify(ctx, &pb.ModifyRequest{Dn: person, Modifications: []*pb.Modification{replace}}))

	_, err := lease.GetEntry(ctx, &pb.GetEntryRequest{Dn: "uid=nobody,ou=people," + base})
	if failure := (*dirlease.Error)(nil); errors.As(err, &failure) {
		fmt.Printf("LDAP %d %s, the nearest entry is %s\n", failure.LDAPCode(), failure.Result.Name, failure.Result.MatchedDn)
	}
}
