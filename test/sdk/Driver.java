import dev.inkling.Inkling;
import dev.inkling.Message;
import dev.inkling.Settings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Drives the Java SDK as a script on standard input says (contract.ts). */
public final class Driver {
  private static final List<String> reported = new ArrayList<>();
  private static final List<String> thrown = new ArrayList<>();

  @SuppressWarnings("unchecked")
  public static void main(String[] args) throws Exception {
    var script = (Map<String, Object>) new Reader(new String(System.in.readAllBytes(), StandardCharsets.UTF_8)).value();
    var given = (Map<String, Object>) script.get("settings");
    Settings settings = settings(given);
    Inkling inkling = new Inkling((String) given.get("key"), (String) given.get("address"), settings);
    var calls = (List<Map<String, Object>>) script.get("calls");
    var callsAfter = (List<Map<String, Object>>) script.get("callsAfter");
    calls.forEach(call -> attempt(() -> make(inkling, call)));
    if (!callsAfter.isEmpty()) attempt(() -> inkling.flush(Duration.ofSeconds(10)));
    callsAfter.forEach(call -> attempt(() -> make(inkling, call)));
    long started = System.nanoTime();
    if (script.get("end").equals("close")) attempt(inkling::close);
    long closedMs = (System.nanoTime() - started) / 1_000_000;
    System.out.println(
        "{\"reported\":" + reported + ",\"thrown\":" + thrown + ",\"closedMs\":" + closedMs + "}");
  }

  private static Settings settings(Map<String, Object> given) {
    Settings settings = new Settings();
    settings.timeout = ms(given, "timeoutMs");
    settings.retryBase = ms(given, "retryBaseMs");
    settings.exitTimeout = ms(given, "exitTimeoutMs");
    if (given.get("queueLimit") != null) settings.queueLimit = ((Number) given.get("queueLimit")).intValue();
    settings.onError = loss -> {
      reported.add("{\"reason\":\"" + loss.reason + "\",\"status\":" + loss.status + ",\"detail\":"
          + quoted(loss.detail) + ",\"messages\":" + loss.messages.size() + "}");
      if (Boolean.TRUE.equals(given.get("onErrorThrows"))) throw new IllegalStateException("the callback fails");
    };
    return settings;
  }

  private static Duration ms(Map<String, Object> given, String name) {
    return Duration.ofMillis(((Number) given.get(name)).longValue());
  }

  private static void attempt(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException failure) {
      thrown.add(quoted(failure.toString()));
    }
  }

  @SuppressWarnings("unchecked")
  private static void make(Inkling inkling, Map<String, Object> call) {
    var fields = new LinkedHashMap<>((Map<String, Object>) call.get("message"));
    String event = (String) fields.remove("event");
    String name = (String) fields.remove("name");
    String groupId = (String) fields.remove("groupId");
    String previousId = (String) fields.remove("previousId");
    Message message = new Message();
    fields.forEach(message::with);
    switch ((String) call.get("call")) {
      case "track": inkling.track(event, message); break;
      case "identify": inkling.identify(message); break;
      case "page": inkling.page(name, message); break;
      case "screen": inkling.screen(name, message); break;
      case "group": inkling.group(groupId, message); break;
      default: inkling.alias(previousId, message);
    }
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
  }

  /** Reads JSON, which the JDK cannot. */
  private static final class Reader {
    private final String text;
    private int at;

    Reader(String text) {
      this.text = text;
    }

    Object value() {
      char c = next();
      if (c == '{') return map();
      if (c == '[') return list();
      if (c == '"') return string();
      int start = at - 1;
      while (at < text.length() && ",]} \n".indexOf(text.charAt(at)) < 0) at++;
      String word = text.substring(start, at);
      if (word.equals("null")) return null;
      if (word.equals("true") || word.equals("false")) return Boolean.valueOf(word);
      return word.matches("-?\\d+") ? (Object) Long.valueOf(word) : (Object) Double.valueOf(word);
    }

    private Map<String, Object> map() {
      Map<String, Object> map = new LinkedHashMap<>();
      for (char c = next(); c != '}'; c = next()) {
        if (c == ',') c = next();
        String name = string();
        next();
        map.put(name, value());
      }
      return map;
    }

    private List<Object> list() {
      List<Object> list = new ArrayList<>();
      for (char c = next(); c != ']'; c = next()) {
        if (c != ',') at--;
        list.add(value());
      }
      return list;
    }

    private String string() {
      StringBuilder out = new StringBuilder();
      for (char c = text.charAt(at++); c != '"'; c = text.charAt(at++)) {
        if (c != '\\') out.append(c);
        else out.append(escaped(text.charAt(at++)));
      }
      return out.toString();
    }

    private char escaped(char c) {
      if (c == 'u') return (char) Integer.parseInt(text.substring(at, at += 4), 16);
      int known = "bfnrt".indexOf(c);
      return known < 0 ? c : "\b\f\n\r\t".charAt(known);
    }

    private char next() {
      while (Character.isWhitespace(text.charAt(at))) at++;
      return text.charAt(at++);
    }
  }
}
