package dev.inkling;

import java.util.LinkedHashMap;
import java.util.Map;

/** The fields of one call in Segment's words: userId, anonymousId, properties, traits, context, timestamp, messageId. */
public final class Message {
  final Map<String, Object> fields = new LinkedHashMap<>();

  /** About somebody who is known. */
  public static Message of(String userId) {
    return new Message().with("userId", userId);
  }

  /** About somebody of whom only a device or a visit is known. */
  public static Message anonymous(String anonymousId) {
    return new Message().with("anonymousId", anonymousId);
  }

  /** Values: text, numbers, booleans, null, maps, collections, arrays, java.time moments, anything with a toString. */
  public Message with(String field, Object value) {
    fields.put(field, value);
    return this;
  }
}
