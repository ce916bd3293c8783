package dev.inkling;

import java.time.Duration;
import java.util.function.Consumer;

/** What may be changed beside key and address; the defaults are meant to stay. */
public final class Settings {
  /** Told of what will not arrive; absent = a warning in the log dev.inkling. */
  public Consumer<Loss> onError = loss -> System.getLogger("dev.inkling").log(System.Logger.Level.WARNING, loss.toString());

  /** Messages that wait at most. */
  public int queueLimit = 10_000;

  /** How long a message waits for company. */
  public Duration flushInterval = Duration.ofMillis(500);

  /** How long one request may take. */
  public Duration timeout = Duration.ofSeconds(10);

  /** Back-off: drawn from 0 to base * 2^n, at most the cap. */
  public Duration retryBase = Duration.ofMillis(500);

  public Duration retryCap = Duration.ofSeconds(30);

  /** How long close, or the end of the JVM, tries to deliver what waits. */
  public Duration exitTimeout = Duration.ofSeconds(5);
}
