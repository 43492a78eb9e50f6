package dirlease

import (
	"testing"

	pb "dirlease.io/dirlease/gen/dirleasev1"
)

func part(continued bool, attribute string, values ...string) *pb.SearchEntry {
	octets := make([][]byte, len(values))
	for i, value := range values {
		octets[i] = []byte(value)
	}
	attributes := []*pb.Attribute{{Type: attribute, Values: octets}}
	return &pb.SearchEntry{Dn: "cn=a", Attributes: attributes, Continued: continued}
}

func TestPiecesBecomeOneEntry(t *testing.T) {
	var p pieces
	if p.whole(part(true, "member", "1", "2")) != nil || p.whole(part(true, "member", "3")) != nil {
		t.Fatal("incomplete")
	}
	entry := p.whole(part(false, "sn", "x"))
	if len(Values(entry, "MEMBER")) != 3 || Text(entry, "sn") != "x" || entry.Continued {
		t.Error(entry)
	}
	if single := part(false, "cn", "b"); p.whole(single) != single || Text(single, "mail") != "" {
		t.Error("an entry in one piece is itself")
	}
}
