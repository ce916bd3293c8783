package dev.inkling;

import java.util.List;

/** What will not arrive, and why; the reasons are those of the contract, such as rejected or queue_full. */
public final class Loss {
  public final String reason;

  /** The HTTP status of a rejection, else 0. */
  public final int status;

  /** The service's answer, or what was wrong; may be empty. */
  public final String detail;

  /** The messages as JSON. */
  public final List<String> messages;

  Loss(String reason, int status, String detail, List<String> messages) {
    this.reason = reason;
    this.status = status;
    this.detail = detail;
    this.messages = messages;
  }

  @Override
  public String toString() {
    return messages.size() + " message(s) lost: " + reason + (status > 0 ? " " + status : "") + " " + detail;
  }
}
