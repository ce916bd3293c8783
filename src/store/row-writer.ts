// Rows in RowBinary, the format in which the engine takes most rows a second: numbers as they lie in memory, least byte
// first, text and lists behind their length (LEB128). Whoever writes knows the columns.

export type RowWriter = {
  u8(value: number): void;
  u16(value: number): void;
  u32(value: number): void;
  u64(value: bigint): void;
  f32(value: number): void;
  /** A text or the length of a list. */
  text(value: string): void;
  length(value: number): void;
  /** Text that was made ready by `textBytes`. */
  bytes(value: Uint8Array): void;
  /** What was written so far, as memory of its own. */
  take(): Uint8Array<ArrayBuffer>;
};

/** A text as it stands in a row, made ready once where it is written often. */
export function textBytes(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'utf8');
  const writer = openRowWriter(bytes.length + 8);
  writer.length(bytes.length);
  writer.bytes(bytes);
  return writer.take();
}

export function openRowWriter(startBytes = 1 << 20): RowWriter {
  let buffer = new Uint8Array(startBytes);
  let view = new DataView(buffer.buffer);
  let at = 0;
  const advance = (bytes: number) => {
    if (at + bytes > buffer.length) {
      const larger = new Uint8Array(Math.max(2 * buffer.length, at + bytes));
      larger.set(buffer);
      buffer = larger;
      view = new DataView(buffer.buffer);
    }
    at += bytes;
    return at - bytes;
  };
  const writer: RowWriter = {
    // The place first: making room may change the view.
    u8(value) {
      const to = advance(1);
      view.setUint8(to, value);
    },
    u16(value) {
      const to = advance(2);
      view.setUint16(to, value, true);
    },
    u32(value) {
      const to = advance(4);
      view.setUint32(to, value, true);
    },
    u64(value) {
      const to = advance(8);
      view.setBigUint64(to, value, true);
    },
    f32(value) {
      const to = advance(4);
      view.setFloat32(to, value, true);
    },
    text: (value) => writer.bytes(textBytes(value)),
    length(value) {
      for (let rest = value; ; rest >>>= 7) {
        writer.u8(rest < 128 ? rest : (rest & 127) | 128);
        if (rest < 128) return;
      }
    },
    bytes(value) {
      const to = advance(value.length);
      buffer.set(value, to);
    },
    take: () => buffer.slice(0, at),
  };
  return writer;
}
