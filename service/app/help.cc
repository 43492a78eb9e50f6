#include "app/help.h"

namespace dirlease {

const char kHelp[] = R"(dirleased: gRPC gateway to LDAP directories, with session leases

  dirleased --target=ldap://127.0.0.1:1389 --insecure
  dirleased --config=FILE [--KEY=VALUE ...]

Each KEY is also an environment variable (--lease-min-ttl: DIRLEASE_LEASE_MIN_TTL) and a key of the YAML file
(lease: {min_ttl: 10s}). Flag beats environment beats file. Durations are written 300ms, 2s, 5m, 1h.

Listening
  --listen=HOST:PORT             where gRPC is served, port 0 = any free one (127.0.0.1:50051)
  --address-file=PATH            written with HOST:PORT once the listener accepts
  --tls-cert=FILE --tls-key=FILE certificate of the listener, PEM
  --client-ca=FILE               callers must show a certificate of these authorities; it is their identity
  --certificate-check-interval=TIME  certificates whose files changed are read again (10s); 0s = at SIGHUP only
  --insecure                     plaintext, callers without identity, on loopback only
  --insecure-any-address         ... elsewhere too

  --metrics-listen=ADDRESS:PORT  where GET /metrics is answered over plain HTTP, port 0 = any free one (nowhere)

Operators
  --admin-listen=HOST:PORT       list and revoke leases, drain, log level (dirlease admin); none by default
  --admin-address-file=PATH      written with its HOST:PORT
  --admin-client-ca=FILE         operators must show a certificate of these authorities (and --tls-cert, --tls-key);
                                 needed but on loopback

Directories
  --target=[NAME=]URI[,URI...]   repeatable, the first is the default; NAME is "default" where missing
  --target-tls=none|starttls|ldaps  by default as the URI says
  --target-ca=FILE               authorities of the directories' certificates (the system's bundle)
  --target-cert=FILE --target-key=FILE  our own certificate
  --target-connect-timeout=TIME  for each URI: name resolution, TCP and TLS together (5s)
  --target-session-tracking=auto|always|never  tell the directory's log of the lease and the trace id (auto: where
                                 its root DSE offers the control; slapd takes it without saying so)
  --target-gateway-identity=true|false  whether every caller may bind with the gateway's own certificate or Kerberos
                                 credentials (false: only who a profile of the file names)
  --target-client-keytab=FILE    the gateway's Kerberos key for GSSAPI binds (what Kerberos finds by itself)
  --target-max-connections-per-lease=N  a lease whose operations wait grows so far, to the same URI; above 1 the gateway
                                 keeps callers' passwords as long as their leases (1)
  --target-max-concurrent-pages=N  pages of long searches that the directory is asked for at once, by all leases (2)
  --target-sasl-channel-binding=tls-endpoint|tls-unique|none  what GSSAPI and SCRAM-...-PLUS binds over TLS are tied to, as
                                 slapd's sasl-cbinding says (tls-endpoint)

Leases
  --lease-min-ttl=TIME --lease-default-ttl=TIME --lease-max-ttl=TIME  idle time to live (10s, 5m, 1h)
  --lease-max-age=TIME           a lease ends then, whatever renews it (12h)
  --max-leases=N                 (the lesser of 10000 and the descriptor limit - 512, by the most connections per lease)
  --max-leases-per-owner=N       of identified callers (256)
  --max-operations-per-lease=N   waiting ones included (64)
  --max-persisting-syncs-per-lease=N  with the eighth slapd answers nothing else on a lease's connection (7)
  --anonymous=true|false         whether binds without identity are allowed (true)
  --stall-deadline=TIME          a search whose reader takes nothing for so long is ended (30s)
  --memory-budget=SIZE           for entries not read yet and unfinished messages (256MiB)

What a peer may take of the listeners, whoever it is
  --grpc-max-connections=N       one more is closed at once (the lesser of 10000 and the descriptors that leases leave)
  --grpc-handshake-timeout=TIME  for TLS and the client's HTTP/2 settings (10s)
  --grpc-max-connection-idle=TIME  a connection without calls is closed then (15m)
  --grpc-keepalive-time=TIME --grpc-keepalive-timeout=TIME  a silent connection is sent a ping (30s), and closed when it
                                 does not answer (10s)
  --grpc-min-ping-interval=TIME  who pings more often is sent away (10s)
  --grpc-max-concurrent-streams=N  calls at a time on one connection (1000)
  --grpc-max-metadata-size=SIZE  of one call's headers together (16KiB)
  --grpc-max-receive-message-size=SIZE  of one request; compressed ones are refused (8MiB)
  --grpc-memory=SIZE             of gRPC for a listener's connections; a last resort (512MiB)

Process
  --drain-grace=TIME             how long a drain waits for running operations (25s)
  --log-format=json|text         (json)
  --log-level=debug|info|warning|error  (info)
  --audit-log=PATH               one JSON line a lease opened, refused or ended, and a write; - = standard output, opened again on
                                 SIGHUP (none)
  --check-config                 names every problem of the configuration and ends
  --print-config                 shows the effective configuration as YAML and ends
  --version --help

SIGTERM and SIGINT drain, a second one ends at once; SIGHUP reads all certificates again and opens the audit
log again.
Exit status: 0 after a drain, 2 for a wrong command line or configuration, 1 for anything else.
)";

}  // namespace dirlease
