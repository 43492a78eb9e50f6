package dirlease

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"sync"

	pb "dirlease.io/dirlease/gen/dirleasev1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
)

// Beyond this, larger messages gain nothing.
const mostCallsAMessage = 128

var errPipelineClosed = errors.New("dirlease: the pipeline is closed")

// Pipeline carries many calls of one lease on one stream, the cheapest way to look things up. Start calls with its methods, then
// Wait for each. What is started while a message is under way goes out together in the next one. Starting never waits: the
// gateway takes as many calls as the lease may run, the rest stays here. Safe for goroutines.
type Pipeline struct {
	lease  *Lease
	ctx    context.Context
	cancel context.CancelFunc
	wake   chan struct{} // Holds one token when there is something to write.
	done   chan struct{}

	mutex   sync.Mutex
	lastID  uint64
	pending map[uint64]*pending
	queue   []*pb.PipelineCall
	closing bool
	failure error
}

// pending is a call without a last reply.
type pending struct {
	call      *pb.PipelineCall
	answer    func(*pb.PipelineReply)
	finish    func(error)
	abandoned bool
}

// SearchResult is a search that was read to its end.
type SearchResult struct {
	Entries    []*pb.SearchEntry
	References []*pb.SearchReference
	Done       *pb.SearchDone
}

// Call is a call under way.
type Call[T any] struct {
	pipeline *Pipeline
	id       uint64
	done     chan struct{}
	value    T
	err      error
}

// Wait returns the answer. If ctx ends before that, the call is abandoned.
func (c *Call[T]) Wait(ctx context.Context) (T, error) {
	var none T
	select {
	case <-c.done:
		if c.err != nil {
			return none, c.err
		}
		return c.value, nil
	case <-ctx.Done():
		c.Abandon()
		return none, FromError(status.FromContextError(ctx.Err()).Err())
	}
}

// Abandon abandons the call: Wait then says Canceled, unless the answer was faster.
func (c *Call[T]) Abandon() { c.pipeline.abandon(c.id) }

// Pipeline opens one. Close it; when ctx ends, what runs on it is abandoned.
func (l *Lease) Pipeline(ctx context.Context) *Pipeline {
	p := &Pipeline{
		lease: l, wake: make(chan struct{}, 1), done: make(chan struct{}), pending: map[uint64]*pending{},
	}
	p.ctx, p.cancel = context.WithCancel(ctx)
	go p.run()
	return p
}

// Close waits for the last reply and ends the stream.
func (p *Pipeline) Close() error {
	p.mutex.Lock()
	p.closing = true
	p.mutex.Unlock()
	p.wakeWriter()
	<-p.done
	p.cancel()
	if p.failure == errPipelineClosed {
		return nil
	}
	return p.failure
}

func (p *Pipeline) Search(request *pb.SearchRequest) *Call[*SearchResult] {
	result, parts := &SearchResult{}, &pieces{}
	call := &pb.PipelineCall{Call: &pb.PipelineCall_Search{Search: request}}
	return start(p, call, func(reply *pb.PipelineReply) *SearchResult {
		response := reply.GetSearch()
		for _, part := range response.GetEntries() {
			if entry := parts.whole(part); entry != nil {
				result.Entries = append(result.Entries, entry)
			}
		}
		result.References = append(result.References, response.GetReferences()...)
		if done := response.GetDone(); done != nil {
			result.Done = done
		}
		return result
	})
}

func (p *Pipeline) GetEntry(request *pb.GetEntryRequest) *Call[*pb.GetEntryResponse] {
	return start(p, &pb.PipelineCall{Call: &pb.PipelineCall_GetEntry{GetEntry: request}}, (*pb.PipelineReply).GetGetEntry)
}

func (p *Pipeline) Compare(request *pb.CompareRequest) *Call[*pb.CompareResponse] {
	return start(p, &pb.PipelineCall{Call: &pb.PipelineCall_Compare{Compare: request}}, (*pb.PipelineReply).GetCompare)
}

func (p *Pipeline) Add(request *pb.AddRequest) *Call[*pb.AddResponse] {
	return start(p, &pb.PipelineCall{Call: &pb.PipelineCall_Add{Add: request}}, (*pb.PipelineReply).GetAdd)
}

func (p *Pipeline) Modify(request *pb.ModifyRequest) *Call[*pb.ModifyResponse] {
	return start(p, &pb.PipelineCall{Call: &pb.PipelineCall_Modify{Modify: request}}, (*pb.PipelineReply).GetModify)
}

func (p *Pipeline) Delete(request *pb.DeleteRequest) *Call[*pb.DeleteResponse] {
	call := &pb.PipelineCall{Call: &pb.PipelineCall_DeleteEntry{DeleteEntry: request}}
	return start(p, call, (*pb.PipelineReply).GetDeleteEntry)
}

func (p *Pipeline) ModifyDn(request *pb.ModifyDnRequest) *Call[*pb.ModifyDnResponse] {
	return start(p, &pb.PipelineCall{Call: &pb.PipelineCall_ModifyDn{ModifyDn: request}}, (*pb.PipelineReply).GetModifyDn)
}

