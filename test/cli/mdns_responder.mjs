import { createSocket } from 'node:dgram';
import { encode } from 'dns-packet';

/**
 * Answers each question with one service, as an instrument does: by hand, record by record. The third
 * and fourth word are the address and port that it answers from, where they are others.
 */
const [, , address = '', port = '', source = address, sourcePort = '5353'] = process.argv;
const type = '_scpi-raw._tcp.local';
const instance = `Meter, 2nd floor.${type}`;
const target = 'meter.local';
/** @type {import('dns-packet').Answer[]} */
const answers = [
  { type: 'PTR', name: type, ttl: 120, data: instance },
  { type: 'SRV', name: instance, ttl: 120, data: { port: Number(port), target } },
  { type: 'TXT', name: instance, ttl: 120, data: ['txtvers=1', 'Model=SIM34401'] },
  { type: 'A', name: target, ttl: 120, data: address },
];
const speaker = createSocket({ type: 'udp4', reuseAddr: true });
const listener = createSocket({ type: 'udp4', reuseAddr: true });
listener.on('message', (message) => {
  // Only questions; the bit of a response is the first of the third byte.
  if ((message[2] ?? 0) < 0x80)
    speaker.send(encode({ type: 'response', answers }), 5353, '224.0.0.251');
});
speaker.bind(Number(sourcePort), () => {
  speaker.setMulticastInterface(source);
  listener.bind(5353, '224.0.0.251', () => {
    listener.addMembership('224.0.0.251', address);
    console.log('ready');
  });
});
