import { expect, it } from 'vitest';
import { withoutFurtherWays, withoutOwned } from '../../../src/gateway/discovery/network-places.ts';
import type { Place, ScannedPlace } from '../../../src/gateway/discovery/place.ts';

const socket = 'TCPIP0::10.77.0.1::5025::SOCKET';
const hislip = 'TCPIP0::10.77.0.1::hislip0::INSTR';
const visa = (resource: string) => ({ kind: 'visa', resource }) as const;
const port = (address: string) => ({ kind: 'port', port: 'meter', address }) as const;
const scanned = (place: Place, text?: string): ScannedPlace => ({
  place,
  found: text === undefined ? [] : [{ family: 'scpi', identity: { text } }],
});

it.each([
  ['TCPIP::10.77.0.1::hislip0::INSTR', 'open', [socket]],
  ['tcp://10.77.0.1:5025', 'recovering', [hislip]],
  ['tcp://10.77.0.1:5025', 'released', [socket, hislip]],
  ['tcp://10.77.0.2:5025', 'open', [socket, hislip]],
] as const)(
  'of what a port at %s has, %s, nothing is asked directly',
  async (address, state, left) => {
    const places = await withoutOwned([socket, hislip].map(visa), [{ address, state }]);
    expect(places.map(({ resource }) => resource)).toEqual(left);
  },
);

it.each([
  ['a port of the gateway comes before', [port('tcp://10.77.0.1:5025'), visa(hislip)], 1],
  ['such a port at VXI-11, too', [port('TCPIP::10.77.0.1::inst0::INSTR'), visa(hislip)], 1],
  ['the first of several ways in the network', [visa(hislip), visa(socket)], 1],
  ['two ports to one host', [port('tcp://10.77.0.1:5025'), port('tcp://10.77.0.1:5026')], 2],
  ['the same words at two hosts', [visa(hislip), visa('TCPIP0::10.77.0.2::inst0::INSTR')], 2],
] as [string, Place[], number][])('is kept of an instrument: %s', (_what, places, count) => {
  const kept = withoutFurtherWays(places.map((place) => scanned(place, 'A,B,1,2')));
  expect(kept.map(({ place }) => place)).toEqual(places.slice(0, count));
});

it('who says nothing of itself is somebody else', () => {
  const places = [visa(hislip), visa(socket)].map((place) => scanned(place));
  expect(withoutFurtherWays(places)).toEqual(places);
});
