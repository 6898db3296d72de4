import { describe, expect, test } from '@jest/globals';
import { formatDate, formatDatetime, isTimeZone, parseDate, parseDatetime } from '../../../shared/schema/dates.ts';

/* The numbers are those of R 4.2: as.numeric(as.Date(text)) and as.numeric(as.POSIXct(text, tz = "UTC")). */

describe('a date', () => {
  test.each([
    ['1970-01-01', 0],
    ['2024-01-13', 19735],
    ['0000-01-01', -719528],
    ['9999-12-31', 2932896],
    ['2024-02-29', 19782],
    ['2024-01-13T00:00:00.000', 19735],
    ['2024-01-13T00:00:00Z', 19735],
  ])('%s is %s days', (text, days) => {
    expect(parseDate(text)).toBe(days);
  });

  test.each([
    '',
    '2023-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-1-3',
    '24-01-03',
    '2024-01-13T12:00:00',
    '2024-01-13T00:00:00+02:00',
    'NA',
  ])('%j is none', (text) => {
    expect(parseDate(text)).toBeUndefined();
  });
});

describe('a time', () => {
  test.each([
    ['2024-03-02T16:44:49Z', 1709397889],
    ['2024-03-02 16:44:49.123', 1709397889.1229999],
    ['2024-03-02 16:44:49,5', 1709397889.5],
    ['2024-03-02T16:44', 1709397840],
    ['2024-03-02', 1709337600],
    ['2016-12-31T23:59:60Z', 1483228800],
    ['2016-12-31T24:00:00Z', 1483228800],
    ['1960-01-01 00:00:00.25', -315619199.75],
    ['0001-01-01 00:00:00.5', -62135596799.5],
    ['2024-03-02T16:44:49+02:00', 1709390689],
    ['2024-03-02T16:44:49-0330', 1709410489],
  ])('%s is %s seconds', (text, seconds) => {
    expect(parseDatetime(text)).toBe(seconds);
  });

  test.each([
    '',
    '2024-03-02T',
    '2024-03-02T24:00:01Z',
    '2024-03-02T12:60:00Z',
    '2024-03-02T12:00:61Z',
    '2024-03-02Z',
    '2024-03-02T12:00:00+24:00',
  ])('%j is none', (text) => {
    expect(parseDatetime(text)).toBeUndefined();
  });

  test('without an offset it is one of its zone', () => {
    expect(parseDatetime('2024-07-01T12:00:00', 'America/Sao_Paulo')).toBe(1719846000);
    expect(parseDatetime('2024-07-01T12:00:00Z', 'America/Sao_Paulo')).toBe(1719835200);
    expect(parseDatetime('2024-01-15T12:00:00', 'Europe/Berlin')).toBe(1705316400);
  });

  test('one that the clocks skip or repeat is refused', () => {
    expect(parseDatetime('2024-03-31T02:30:00', 'Europe/Berlin')).toBe('skipped');
    expect(parseDatetime('2024-10-27T02:30:00', 'Europe/Berlin')).toBe('twice');
    expect(parseDatetime('2024-10-27T02:30:00+01:00', 'Europe/Berlin')).toBe(1729992600);
    expect(parseDatetime('2024-10-27T02:30:00', 'Mars/Olympus')).toBe('unknown zone');
    expect(isTimeZone('Mars/Olympus')).toBe(false);
  });
});

test('the clocks of a zone are asked once a day, and not for each time: a body of 250 KB held whoever reads it for a fifth of a second', () => {
  const { formatToParts } = Intl.DateTimeFormat.prototype;
  let asked = 0;
  Intl.DateTimeFormat.prototype.formatToParts = function (...given) {
    asked += 1;
    return formatToParts.apply(this, given);
  };
  try {
    for (let hour = 0; hour < 24; hour += 1)
      for (let minute = 10; minute < 60; minute += 1)
        parseDatetime(`2024-07-01T${String(hour).padStart(2, '0')}:${minute}:00`, 'Asia/Kolkata');
  } finally {
    Intl.DateTimeFormat.prototype.formatToParts = formatToParts;
  }
  expect(asked).toBe(4);
});

test('a day is written as the day it lies in', () => {
  expect([formatDate(19735.5), formatDate(-0.5), formatDatetime(1709397889.9)]).toEqual([
    '2024-01-13',
    '1969-12-31',
    '2024-03-02T16:44:49Z',
  ]);
});
