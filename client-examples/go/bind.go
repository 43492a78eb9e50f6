package dirlease

import pb "dirlease.io/dirlease/gen/dirleasev1"

// Anonymous binds without an identity, where the gateway allows it.
func Anonymous() *pb.BindCredentials {
	return &pb.BindCredentials{Method: &pb.BindCredentials_Anonymous{Anonymous: &pb.AnonymousBind{}}}
}

// Simple binds with a DN and its password.
func Simple(dn, password string) *pb.BindCredentials {
	return &pb.BindCredentials{Method: &pb.BindCredentials_Simple{Simple: &pb.SimpleBind{Dn: dn, Password: password}}}
}

// Profile binds with credentials that the gateway's configuration holds for this caller: the service has no LDAP password at
// all. authorizationID may be empty.
func Profile(name, authorizationID string) *pb.BindCredentials {
	profile := &pb.ProfileBind{Profile: name, AuthorizationId: authorizationID}
	return &pb.BindCredentials{Method: &pb.BindCredentials_Profile{Profile: profile}}
}

// ManagedSASL is SASL done by the gateway: PLAIN, SCRAM-SHA-256 and so on.
func ManagedSASL(mechanism, authenticationID, password string) *pb.BindCredentials {
	sasl := &pb.ManagedSaslBind{Mechanism: mechanism, AuthenticationId: authenticationID, Password: password}
	return &pb.BindCredentials{Method: &pb.BindCredentials_ManagedSasl{ManagedSasl: sasl}}
}
