/**
 * A function that knows what it found of late, for texts that come again and again. At `limit` it forgets everything, which
 * costs less than keeping the order in which texts were asked for.
 */
export function remembered<Found>(limit: number, find: (text: string) => NonNullable<Found>): (text: string) => Found {
  const known = new Map<string, Found>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const found = find(text);
    if (known.size >= limit) known.clear();
    known.set(text, found);
    return found;
  };
}
