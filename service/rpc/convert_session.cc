#include "rpc/convert_session.h"

#include <string>

#include "model/names.h"
#include "rpc/convert_time.h"

namespace dirlease {

v1::Session::State StateToProto(const LeaseDescription& description) {
  if (description.binding) return v1::Session::STATE_BINDING;
  return description.draining ? v1::Session::STATE_DRAINING : v1::Session::STATE_ACTIVE;
}

void DescriptionToProto(const LeaseDescription& description, v1::Session& out) {
  const Session::Facts& facts = *description.facts;
  out.set_session_id(facts.session_id);
  out.set_state(StateToProto(description));
  out.set_target(facts.target);
  out.set_label(facts.label);
  out.set_bind_dn(DnToUtf8(facts.bind_name));
  out.set_sasl_mechanism(facts.sasl_mechanism);
  *out.mutable_ttl() = DurationToProto(description.lease.ttl);
  *out.mutable_create_time() = TimestampToProto(description.lease.create_time);
  *out.mutable_last_use_time() = TimestampToProto(description.lease.last_use_time);
  *out.mutable_expire_time() = TimestampToProto(description.lease.expire_time);
  *out.mutable_max_expire_time() = TimestampToProto(description.lease.max_expire_time);
  out.set_upstream_tls(description.tls);
  out.set_active_operations(description.active_operations);
}

void OperationToProto(const Operation& operation, v1::Operation& out) {
  out.set_operation_id(operation.id());
  out.set_method(std::string(operation.method()));
  out.set_ldap_message_id(operation.message_id());
  out.set_connection(operation.connection_number());
  *out.mutable_start_time() = TimestampToProto(operation.start_time());
  out.set_entries_sent(operation.entries());
}

}  // namespace dirlease
