const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "just now", "5 min ago", "3 h ago", "2 d ago", then the date. A clock that is ahead is "just now". */
export function ago(time: string, now: number): string {
  const seconds = (now - Date.parse(time)) / 1000;
  if (Number.isNaN(seconds)) {
    return '';
  }
  if (seconds < 10) {
    return 'just now';
  }
  if (seconds < MINUTE) {
    return `${Math.floor(seconds / 10) * 10} s ago`;
  }
  if (seconds < HOUR) {
    return `${Math.floor(seconds / MINUTE)} min ago`;
  }
  if (seconds < DAY) {
    return `${Math.floor(seconds / HOUR)} h ago`;
  }
  if (seconds < 30 * DAY) {
    return `${Math.floor(seconds / DAY)} d ago`;
  }
  return new Date(time).toLocaleDateString();
}

/** The absolute time in the reader's zone and words. */
export function absolute(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime())
    ? ''
    : date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** "40 ms", "3.2 s", "42 s", "3 min 5 s", "2 h 10 min". */
export function duration(seconds: number): string {
  if (seconds < 0.0005) {
    return '0 ms';
  }
  if (seconds < 1) {
    return `${Math.round(seconds * 1000)} ms`;
  }
  if (seconds < 10) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  if (whole < MINUTE) {
    return `${whole} s`;
  }
  if (whole < HOUR) {
    return `${Math.floor(whole / MINUTE)} min ${whole % MINUTE} s`;
  }
  return `${Math.floor(whole / HOUR)} h ${Math.floor((whole % HOUR) / MINUTE)} min`;
}

/** Whole seconds since a time, for what is running: "3 s", "2 min 5 s". */
export function elapsed(since: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000));
  return Number.isNaN(seconds) ? '' : seconds < 1 ? '0 s' : duration(seconds).replace('.0', '');
}

/** "1,234 rows", for places with room. */
export function rows(count: number): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? 'row' : 'rows'}`;
}

/** "950 rows", "337k rows", "1.2M rows", for cards. */
export function shortRows(count: number): string {
  return `${compact(count)} ${count === 1 ? 'row' : 'rows'}`;
}

function compact(count: number): string {
  for (const [size, unit] of [
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k']
  ] as const) {
    // 999,950 rounds up to the next unit rather than to "1000k"
    if (count >= size * 0.99995 || (size === 1e3 && count >= 1e3)) {
      const value = count / size;
      return `${value < 10 ? String(Math.round(value * 10) / 10) : Math.round(value)}${unit}`;
    }
  }
  return String(count);
}

/** Bytes in decimal units: "812 B", "2.4 MB". */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** "1 asset", "3 assets". */
export function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