func (p *Pipeline) Extended(request *pb.ExtendedRequest) *Call[*pb.ExtendedResponse] {
	return start(p, &pb.PipelineCall{Call: &pb.PipelineCall_Extended{Extended: request}}, (*pb.PipelineReply).GetExtended)
}

func (p *Pipeline) WhoAmI(request *pb.WhoAmIRequest) *Call[*pb.WhoAmIResponse] {
	return start(p, &pb.PipelineCall{Call: &pb.PipelineCall_WhoAmI{WhoAmI: request}}, (*pb.PipelineReply).GetWhoAmI)
}

func (p *Pipeline) ChangePassword(request *pb.ChangePasswordRequest) *Call[*pb.ChangePasswordResponse] {
	call := &pb.PipelineCall{Call: &pb.PipelineCall_ChangePassword{ChangePassword: request}}
	return start(p, call, (*pb.PipelineReply).GetChangePassword)
}

// start queues a call. take is called with each of its replies, in order; the last one's value is the call's.
func start[T any](p *Pipeline, message *pb.PipelineCall, take func(*pb.PipelineReply) T) *Call[T] {
	call := &Call[T]{pipeline: p, done: make(chan struct{})}
	message.Timeout = p.lease.timeout
	entry := &pending{
		call:   message,
		answer: func(reply *pb.PipelineReply) { call.value = take(reply) },
		finish: func(err error) {
			call.err = err
			close(call.done)
		},
	}
	call.id = p.enter(entry)
	return call
}

func (p *Pipeline) enter(entry *pending) uint64 {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.lastID++
	entry.call.Id = p.lastID
	if p.failure != nil {
		entry.finish(p.failure)
		return p.lastID
	}
	p.pending[p.lastID] = entry
	p.queue = append(p.queue, entry.call)
	p.wakeWriter()
	return p.lastID
}

func (p *Pipeline) abandon(id uint64) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if entry, runs := p.pending[id]; runs {
		entry.abandoned = true
		p.queue = append(p.queue, abandonCall(id))
		p.wakeWriter()
	}
}

func abandonCall(id uint64) *pb.PipelineCall {
	return &pb.PipelineCall{Call: &pb.PipelineCall_Abandon{Abandon: id}}
}

func (p *Pipeline) wakeWriter() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// run lives as long as the pipeline.
func (p *Pipeline) run() {
	defer close(p.done)
	err := p.lease.attempt(p.ctx, p.carry)
	if err == nil {
		err = errPipelineClosed
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.failure = err
	for _, entry := range p.pending {
		entry.finish(err)
	}
	p.pending, p.queue = nil, nil
}

// carry is one stream's life. A second one begins with all that has no answer yet: it was never begun.
func (p *Pipeline) carry(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := p.lease.directory.Pipeline(ctx)
	if err != nil {
		return err
	}
	p.queueUnanswered()
	written := make(chan struct{})
	go func() {
		defer close(written)
		p.write(ctx, stream)
	}()
	err = p.read(stream)
	cancel()
	<-written
	return err
}

func (p *Pipeline) queueUnanswered() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.queue = nil
	for _, id := range slices.Sorted(maps.Keys(p.pending)) {
		p.queue = append(p.queue, p.pending[id].call)
		if p.pending[id].abandoned {
			p.queue = append(p.queue, abandonCall(id))
		}
	}
	p.wakeWriter()
}

func (p *Pipeline) write(ctx context.Context, stream grpc.BidiStreamingClient[pb.PipelineRequest, pb.PipelineResponse]) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.wake:
		}
		runtime.Gosched() // Whoever is about to start calls does so first: fewer, fuller messages.
		for {
			calls, last := p.take()
			if last {
				_ = stream.CloseSend()
				return
			}
			if len(calls) == 0 {
				break
			}
			if stream.Send(&pb.PipelineRequest{Calls: calls}) != nil {
				return // The reader hears why.
			}
		}
	}
}

// take is what is ready for one message; last: nothing more will come.
func (p *Pipeline) take() (calls []*pb.PipelineCall, last bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	count := min(len(p.queue), mostCallsAMessage)
	calls, p.queue = slices.Clone(p.queue[:count]), p.queue[count:]
	return calls, count == 0 && p.closing
}

func (p *Pipeline) read(stream grpc.BidiStreamingClient[pb.PipelineRequest, pb.PipelineResponse]) error {
	for {
		response, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, reply := range response.Replies {
			if err := p.answer(reply); err != nil {
				return err
			}
		}
	}
}

func (p *Pipeline) answer(reply *pb.PipelineReply) error {
	p.mutex.Lock()
	entry, known := p.pending[reply.Id]
	if known && reply.Status != nil {
		delete(p.pending, reply.Id)
	}
	p.mutex.Unlock()
	if !known {
		return fmt.Errorf("dirlease: a reply to call %d, which nobody made", reply.Id)
	}
	entry.answer(reply)
	if reply.Status != nil {
		entry.finish(fromCallStatus(reply.Status))
	}
	return nil
}
