import { describe, expect, it } from 'vitest';
import { SignalboxError } from '../../src/kernel/index.ts';
import { classifyLinkError } from '../../src/links/index.ts';

function withNumber(code: string): Error {
  return Object.assign(new Error('it failed'), { code });
}

describe('an error of a device', () => {
  it.each([
    'EBADF',
    'ENXIO',
    'ENODEV',
    'EIO',
    'EAGAIN',
    'ECONNABORTED',
    'ECONNRESET',
    'EPIPE',
    'EPROTO',
    'ESHUTDOWN',
  ])('with the number %s is one of its adapter', (code) => {
    const error = classifyLinkError(withNumber(code), '/dev/ttyUSB0');
    expect(error.code).toBe('LINK_USB');
    expect(error.details).toEqual({ address: '/dev/ttyUSB0', errno: code });
    expect(error.message).toContain('/dev/ttyUSB0');
  });

  it.each([
    'Bad file descriptor',
    '[Errno 6] Device not configured',
    'write failed: no such device',
    'Resource temporarily unavailable',
    'Connection aborted.',
    'Error: EIO: i/o error',
  ])("with the text '%s' alone is one of its adapter", (text) => {
    expect(classifyLinkError(new Error(text), '/dev/ttyUSB0').code).toBe('LINK_USB');
  });

  it.each([
    ['ENOENT', 'PORT_ABSENT'],
    ['EBUSY', 'PORT_BUSY'],
    ['ETIMEDOUT', 'LINK_TIMEOUT'],
    ['EINVAL', 'LINK_COMMUNICATION'],
    ['ERR_STREAM_DESTROYED', 'LINK_COMMUNICATION'],
  ])('with the number %s is %s', (code, wanted) => {
    expect(classifyLinkError(withNumber(code), '/dev/ttyUSB0').code).toBe(wanted);
  });

  it.each(['EACCES', 'EPERM'])('with the number %s says how to be let in', (code) => {
    const error = classifyLinkError(withNumber(code), '/dev/ttyUSB0');
    expect(error.code).toBe('LINK_COMMUNICATION');
    expect(error.nextStep).toContain('dialout');
  });
});

describe('an error of a network', () => {
  it.each(['ECONNRESET', 'ECONNREFUSED', 'ENOTFOUND', 'EPIPE', 'EACCES', 'ENOENT'])(
    'with the number %s is one of communication',
    (code) => {
      const error = classifyLinkError(withNumber(code), 'tcp://bench:4001', 'network');
      expect(error.code).toBe('LINK_COMMUNICATION');
      expect(error.nextStep).not.toContain('dialout');
    },
  );

  it('names what every address of a host answered', () => {
    const errors = ['[::1]:4001', '127.0.0.1:4001'].map((at) => new Error(`ECONNREFUSED ${at}`));
    const all = Object.assign(new AggregateError(errors), { code: 'ECONNREFUSED' });
    const error = classifyLinkError(all, 'tcp://localhost:4001', 'network');
    expect(error.message).toContain('ECONNREFUSED [::1]:4001, ECONNREFUSED 127.0.0.1:4001');
    expect(error.details).toMatchObject({ errno: 'ECONNREFUSED' });
  });

  it('of a name server that does not answer is known by its number', () => {
    const error = classifyLinkError(withNumber('EAI_AGAIN'), 'tcp://bench:4001', 'network');
    expect(error.details).toMatchObject({ errno: 'EAI_AGAIN' });
    expect(error.nextStep).toContain('name server');
  });

  it('that took too long is one of time', () => {
    const error = classifyLinkError(withNumber('ETIMEDOUT'), 'tcp://bench:4001', 'network');
    expect(error.code).toBe('LINK_TIMEOUT');
  });
});

it('an error that is classed already passes unchanged', () => {
  const error = new SignalboxError('LINK_PROTOCOL', 'noise');
  expect(classifyLinkError(error, '/dev/ttyUSB0')).toBe(error);
});

it('what is no error at all is one of communication', () => {
  expect(classifyLinkError('gone', '/dev/ttyUSB0')).toMatchObject({
    code: 'LINK_COMMUNICATION',
    cause: 'gone',
  });
});
