// Entries too large for one message come in pieces; callers get them whole.
#pragma once

#include "dirlease/v1/ldap.pb.h"

namespace dirlease::client {

// Adds the values of `piece` to those of `entry`, the former pieces of the same entry (`continued` was set in them).
void JoinPiece(v1::SearchEntry piece, v1::SearchEntry* entry);

// Joins the pieces within a list.
void JoinPieces(google::protobuf::RepeatedPtrField<v1::SearchEntry>* entries);

}  // namespace dirlease::client
