import { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/** Where a channel gets its bytes from. */
export interface ByteSource {
  /** Begins to give bytes, which are only good until `onBytes` returns; `onEnd` may come twice. */
  open(onBytes: (bytes: Uint8Array) => void, onEnd: (reason: string) => void): void;
}

/** What a stream gives. */
export function streamSource(stream: Readable): ByteSource {
  return {
    open: (onBytes, onEnd) => {
      stream.on('error', (error) => onEnd(`its output broke: ${error.message}`));
      stream.on('end', () => onEnd('its output ended'));
      stream.on('close', () => onEnd('its output was closed'));
      stream.on('data', onBytes);
    },
  };
}

const bufferBytes = 65_536;

/** What comes over a pipe or socket of this process, without the cost of a stream. */
export function descriptorSource(fd: number): ByteSource {
  return {
    open: (onBytes, onEnd) => {
      const buffer = Buffer.allocUnsafeSlow(bufferBytes);
      const socket = new Socket({
        fd,
        readable: true,
        writable: false,
        onread: {
          buffer,
          callback: (length) => {
            onBytes(length === bufferBytes ? buffer : buffer.subarray(0, length));
            return true;
          },
        },
      });
      socket.on('error', (error) => onEnd(`its output broke: ${error.message}`));
      socket.on('end', () => onEnd('its output ended'));
      socket.on('close', () => onEnd('its output was closed'));
    },
  };
}
