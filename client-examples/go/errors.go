package dirlease

import (
	"errors"
	"fmt"
	"strings"

	pb "dirlease.io/dirlease/gen/dirleasev1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Error is what a failed call ends with; get it by errors.As. status.Code(err) works on it, too.
type Error struct {
	Status *status.Status
	// One word for programs, such as NO_SUCH_OBJECT or SESSION_EXPIRED; empty from a proxy or the transport.
	Reason string
	// What the directory answered; nil if it did not.
	Result *pb.LdapResult
	// Field name -> what is wrong with it, of InvalidArgument.
	Violations map[string]string
}

// FromError makes an *Error of what a call of the generated code returned; nil of nil.
func FromError(err error) error {
	if err == nil {
		return nil
	}
	var already *Error
	if errors.As(err, &already) {
		return err
	}
	return fromStatus(status.Convert(err))
}

func fromCallStatus(ended *pb.CallStatus) error {
	if ended.GetCode() == int32(codes.OK) {
		return nil
	}
	return fromStatus(status.FromProto(&rpcstatus.Status{Code: ended.Code, Message: ended.Message, Details: ended.Details}))
}

func fromStatus(s *status.Status) *Error {
	e := &Error{Status: s}
	for _, detail := range s.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			e.Reason = detail.Reason
		case *pb.LdapResult:
			e.Result = detail
		case *errdetails.BadRequest:
			e.Violations = map[string]string{}
			for _, violation := range detail.FieldViolations {
				e.Violations[violation.Field] = violation.Description
			}
		}
	}
	return e
}

// LDAPCode is the directory's result code, for example 32; 0 if it did not answer.
func (e *Error) LDAPCode() int32 { return e.Result.GetCode() }

// OutcomeUnknown tells of a write that it may have happened: read before you repeat it.
func (e *Error) OutcomeUnknown() bool {
	switch e.Status.Code() {
	case codes.Canceled, codes.DeadlineExceeded:
		return true
	case codes.Unavailable, codes.Unknown, codes.Internal:
		if e.Reason == "" {
			return true // The connection broke under the call.
		}
	}
	// SLOW_CONSUMER: a pipeline's stream was cut off with replies unread.
	return e.Reason == "OUTCOME_UNKNOWN" || e.Reason == "SLOW_CONSUMER"
}

// GRPCStatus is what package status looks for.
func (e *Error) GRPCStatus() *status.Status { return e.Status }

func (e *Error) Error() string {
	said := &strings.Builder{}
	fmt.Fprintf(said, "%v: %s", e.Status.Code(), e.Status.Message())
	if e.Reason != "" {
		fmt.Fprintf(said, " [%s]", e.Reason)
	}
	if r := e.Result; r != nil {
		fmt.Fprintf(said, " (LDAP %d %s", r.Code, r.Name)
		if r.DiagnosticMessage != "" {
			fmt.Fprintf(said, ", %s", r.DiagnosticMessage)
		}
		if r.MatchedDn != "" {
			fmt.Fprintf(said, ", matched %s", r.MatchedDn)
		}
		said.WriteByte(')')
	}
	for field, description := range e.Violations {
		fmt.Fprintf(said, "; %s: %s", field, description)
	}
	return said.String()
}

// leaseLost: the gateway refused the call for its lease's sake. Nothing of it happened, a new lease helps.
func leaseLost(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status.Code() == codes.Unauthenticated && strings.HasPrefix(e.Reason, "SESSION_")
}
