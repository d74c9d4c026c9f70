import { expect, test } from 'vitest';
import { ago, duration, elapsed, rows, shortRows, size } from '../src/dag/format';

const START = '2026-01-01T00:00:00Z';
const after = (seconds: number) => Date.parse(START) + seconds * 1000;

test.each([
  [-60, 'just now'],
  [0, 'just now'],
  [12, '10 s ago'],
  [59, '50 s ago'],
  [60, '1 min ago'],
  [3599, '59 min ago'],
  [3600, '1 h ago'],
  [86400 * 3, '3 d ago']
])('%d s later a time is %s', (seconds, words) => {
  expect(ago(START, after(seconds))).toBe(words);
});

test('what is no time has no words', () => {
  expect([ago('soon', 0), elapsed('soon', 0)]).toEqual(['', '']);
});

test.each([
  [0, '0 ms'],
  [0.04, '40 ms'],
  [3.21, '3.2 s'],
  [42.4, '42 s'],
  [185, '3 min 5 s'],
  [7800, '2 h 10 min']
])('a duration of %d s is %s', (seconds, words) => {
  expect(duration(seconds)).toBe(words);
});

test('elapsed counts whole seconds', () => {
  expect([0.4, 3.9, 125].map(s => elapsed(START, after(s)))).toEqual(['0 s', '3 s', '2 min 5 s']);
});

test.each([
  [0, '0 rows'],
  [1, '1 row'],
  [950, '950 rows'],
  [1458, '1.5k rows'],
  [336776, '337k rows'],
  [999999, '1M rows'],
  [12_000_000, '12M rows']
])('%d rows are short %s', (count, words) => {
  expect(shortRows(count)).toBe(words);
});

test('rows in full have separators', () => {
  expect(rows(336776)).toBe('336,776 rows');
});

test.each([
  [812, '812 B'],
  [2_400, '2.4 kB'],
  [999_600, '1.0 MB'],
  [11_200_000, '11 MB']
])('%d bytes are %s', (bytes, words) => {
  expect(size(bytes)).toBe(words);
});
