package dev.inkling;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One request, and what its answer means: delivered, rejected for good, or to be tried again. */
final class Post {
  private static final long RETRY_AFTER_MOST_MS = 300_000;
  private static final int DETAIL_CHARACTERS = 2000;

  enum Outcome { DELIVERED, REJECTED, AGAIN }

  static final class Answer {
    final Outcome outcome;
    final int status;
    final String detail;
    final long retryAfterMs;

    Answer(Outcome outcome, int status, String detail, long retryAfterMs) {
      this.outcome = outcome;
      this.status = status;
      this.detail = detail;
      this.retryAfterMs = retryAfterMs;
    }
  }

  private final URI uri;
  private final String authorization;
  private final Duration timeout;
  private final HttpClient client;

  /** Throws IllegalArgumentException when the address is none. */
  Post(String key, String address, Duration timeout) {
    this.uri = URI.create(address.replaceAll("/+$", "") + "/v1/batch");
    this.timeout = timeout;
    byte[] credentials = (key + ":").getBytes(StandardCharsets.UTF_8);
    this.authorization = "Basic " + Base64.getEncoder().encodeToString(credentials);
    // A redirected POST becomes a GET, whose 200 would acknowledge what was never received.
    this.client = HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(timeout)
        .build();
  }

  /** Never throws. */
  Answer send(List<String> messages) {
    String body = "{\"batch\":[" + String.join(",", messages) + "],\"sentAt\":\"" + Json.moment(Instant.now()) + "\"}";
    CompletableFuture<HttpResponse<String>> answer = null;
    try {
      HttpRequest request = HttpRequest.newBuilder(uri)
          .header("content-type", "application/json")
          .header("authorization", authorization)
          .POST(HttpRequest.BodyPublishers.ofString(body))
          .build();
      answer = client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
      return read(answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
    } catch (Exception failure) {
      if (failure instanceof InterruptedException) Thread.currentThread().interrupt();
      if (answer != null) answer.cancel(true);
      return new Answer(Outcome.AGAIN, 0, "", 0);
    }
  }

  private static Answer read(HttpResponse<String> response) {
    int status = response.statusCode();
    if (status >= 200 && status < 300) return new Answer(Outcome.DELIVERED, status, "", 0);
    if (status >= 400 && status < 500 && status != 429) {
      String body = response.body();
      String detail = body.substring(0, Math.min(body.length(), DETAIL_CHARACTERS));
      return new Answer(Outcome.REJECTED, status, detail, 0);
    }
    String asked = status == 429 || status == 503 ? response.headers().firstValue("retry-after").orElse("") : "";
    return new Answer(Outcome.AGAIN, status, "", retryAfterMs(asked.trim()));
  }

  /** RFC 9110, 10.2.3: seconds or a date. */
  private static long retryAfterMs(String value) {
    long ms = 0;
    try {
      if (value.matches("\\d{1,9}")) ms = Long.parseLong(value) * 1000;
      else if (!value.isEmpty()) ms = Duration.between(Instant.now(), parseDate(value)).toMillis();
    } catch (RuntimeException unreadable) {
      return 0;
    }
    return Math.min(Math.max(ms, 0), RETRY_AFTER_MOST_MS);
  }

  private static Instant parseDate(String value) {
    return ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
  }
}
