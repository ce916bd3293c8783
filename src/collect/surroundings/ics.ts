// Calendars in iCalendar form, as calendars of holidays and events are published: the first and last day, or moment, and the
// summary of each event; what repeats by a rule is told only for its first time. RFC 5545, sections 3.1, 3.3.4, 3.3.5.

export type CalendarEntry = { starts: string; ends: string; name: string };

export function readCalendar(text: string): CalendarEntry[] {
  // A line that begins with a blank goes on the one before.
  const lines = text.replace(/\r?\n[ \t]/g, '').split(/\r?\n/);
  const entries: CalendarEntry[] = [];
  let fields: Map<string, string> | undefined;
  for (const line of lines) {
    if (line === 'BEGIN:VEVENT') fields = new Map();
    else if (line === 'END:VEVENT' && fields) {
      const starts = momentOf(fields.get('DTSTART') ?? '');
      const ends = momentOf(fields.get('DTEND') ?? '');
      entries.push({ starts, ends, name: unescaped(fields.get('SUMMARY') ?? '') });
      fields = undefined;
    } else {
      const colon = line.indexOf(':');
      if (colon > 0) fields?.set(line.slice(0, colon).split(';')[0], line.slice(colon + 1));
    }
  }
  return entries;
}

/** `20251225`, `20251225T180000Z`; a moment without a zone is taken for UTC. */
function momentOf(value: string): string {
  const found = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z?)?$/.exec(value);
  if (!found) return '';
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = found;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}

function unescaped(text: string): string {
  return text.replace(/\\n/gi, ' ').replace(/\\([,;\\])/g, '$1');
}
