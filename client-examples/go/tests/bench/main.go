// bench gateway|direct: client CPU and rate of 10,000 point lookups and of a search of 10,000 entries, as JSON lines: through the
// gateway by a pipeline, or by go-ldap straight to the directory, one lookup after the other and 64 outstanding.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"dirlease.io/dirlease"
	pb "dirlease.io/dirlease/gen/dirleasev1"
	"github.com/go-ldap/ldap/v3"
)

const (
	people      = 10_000
	outstanding = 64
	everybody   = "(objectClass=person)"
)

var (
	base         = "ou=people," + os.Getenv("DIRLEASE_BASE")
	dn, password = os.Getenv("DIRLEASE_BIND_DN"), os.Getenv("DIRLEASE_BIND_PASSWORD")
)

func main() {
	map[string]func(){"gateway": gateway, "direct": direct}[os.Args[1]]()
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func cpu() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// measure prints what the work took; it returns how many entries it got.
func measure(what, library string, outstanding any, work func() int) {
	started, before := time.Now(), cpu()
	got := work()
	took, used := time.Since(started), cpu()-before
	if got != people {
		panic(fmt.Sprintf("%d found", got))
	}
	line := map[string]any{
		"what": what, "library": library, "outstanding": outstanding, "per_second": math.Round(people / took.Seconds()),
		"cpu_us": math.Round(float64(used.Microseconds())/people*10) / 10,
	}
	fmt.Println(string(must(json.Marshal(line))))
}

func gateway() {
	ctx := context.Background()
	conn := must(dirlease.Dial(os.Getenv("DIRLEASE_ADDRESS")))
	defer conn.Close()
	lease := must(dirlease.Open(ctx, conn, dirlease.Options{Bind: dirlease.Simple(dn, password)}))
	defer lease.Close()
	measure("lookup", "dirlease", "pipeline", func() (found int) {
		pipeline := lease.Pipeline(ctx)
		defer pipeline.Close()
		calls := make([]*dirlease.Call[*dirlease.SearchResult], people)
		for i := range calls {
			calls[i] = pipeline.Search(&pb.SearchRequest{
				BaseDn: base, Filter: "(uid={0})", FilterArgs: []string{"user." + strconv.Itoa(i)},
			})
		}
		for _, call := range calls {
			found += len(must(call.Wait(ctx)).Entries)
		}
		return found
	})
	measure("search", "dirlease", 1, func() (found int) {
		for entry, err := range lease.Search(ctx, &pb.SearchRequest{BaseDn: base, Filter: everybody}).All() {
			must(entry, err)
			found++
		}
		return found
	})
}

func direct() {
	conn := must(ldap.DialURL(os.Getenv("DIRLEASE_LDAP_URI")))
	defer conn.Close()
	if err := conn.Bind(dn, password); err != nil {
		panic(err)
	}
	search := func(filter string) int {
		request := ldap.NewSearchRequest(base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, filter, nil, nil)
		return len(must(conn.Search(request)).Entries)
	}
	lookup := func(i int) int { return search("(uid=user." + strconv.Itoa(i) + ")") }
	measure("lookup", "go-ldap", 1, func() (found int) {
		for i := range people {
			found += lookup(i)
		}
		return found
	})
	measure("lookup", "go-ldap", outstanding, func() int {
		var found, next atomic.Int64
		var all sync.WaitGroup
		for range outstanding {
			all.Go(func() {
				for i := int(next.Add(1)) - 1; i < people; i = int(next.Add(1)) - 1 {
					found.Add(int64(lookup(i)))
				}
			})
		}
		all.Wait()
		return int(found.Load())
	})
	measure("search", "go-ldap", 1, func() int { return search(everybody) })
}
