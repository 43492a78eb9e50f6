"""Client of the dirlease LDAP gateway. The asyncio face of all this is dirlease_client.aio."""
from . import v1
from .channel import Tls, connect
from .credentials import anonymous, managed_sasl, profile, simple
from .entries import SearchResult, attributes, text, values
from .errors import DirleaseError
from .lease import Lease, Search
from .pipeline import Pipeline

__all__ = [
    "DirleaseError", "Lease", "Pipeline", "Search", "SearchResult", "Tls", "anonymous", "attributes", "connect",
    "managed_sasl", "profile", "simple", "text", "v1", "values",
]
