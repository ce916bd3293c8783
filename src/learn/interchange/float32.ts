// Neighbours of 32-bit floats. Rows are 32-bit floats, so `value < t` asks the same as `value <= u` where u is the
// largest of them below t: this is how a strict comparison of another library becomes one of ours, to the last bit.

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The largest 32-bit float that is not above `value`. */
export function floorToFloat32(value: number): number {
  const rounded = Math.fround(value);
  return rounded <= value ? rounded : previousFloat32(rounded);
}

/** The largest 32-bit float below `value`. */
export function belowInFloat32(value: number): number {
  const rounded = floorToFloat32(value);
  return rounded < value ? rounded : previousFloat32(rounded);
}

function previousFloat32(value: number): number {
  if (value === Number.NEGATIVE_INFINITY) return value;
  float[0] = value === 0 ? 0 : value;
  if (value === 0) return -(2 ** -149);
  bits[0] += value > 0 ? -1 : 1;
  return float[0];
}
