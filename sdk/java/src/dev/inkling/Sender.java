package dev.inkling;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** One daemon thread that empties a bounded queue in batches, one request at a time, until the service answers. */
final class Sender {
  private static final int BATCH_MESSAGES = 100;
  private static final int BATCH_BYTES = 450_000;
  private static final int QUEUE_BYTES = 32 * 1024 * 1024;

  private final Post post;
  private final Settings settings;
  private final Consumer<Loss> report;
  private final ArrayDeque<String> queue = new ArrayDeque<>();
  private final ArrayDeque<Integer> sizes = new ArrayDeque<>();
  private long bytes;
  // Numbers of messages: that came, that left, and up to which somebody wants them sent now.
  private long added;
  private long left;
  private long wanted;
  private long flushes;
  private boolean ended;
  private Thread thread;

  Sender(Post post, Settings settings, Consumer<Loss> report) {
    this.post = post;
    this.settings = settings;
    this.report = report;
  }

  /** False when the queue is full. */
  synchronized boolean add(String text, int size) {
    if (queue.size() >= settings.queueLimit || bytes + size > QUEUE_BYTES) return false;
    queue.add(text);
    sizes.add(size);
    bytes += size;
    added++;
    if (thread == null) {
      thread = new Thread(this::run, "inkling");
      thread.setDaemon(true);
      thread.start();
    }
    if (queue.size() == 1 || queue.size() == BATCH_MESSAGES) notifyAll();
    return true;
  }

  /** Whether all that waits now has left in time. */
  synchronized boolean flush(Duration within) {
    long target = added;
    wanted = target;
    flushes++;
    notifyAll();
    return await(() -> left >= target, within.toMillis());
  }

  /** Stops, and gives back what has not left. */
  synchronized List<String> end() {
    ended = true;
    notifyAll();
    return take(queue.size());
  }

  private void run() {
    while (true) {
      List<String> batch;
      synchronized (this) {
        while (queue.isEmpty() && !ended) await(() -> !queue.isEmpty() || ended, Long.MAX_VALUE / 4);
        await(() -> ended || wanted > left || queue.size() >= BATCH_MESSAGES, settings.flushInterval.toMillis());
        if (ended) return;
        batch = batch();
      }
      deliver(batch);
    }
  }

  /** The oldest messages that fit one request; they stay in the queue until they are answered. */
  private List<String> batch() {
    List<String> batch = new ArrayList<>();
    int size = 0;
    var next = sizes.iterator();
    for (String text : queue) {
      size += next.next() + 1;
      if (batch.size() == BATCH_MESSAGES || (!batch.isEmpty() && size > BATCH_BYTES)) break;
      batch.add(text);
    }
    return batch;
  }

  private void deliver(List<String> batch) {
    Post.Answer answer = post.send(batch);
    for (int attempt = 0; answer.outcome == Post.Outcome.AGAIN; attempt++) {
      if (!pause(answer.retryAfterMs, attempt)) return;
      answer = post.send(batch);
    }
    synchronized (this) {
      // What was closed meanwhile has been told of as undelivered.
      if (ended) return;
      take(batch.size());
    }
    if (answer.outcome == Post.Outcome.REJECTED) {
      report.accept(new Loss("rejected", answer.status, answer.detail, batch));
    }
    synchronized (this) {
      left += batch.size();
      notifyAll();
    }
  }

  /** What the service asked for is waited for; the back-off after it (full jitter) ends when somebody flushes. */
  private synchronized boolean pause(long askedMs, int attempt) {
    double most = Math.min(settings.retryCap.toMillis(), settings.retryBase.toMillis() * Math.pow(2, attempt));
    await(() -> ended, askedMs);
    long before = flushes;
    await(() -> ended || flushes != before, (long) (ThreadLocalRandom.current().nextDouble() * most));
    return !ended;
  }

  private List<String> take(int count) {
    List<String> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      taken.add(queue.remove());
      bytes -= sizes.remove();
    }
    return taken;
  }

  /** Waits, with the lock given up meanwhile; whether the condition came to hold. */
  private boolean await(BooleanSupplier condition, long ms) {
    long end = System.nanoTime() + Math.min(ms, Long.MAX_VALUE / 4_000_000) * 1_000_000;
    try {
      while (!condition.getAsBoolean()) {
        long leftMs = (end - System.nanoTime() + 999_999) / 1_000_000;
        if (leftMs <= 0) return false;
        wait(leftMs);
      }
      return true;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return condition.getAsBoolean();
    }
  }

  static int bytesOf(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
