import { expect, test } from 'vitest';
import { addressRange, rangeAddressesMost } from '../../../src/gateway/index.ts';

test('a network is its addresses, without its own and that of its broadcast', () => {
  expect([...addressRange('192.168.1.0/29')]).toEqual(
    [1, 2, 3, 4, 5, 6].map((last) => `192.168.1.${last}`),
  );
  expect([...addressRange('192.168.1.7')]).toEqual(['192.168.1.7']);
  expect([...addressRange('10.0.0.8/31')]).toEqual(['10.0.0.8', '10.0.0.9']);
  // Whatever of its addresses it is named by.
  expect(addressRange('172.16.5.77/24')).toMatchObject({ text: '172.16.5.0/24', size: 254 });
  const whole = addressRange('127.20.0.0/16');
  expect(whole.size).toBe(rangeAddressesMost - 2);
  expect(new Set(whole).size).toBe(whole.size);
});

test.each([
  ['10.0.0.0/15', /more than the 65536 of a \/16/],
  ['10.0.0.0/8', /more than/],
  ['0.0.0.0/0', /more than/],
  ['8.8.8.0/24', /not a network of your own/],
  ['172.32.0.0/24', /not a network of your own/],
  ['192.168.1.0/33', /no network/],
  ['192.168.1.256/24', /no network/],
  ['192.168.1/24', /no network/],
  ['::1/128', /no network/],
  ['lab.local', /no network/],
  ['', /no network/],
])('%s is refused before anything is asked', (text, message) => {
  expect(() => addressRange(text)).toThrow(message);
});
