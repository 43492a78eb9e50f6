// Package dirlease is a client of the dirlease LDAP gateway: a [Lease] is one bound identity at the directory. It carries all
// operations of the contract's DirectoryService, a [Search] to range over, and a [Pipeline] for many calls on one stream.
// The contract's messages are in dirlease.io/dirlease/gen/dirleasev1.
package dirlease

//go:generate ./generate.sh
