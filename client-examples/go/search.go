package dirlease

import (
	"context"
	"errors"
	"io"
	"iter"

	pb "dirlease.io/dirlease/gen/dirleasev1"
)

// Search is one search. Range over All; then Done is the directory's result, References are those met so far.
type Search struct {
	lease      *Lease
	ctx        context.Context
	request    *pb.SearchRequest
	Done       *pb.SearchDone
	References []*pb.SearchReference
}

// Search searches, see [Search.All].
func (l *Lease) Search(ctx context.Context, request *pb.SearchRequest) *Search {
	return &Search{lease: l, ctx: ctx, request: request}
}

// All is the entries as they come. Leaving the loop early cancels the search, and so abandons it at the directory. A failure
// is the last pair; the entries before it are valid, the set is incomplete.
func (s *Search) All() iter.Seq2[*pb.SearchEntry, error] {
	return func(yield func(*pb.SearchEntry, error) bool) {
		ctx, cancel := s.lease.withDeadline(s.ctx)
		defer cancel()
		left := false
		read := func(ctx context.Context) error {
			stream, err := s.lease.directory.Search(ctx, s.request)
			if err != nil {
				return err
			}
			var parts pieces
			for {
				response, err := stream.Recv()
				if errors.Is(err, io.EOF) {
					return nil
				}
				if err != nil {
					return err
				}
				s.References = append(s.References, response.References...)
				s.Done = response.Done
				for _, part := range response.Entries {
					if entry := parts.whole(part); entry != nil && !yield(entry, nil) {
						left = true
						return nil
					}
				}
			}
		}
		if err := s.lease.attempt(ctx, read); err != nil && !left {
			yield(nil, err)
		}
	}
}
