#!/bin/bash
# Generates package dirleasev1 from the contract. The M options give its files a Go import path inside this module, whatever
# their go_package says: to have the package in a module of yours, change it here.
set -euo pipefail
cd -- "$(dirname -- "$(realpath -- "$0")")"
readonly proto=../../proto package=dirlease.io/dirlease/gen/dirleasev1
options=()
for file in directory_service ldap session session_service; do
  for plugin in go go-grpc; do options+=("--${plugin}_opt=Mdirlease/v1/$file.proto=$package"); done
done
mkdir -p gen
protoc -I "$proto" --go_out=. --go-grpc_out=. --go_opt=module=dirlease.io/dirlease --go-grpc_opt=module=dirlease.io/dirlease \
  "${options[@]}" "$proto"/dirlease/v1/*.proto
