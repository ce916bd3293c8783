// Every failure that a person can do something about is an InklingError: a stable code, a message that names the
// value, and a hint that names the remedy. The HTTP edge turns it into a problem document, the CLI into two lines.
// The table of codes in docs/reference/errors.md is generated from `errorCodes`.

/** Every code, the HTTP status it answers with, and one sentence on what it means. */
export const errorCodes = {
  invalid_input: { status: 400, meaning: 'A field of the request, file or setting has a value that cannot be used.' },
  plan_violation: { status: 400, meaning: 'The event breaks the tracking plan of the workspace, which blocks it.' },
  unauthorized: { status: 401, meaning: 'The key is missing, unknown or revoked.' },
  forbidden: { status: 403, meaning: 'The key is known but may not do this.' },
  not_found: { status: 404, meaning: 'Nothing with that name or id exists in this workspace.' },
  conflict: { status: 409, meaning: 'The request contradicts the present state.' },
  payload_too_large: { status: 413, meaning: 'The body or one message in it is larger than the limit.' },
  rate_limited: { status: 429, meaning: 'Too many requests for now; Retry-After says when to come back.' },
  too_little_data: { status: 422, meaning: 'There is not enough data to answer; the message says how much is needed.' },
  model_file_invalid: { status: 422, meaning: 'A saved model is damaged or not of a known kind.' },
  data_folder_in_use: { status: 409, meaning: 'Another process holds the data folder.' },
  data_folder_unusable: { status: 500, meaning: 'The data folder cannot be read or written.' },
  secret_unreadable: { status: 500, meaning: 'A stored secret cannot be decrypted with the key of this process.' },
  journal_damaged: { status: 500, meaning: 'A record of the journal fails its checksum.' },
  unavailable: { status: 503, meaning: 'The service cannot take this now; nothing was acknowledged, send it again.' },
  engine_failed: { status: 500, meaning: 'A database engine refused a statement.' },
  internal: { status: 500, meaning: 'A fault of Inkling itself.' },
} as const;

export type ErrorCode = keyof typeof errorCodes;

export type ErrorDetails = {
  /** What to do about it, in the imperative. */
  hint?: string;
  /** Path of the offending field, such as `batch[3].timestamp`. */
  field?: string;
  /** The offending value, shortened by whoever prints it. */
  value?: unknown;
  cause?: unknown;
  /** When to come back, for `rate_limited` and `unavailable`; 1 where it is not known. */
  retryAfterSeconds?: number;
};

export class InklingError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly field: string | undefined;
  readonly value: unknown;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'InklingError';
    this.code = code;
    this.hint = details.hint;
    this.field = details.field;
    this.value = details.value;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }

  get status(): number {
    return errorCodes[this.code].status;
  }
}
