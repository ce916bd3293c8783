package dev.inkling;

import java.lang.reflect.Array;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.Date;
import java.util.Map;
import java.util.Optional;

/** Writes JSON; the JDK has no writer of its own. What has no number (NaN, infinity) is null. */
final class Json {
  private static final int DEEPEST = 64;
  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private Json() {}

  /** Throws IllegalArgumentException when it is nested too deep, as a map that holds itself is. */
  static String write(Object value) {
    StringBuilder out = new StringBuilder();
    write(value, out, 0);
    return out.toString();
  }

  static String moment(Instant instant) {
    return MOMENT.format(instant);
  }

  private static void write(Object value, StringBuilder out, int depth) {
    if (depth > DEEPEST) throw new IllegalArgumentException("nested more than " + DEEPEST + " levels deep");
    if (value == null || value instanceof Boolean) out.append(value);
    else if (value instanceof Double || value instanceof Float) number(((Number) value).doubleValue(), value, out);
    else if (value instanceof Number) out.append(value);
    else if (value instanceof Map) map((Map<?, ?>) value, out, depth);
    else if (value instanceof Collection) list((Collection<?>) value, out, depth);
    else if (value.getClass().isArray()) array(value, out, depth);
    else if (value instanceof Optional) write(((Optional<?>) value).orElse(null), out, depth + 1);
    else if (value instanceof Instant) text(moment((Instant) value), out);
    else if (value instanceof Date) text(moment(((Date) value).toInstant()), out);
    else if (value instanceof ZonedDateTime) text(moment(((ZonedDateTime) value).toInstant()), out);
    else if (value instanceof OffsetDateTime) text(moment(((OffsetDateTime) value).toInstant()), out);
    else text(value.toString(), out);
  }

  private static void number(double value, Object as, StringBuilder out) {
    out.append(Double.isNaN(value) || Double.isInfinite(value) ? "null" : as.toString());
  }

  private static void map(Map<?, ?> map, StringBuilder out, int depth) {
    char before = '{';
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      out.append(before);
      before = ',';
      text(String.valueOf(entry.getKey()), out);
      out.append(':');
      write(entry.getValue(), out, depth + 1);
    }
    out.append(before == '{' ? "{}" : "}");
  }

  private static void list(Collection<?> list, StringBuilder out, int depth) {
    char before = '[';
    for (Object one : list) {
      out.append(before);
      before = ',';
      write(one, out, depth + 1);
    }
    out.append(before == '[' ? "[]" : "]");
  }

  private static void array(Object array, StringBuilder out, int depth) {
    out.append('[');
    for (int i = 0; i < Array.getLength(array); i++) {
      if (i > 0) out.append(',');
      write(Array.get(array, i), out, depth + 1);
    }
    out.append(']');
  }

  private static void text(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') out.append('\\').append(c);
      else if (c < ' ') out.append(String.format("\\u%04x", (int) c));
      else out.append(c);
    }
    out.append('"');
  }
}
