# Sourced: `rpc Service/Method JSON` calls the gateway at DIRLEASE_ADDRESS (default 127.0.0.1:50051), on the lease whose token
# is in DIRLEASE_LEASE. JSON goes through stdin and the token through the environment, so no secret is in the process list.
# DIRLEASE_GRPCURL holds further flags of grpcurl; without any it speaks plaintext.
[ "${DIRLEASE_GRPCURL:-}" ] || DIRLEASE_GRPCURL=-plaintext

rpc() {
  local method=$1 json=${2:-'{}'}
  case $method in
    DirectoryService/* | SessionService/*) method=dirlease.v1.$method ;;
    AdminService/*) method=dirlease.admin.v1.$method ;;
  esac
  # shellcheck disable=SC2086  # The flags are several words. Without a token the header says nothing.
  grpcurl $DIRLEASE_GRPCURL -expand-headers -rpc-header "ldap-session: ${DIRLEASE_LEASE:+\${DIRLEASE_LEASE\}}" -d @ \
    "${DIRLEASE_ADDRESS:-127.0.0.1:50051}" "$method" <<<"$json"
}

# Opens a lease with this OpenSession request and keeps its token in DIRLEASE_LEASE: that of the response header, which a
# proxy may have wrapped so that calls find their way back.
open_lease() {
  local answer
  answer=$(DIRLEASE_LEASE='' DIRLEASE_GRPCURL="$DIRLEASE_GRPCURL -v" rpc SessionService/OpenSession "$1") || return 1
  DIRLEASE_LEASE=$(sed -n 's/^ldap-session: //p' <<<"$answer")
  export DIRLEASE_LEASE
}

# Its request, as DIRLEASE_BIND_DN and DIRLEASE_BIND_PASSWORD say; anonymous without them.
simple_bind() {
  local dn=${DIRLEASE_BIND_DN:-} password=${DIRLEASE_BIND_PASSWORD:-}
  [ "$dn" ] || { echo '{}'; return; }
  dn=${dn//\\/\\\\} password=${password//\\/\\\\}
  echo "{\"credentials\": {\"simple\": {\"dn\": \"${dn//\"/\\\"}\", \"password\": \"${password//\"/\\\"}\"}}}"
}
