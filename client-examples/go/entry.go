package dirlease

import (
	"strings"

	pb "dirlease.io/dirlease/gen/dirleasev1"
)

// Values are the attribute's, none if the entry has none of it. Names are compared without regard to case.
func Values(entry *pb.SearchEntry, attribute string) [][]byte {
	for _, each := range entry.GetAttributes() {
		if !strings.EqualFold(each.Type, attribute) {
			continue
		}
		if len(each.TextValues) == 0 {
			return each.Values
		}
		octets := make([][]byte, len(each.TextValues))
		for i, value := range each.TextValues {
			octets[i] = []byte(value)
		}
		return octets
	}
	return nil
}

// Text is the attribute's first value, empty if there is none.
func Text(entry *pb.SearchEntry, attribute string) string {
	if values := Values(entry, attribute); len(values) > 0 {
		return string(values[0])
	}
	return ""
}

// pieces joins the parts of a large entry: what follows one that is continued are more values of it.
type pieces struct{ begun *pb.SearchEntry }

// whole is the entry that this part completes, nil if more parts follow.
func (p *pieces) whole(part *pb.SearchEntry) *pb.SearchEntry {
	if p.begun == nil {
		if !part.Continued {
			return part
		}
		p.begun = part
		return nil
	}
	entry := p.begun
	for _, attribute := range part.Attributes {
		if n := len(entry.Attributes); n > 0 && entry.Attributes[n-1].Type == attribute.Type {
			last := entry.Attributes[n-1]
			last.Values = append(last.Values, attribute.Values...)
			last.TextValues = append(last.TextValues, attribute.TextValues...)
		} else {
			entry.Attributes = append(entry.Attributes, attribute)
		}
	}
	entry.Controls = append(entry.Controls, part.Controls...)
	if part.Continued {
		return nil
	}
	p.begun, entry.Continued = nil, false
	return entry
}
