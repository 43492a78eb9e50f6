// LibldapHandle's requests. Strings go to libldap as C strings, so what has a NUL inside is
// refused, not cut.
#include <ldap.h>

#include "ldap/libldap/libldap_handle.h"
#include "ldap/libldap/modification_list.h"
#include "ldap/libldap/request_controls.h"

namespace dirlease {

namespace {

bool HasNul(const std::string& text) { return text.find('\0') != std::string::npos; }

bool AnyOidHasNul(const std::vector<Control>& controls) {
  for (const Control& control : controls) {
    if (HasNul(control.oid)) return true;
  }
  return false;
}

bool HasNul(const SearchRequest& request) {
  for (const std::string& attribute : request.attributes) {
    if (HasNul(attribute)) return true;
  }
  return HasNul(request.base_dn) || HasNul(request.filter);
}

// libldap's interface is not const; it changes nothing here.
berval ToBerval(std::string_view octets) {
  return {octets.size(), const_cast<char*>(octets.data())};
}

// Null terminated, as libldap wants it; empty = all user attributes.
std::vector<char*> AttributeList(const SearchRequest& request) {
  std::vector<char*> list;
  if (request.attributes.empty()) return list;
  for (const std::string& attribute : request.attributes)
    list.push_back(const_cast<char*>(attribute.c_str()));
  list.push_back(nullptr);
  return list;
}

}  // namespace

LdapHandle::Sent LibldapHandle::Bind(const BindRequest& request) {
  if (MayNotSend()) return Refuse(LDAP_SERVER_DOWN);
  if (HasNul(request.name) || AnyOidHasNul(request.controls)) return Refuse(LDAP_PARAM_ERROR);
  if (request.sasl && (request.sasl->mechanism.empty() || HasNul(request.sasl->mechanism))) {
    return Refuse(LDAP_PARAM_ERROR);
  }
  RequestControls controls(request.controls);
  const Secret* secret = &request.password;
  if (request.sasl) secret = request.sasl->credentials ? &*request.sasl->credentials : nullptr;
  berval credentials = secret == nullptr ? berval{} : ToBerval(secret->Reveal());
  int message_id = 0;
  // Without a value there are none; an empty one is sent as such.
  const int error = ldap_sasl_bind(ldap_, request.name.c_str(),
                                   request.sasl ? request.sasl->mechanism.c_str() : LDAP_SASL_SIMPLE,
                                   secret == nullptr ? nullptr : &credentials, controls.get(), nullptr,
                                   &message_id);
  return Finish(error, message_id, LDAP_RES_BIND);
}

LdapHandle::Sent LibldapHandle::Search(const SearchRequest& request,
                                       const std::vector<Control>& controls) {
  if (MayNotSend()) return Refuse(LDAP_SERVER_DOWN);
  if (HasNul(request) || AnyOidHasNul(controls)) return Refuse(LDAP_PARAM_ERROR);
  RequestControls converted(controls);
  std::vector<char*> attributes = AttributeList(request);
  const int deref = static_cast<int>(request.deref_aliases);
  ldap_set_option(ldap_, LDAP_OPT_DEREF, &deref);
  timeval time_limit{.tv_sec = request.time_limit_seconds, .tv_usec = 0};
  int message_id = 0;
  const int error = ldap_search_ext(
      ldap_, request.base_dn.c_str(), static_cast<int>(request.scope), request.filter.c_str(),
      attributes.empty() ? nullptr : attributes.data(), request.types_only ? 1 : 0, converted.get(),
      nullptr, request.time_limit_seconds > 0 ? &time_limit : nullptr, request.size_limit,
      &message_id);
  return Finish(error, message_id, LDAP_RES_SEARCH_RESULT);
}

LdapHandle::Sent LibldapHandle::Compare(const CompareRequest& request,
                                        const std::vector<Control>& controls) {
  if (MayNotSend()) return Refuse(LDAP_SERVER_DOWN);
  if (HasNul(request.dn) || HasNul(request.attribute_type) || AnyOidHasNul(controls)) {
    return Refuse(LDAP_PARAM_ERROR);
  }
  RequestControls converted(controls);
  berval value = ToBerval(request.value);
  int message_id = 0;
  const int error = ldap_compare_ext(ldap_, request.dn.c_str(), request.attribute_type.c_str(),
                                     &value, converted.get(), nullptr, &message_id);
  return Finish(error, message_id, LDAP_RES_COMPARE);
}

LdapHandle::Sent LibldapHandle::Add(const AddRequest& request, const std::vector<Control>& controls) {
  if (MayNotSend()) return Refuse(LDAP_SERVER_DOWN);
  if (HasNul(request.dn) || AnyOidHasNul(controls)) return Refuse(LDAP_PARAM_ERROR);
  ModificationList modifications;
  for (const AttributeValues& attribute : request.attributes) {
    if (HasNul(attribute.type)) return Refuse(LDAP_PARAM_ERROR);
    modifications.Append(LDAP_MOD_ADD, attribute);
  }
  RequestControls converted(controls);
  int message_id = 0;
  const int error = ldap_add_ext(ldap_, request.dn.c_str(), modifications.get(), converted.get(),
                                 nullptr, &message_id);
  return Finish(error, message_id, LDAP_RES_ADD);
}

LdapHandle::Sent LibldapHandle::Modify(const ModifyRequest& request,
                                       const std::vector<Control>& controls) {
  if (MayNotSend()) return Refuse(LDAP_SERVER_DOWN);
  if (HasNul(request.dn) || AnyOidHasNul(controls)) return Refuse(LDAP_PARAM_ERROR);
  ModificationList modifications;
  for (const Modification& modification : request.modifications) {
    if (HasNul(modification.attribute.type)) return Refuse(LDAP_PARAM_ERROR);
    modifications.Append(static_cast<int>(modification.type), modification.attribute);
  }
  RequestControls converted(controls);
  int message_id = 0;
  const int error = ldap_modify_ext(ldap_, request.dn.c_str(), modifications.get(), converted.get(),
                                    nullptr, &message_id);
  return Finish(error, message_id, LDAP_RES_MODIFY);
}

LdapHandle::Sent LibldapHandle::Delete(const DeleteRequest& request,
                                       const std::vector<Control>& controls) {
  if (MayNotSend()) return Refuse(LDAP_SERVER_DOWN);
  if (HasNul(request.dn) || AnyOidHasNul(controls)) return Refuse(LDAP_PARAM_ERROR);
  RequestControls converted(controls);
  int message_id = 0;
  const int error =
      ldap_delete_ext(ldap_, request.dn.c_str(), converted.get(), nullptr, &message_id);
  return Finish(error, message_id, LDAP_RES_DELETE);
}

LdapHandle::Sent LibldapHandle::ModifyDn(const ModifyDnRequest& request,
                                         const std::vector<Control>& controls) {
  if (MayNotSend()) return Refuse(LDAP_SERVER_DOWN);
  if (HasNul(request.dn) || HasNul(request.new_rdn) || HasNul(request.new_superior.value_or("")) ||
      AnyOidHasNul(controls)) {
    return Refuse(LDAP_PARAM_ERROR);
  }
  RequestControls converted(controls);
  int message_id = 0;
  const int error =
      ldap_rename(ldap_, request.dn.c_str(), request.new_rdn.c_str(),
                  request.new_superior ? request.new_superior->c_str() : nullptr,
                  request.delete_old_rdn ? 1 : 0, converted.get(), nullptr, &message_id);
  return Finish(error, message_id, LDAP_RES_MODDN);
}

LdapHandle::Sent LibldapHandle::Extended(const ExtendedRequest& request,
                                         const std::vector<Control>& controls) {
  if (MayNotSend()) return Refuse(LDAP_SERVER_DOWN);
  if (request.oid.empty() || HasNul(request.oid) || AnyOidHasNul(controls)) {
    return Refuse(LDAP_PARAM_ERROR);
  }
  RequestControls converted(controls);
  berval octets = ToBerval(request.value ? request.value->Reveal() : std::string_view());
  int message_id = 0;
  const int error =
      ldap_extended_operation(ldap_, request.oid.c_str(), request.value ? &octets : nullptr,
                              converted.get(), nullptr, &message_id);
  return Finish(error, message_id, LDAP_RES_EXTENDED);
}

}  // namespace dirlease
