import { expect, it } from 'vitest';
import { HislipServiceRequests } from '../../../src/protocols/index.ts';

it('a client is told of a service request once until it asks for the status byte', () => {
  const requests = new HislipServiceRequests();
  expect(requests.request(0x04)).toEqual({ type: 'AsyncServiceRequest', status: 0x44 });
  expect(requests.request(0x08)).toBeUndefined();
  expect(requests.isRequested).toBe(true);
  expect(requests.answer(0x0c, false)).toEqual({ type: 'AsyncStatusResponse', status: 0x4c });
  expect(requests.answer(0x0c, false)).toEqual({ type: 'AsyncStatusResponse', status: 0x0c });
  expect(requests.request(0x08)).toEqual({ type: 'AsyncServiceRequest', status: 0x48 });
});

it('whether a message is available is decided here, whatever the instrument says of its own', () => {
  const requests = new HislipServiceRequests();
  expect(requests.answer(0x00, true)).toMatchObject({ status: 0x10 });
  expect(requests.answer(0xff, false)).toMatchObject({ status: 0xef });
});

it('a device clear forgets what was asked for', () => {
  const requests = new HislipServiceRequests();
  requests.request(0);
  requests.clear();
  expect(requests.answer(0, false)).toMatchObject({ status: 0 });
});
