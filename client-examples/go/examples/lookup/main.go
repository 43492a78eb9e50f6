// Looks up 10,000 people through a pipeline, on one lease and one stream.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	"dirlease.io/dirlease"
	pb "dirlease.io/dirlease/gen/dirleasev1"
)

const people = 10_000

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	conn, err := dirlease.Dial(os.Getenv("DIRLEASE_ADDRESS"))
	if err != nil {
		return err
	}
	defer conn.Close()
	bind := dirlease.Simple(os.Getenv("DIRLEASE_BIND_DN"), os.Getenv("DIRLEASE_BIND_PASSWORD"))
	lease, err := dirlease.Open(ctx, conn, dirlease.Options{Bind: bind})
	if err != nil {
		return err
	}
	defer lease.Close()

	started := time.Now()
	pipeline := lease.Pipeline(ctx)
	calls := make([]*dirlease.Call[*dirlease.SearchResult], people)
	for i := range calls {
		calls[i] = pipeline.Search(&pb.SearchRequest{
			BaseDn: "ou=people," + os.Getenv("DIRLEASE_BASE"), Filter: "(uid={0})",
			FilterArgs: []string{"user." + strconv.Itoa(i)}, Attributes: []string{"cn"},
		})
	}
	found := 0
	for _, call := range calls {
		result, err := call.Wait(ctx)
		if err != nil {
			return err
		}
		found += len(result.Entries)
	}
	if err := pipeline.Close(); err != nil {
		return err
	}
	fmt.Printf("%d of %d found, %.0f lookups/s\n", found, people, people/time.Since(started).Seconds())
	return nil
}
