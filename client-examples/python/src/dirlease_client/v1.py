"""The contract's messages under one roof: `from dirlease_client import v1`, then `v1.SearchRequest(...)`."""
from dirlease.v1.directory_service_pb2 import *  # noqa: F401,F403
from dirlease.v1.ldap_pb2 import *  # noqa: F401,F403
from dirlease.v1.session_pb2 import *  # noqa: F401,F403
from dirlease.v1.session_service_pb2 import *  # noqa: F401,F403
