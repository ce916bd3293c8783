package dev.inkling;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Sends events to Inkling. Calls become messages in a bounded queue that a daemon thread delivers; no call throws, and
 * only flush and close wait for the network. What holds for every SDK stands in ../contract.
 */
public final class Inkling implements AutoCloseable {
  private static final int MESSAGE_BYTES = 32 * 1024;
  private static final Map<String, String> LIBRARY = Map.of("name", "inkling-java", "version", "0.1.0");

  private final Settings settings;
  /** Null when key or address are none: nothing is done then. */
  private final Sender sender;
  private final Thread atExit = new Thread(this::close, "inkling-exit");
  private boolean closed;

  public Inkling(String key, String address) {
    this(key, address, new Settings());
  }

  public Inkling(String key, String address, Settings settings) {
    this.settings = settings;
    this.sender = open(key, address);
  }

  /** What somebody did. */
  public void track(String event, Message message) {
    add("track", message, "event", event);
  }

  /** Who somebody is: with("traits", Map.of(…)). */
  public void identify(Message message) {
    add("identify", message, null, null);
  }

  /** A page that was seen. */
  public void page(String name, Message message) {
    add("page", message, "name", name);
  }

  /** A screen of an app that was seen. */
  public void screen(String name, Message message) {
    add("screen", message, "name", name);
  }

  /** A group somebody belongs to. */
  public void group(String groupId, Message message) {
    add("group", message, "groupId", groupId);
  }

  /** Another identifier of somebody. */
  public void alias(String previousId, Message message) {
    add("alias", message, "previousId", previousId);
  }

  /** Sends now what waits; whether all of it has left in time. */
  public boolean flush(Duration within) {
    return sender == null || sender.flush(within);
  }

  /** Flushes for the exit time-out, reports what could not be delivered, and takes no more. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed || sender == null) return;
      closed = true;
    }
    try {
      if (Thread.currentThread() != atExit) Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException ending) {
      // The JVM is on its way out already.
    }
    sender.flush(settings.exitTimeout);
    List<String> lost = sender.end();
    if (!lost.isEmpty()) report(new Loss("undelivered", 0, "", lost));
  }

  private Sender open(String key, String address) {
    try {
      if (key == null || key.isEmpty()) throw new IllegalArgumentException("There is no key.");
      if (address == null || !address.matches("https?://[^/\\s]+.*")) {
        throw new IllegalArgumentException("The address " + address + " is not one of http or https.");
      }
      Sender opened = new Sender(new Post(key, address, settings.timeout), settings, this::report);
      Runtime.getRuntime().addShutdownHook(atExit);
      return opened;
    } catch (RuntimeException fault) {
      report(new Loss("settings", 0, String.valueOf(fault.getMessage()), List.of()));
      return null;
    }
  }

  private void add(String type, Message message, String field, String value) {
    if (sender == null) return;
    String text;
    try {
      text = Json.write(fieldsOf(type, message, field, value));
    } catch (RuntimeException | StackOverflowError fault) {
      report(new Loss("unreadable", 0, String.valueOf(fault.getMessage()), List.of("{}")));
      return;
    }
    int bytes = Sender.bytesOf(text);
    if (isClosed()) report(new Loss("closed", 0, "", List.of(text)));
    else if (bytes > MESSAGE_BYTES) report(new Loss("too_large", 0, bytes + " bytes", List.of(text)));
    else if (!sender.add(text, bytes)) report(new Loss("queue_full", 0, "", List.of(text)));
  }

  private static Map<String, Object> fieldsOf(String type, Message message, String field, String value) {
    Map<String, Object> fields = new LinkedHashMap<>(message.fields);
    if (value != null) fields.put(field, value);
    fields.put("type", type);
    fields.putIfAbsent("messageId", UUID.randomUUID().toString());
    fields.putIfAbsent("timestamp", Instant.now());
    Map<Object, Object> context = new LinkedHashMap<>();
    if (fields.get("context") instanceof Map) context.putAll((Map<?, ?>) fields.get("context"));
    context.put("library", LIBRARY);
    fields.put("context", context);
    return fields;
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private void report(Loss loss) {
    try {
      settings.onError.accept(loss);
    } catch (RuntimeException failure) {
      // A callback that fails is the host's, and no reason to fail it further.
    }
  }
}
