/**
 * A client of the dirlease gateway: LDAP directories over gRPC, through session leases.
 *
 * <p>Begin with {@link io.dirlease.client.Gateway}. The messages are the generated ones of {@code io.dirlease.v1}.
 */
package io.dirlease.client;
