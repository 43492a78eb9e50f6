package dirlease

import (
	"errors"
	"testing"

	pb "dirlease.io/dirlease/gen/dirleasev1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/anypb"
)

func failed(t *testing.T, code codes.Code, details ...protoadapt.MessageV1) error {
	t.Helper()
	s, err := status.New(code, "text").WithDetails(details...)
	if err != nil {
		t.Fatal(err)
	}
	return FromError(s.Err())
}

func TestErrorHasTheLDAPResultAndTheReason(t *testing.T) {
	result := &pb.LdapResult{Code: 32, Name: "noSuchObject", MatchedDn: "dc=example", Referrals: []string{"ldap://b/"}}
	err := failed(t, codes.NotFound, protoadapt.MessageV1Of(&errdetails.ErrorInfo{Reason: "NO_SUCH_OBJECT"}),
		protoadapt.MessageV1Of(result))
	var e *Error
	if !errors.As(err, &e) || e.Reason != "NO_SUCH_OBJECT" || e.LDAPCode() != 32 || !proto.Equal(e.Result, result) {
		t.Errorf("got %v", err)
	}
	if status.Code(err) != codes.NotFound {
		t.Errorf("the gRPC code became %v", status.Code(err))
	}
	if want := "NotFound: text [NO_SUCH_OBJECT] (LDAP 32 noSuchObject, matched dc=example)"; err.Error() != want {
		t.Errorf("got %q", err)
	}
	if FromError(err) != err || FromError(nil) != nil {
		t.Error("an error was wrapped twice, or made of nothing")
	}
}

func TestErrorWithoutDetailsKeepsItsCode(t *testing.T) {
	err := failed(t, codes.Unavailable)
	if status.Code(err) != codes.Unavailable || err.Error() != "Unavailable: text" {
		t.Errorf("got %v", err)
	}
}

func TestViolationsNameTheField(t *testing.T) {
	violation := &errdetails.BadRequest_FieldViolation{Field: "filter", Description: "octet 1"}
	bad := &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{violation}}
	detail, _ := anypb.New(bad)
	err := fromCallStatus(&pb.CallStatus{Code: 3, Message: "bad", Details: []*anypb.Any{detail}})
	var e *Error
	if !errors.As(err, &e) || e.Violations["filter"] != "octet 1" {
		t.Errorf("got %v", err)
	}
	if fromCallStatus(&pb.CallStatus{}) != nil {
		t.Error("OK is no error")
	}
}

func TestOnlyUnauthenticatedWithASessionReasonIsALostLease(t *testing.T) {
	for _, each := range []struct {
		code   codes.Code
		reason string
		lost   bool
	}{
		{codes.Unauthenticated, "SESSION_EXPIRED", true},
		{codes.Unauthenticated, "INVALID_CREDENTIALS", false},
		{codes.Aborted, "SESSION_CLOSED", false},
		{codes.Unavailable, "LDAP_SERVER_DOWN", false},
	} {
		err := failed(t, each.code, protoadapt.MessageV1Of(&errdetails.ErrorInfo{Reason: each.reason}))
		if leaseLost(err) != each.lost {
			t.Errorf("%v", err)
		}
	}
}

func TestSaysWhenAWriteMayHaveHappened(t *testing.T) {
	for _, each := range []struct {
		code    codes.Code
		reason  string
		unknown bool
	}{
		{codes.Unknown, "OUTCOME_UNKNOWN", true},
		{codes.ResourceExhausted, "SLOW_CONSUMER", true},
		{codes.Canceled, "", true},
		{codes.DeadlineExceeded, "OPERATION_TIMED_OUT", true},
		{codes.Unavailable, "", true},
		{codes.Unknown, "", true},
		{codes.Internal, "", true},
		{codes.Unavailable, "DRAINING", false},
		{codes.ResourceExhausted, "TOO_MANY_OPERATIONS", false},
		{codes.Unauthenticated, "SESSION_EXPIRED", false},
		{codes.NotFound, "", false},
	} {
		err := failed(t, each.code, protoadapt.MessageV1Of(&errdetails.ErrorInfo{Reason: each.reason}))
		var e *Error
		if !errors.As(err, &e) || e.OutcomeUnknown() != each.unknown {
			t.Errorf("%v", err)
		}
	}
}
