"""How a lease binds."""
from . import v1


def anonymous() -> v1.BindCredentials:
    return v1.BindCredentials(anonymous=v1.AnonymousBind())


def simple(dn: str, password: str) -> v1.BindCredentials:
    return v1.BindCredentials(simple=v1.SimpleBind(dn=dn, password=password))


def profile(name: str, authorization_id: str = "") -> v1.BindCredentials:
    """Credentials that the gateway's configuration holds for this caller: the service has no LDAP password at all."""
    return v1.BindCredentials(profile=v1.ProfileBind(profile=name, authorization_id=authorization_id))


def managed_sasl(mechanism: str, authentication_id: str = "", password: str = "") -> v1.BindCredentials:
    """SASL done by the gateway: PLAIN, SCRAM-SHA-256 and so on."""
    sasl = v1.ManagedSaslBind(mechanism=mechanism, authentication_id=authentication_id, password=password)
    return v1.BindCredentials(managed_sasl=sasl)
