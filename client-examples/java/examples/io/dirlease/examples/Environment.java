package io.dirlease.examples;

/** What the examples are told: the gateway's address, who to bind as, and the directory's suffix. */
public final class Environment {
  public static final String ADDRESS = value("DIRLEASE_ADDRESS", "127.0.0.1:50051");
  public static final String BIND_DN = value("DIRLEASE_BIND_DN", "uid=user.0,ou=people,dc=example,dc=com");
  public static final String BIND_PASSWORD = value("DIRLEASE_BIND_PASSWORD", "password");
  public static final String BASE = value("DIRLEASE_BASE", "dc=example,dc=com");

  private Environment() {}

  private static String value(String name, String otherwise) {
    return System.getenv().getOrDefault(name, otherwise);
  }
}
