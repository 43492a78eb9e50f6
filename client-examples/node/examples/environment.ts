/** What the examples are told: the gateway's address, who to bind as, and the directory's suffix. */
export function environment() {
  const { DIRLEASE_ADDRESS, DIRLEASE_BIND_DN, DIRLEASE_BIND_PASSWORD, DIRLEASE_BASE } = process.env;
  return {
    address: DIRLEASE_ADDRESS ?? '127.0.0.1:50051',
    dn: DIRLEASE_BIND_DN ?? 'uid=user.0,ou=people,dc=example,dc=com',
    password: DIRLEASE_BIND_PASSWORD ?? 'password',
    base: DIRLEASE_BASE ?? 'dc=example,dc=com',
  };
}
