import { afterEach, describe, expect, it } from 'vitest';
import { usbDeviceLinkFactory } from '../../../src/links/index.ts';
import type { Link } from '../../../src/links/index.ts';
import type { NativeUsb, NativeUsbDevice } from '../../../src/links/usbtmc/usb-device.ts';
import { SimulatedDevice } from './simulated-device.ts';

const forever = new AbortController().signal;
const where = { board: 0, vendorId: 0x0699, productId: 0x0401, serialNumber: 'C012345' } as const;
const links: Link[] = [];

afterEach(async () => {
  await Promise.all(links.splice(0).map(async (link) => await link.close()));
});

function linkTo(load?: () => Promise<NativeUsb>): Link {
  const link = usbDeviceLinkFactory({ ...where, ...(load === undefined ? {} : { load }) }).create();
  links.push(link);
  return link;
}

/** A device as the package gives it: endpoints 1 out, 2 in and 3 interrupt of its second interface. */
function nativeDevice(device: SimulatedDevice, calls: string[]): NativeUsbDevice {
  const transfers = device.connect();
  const timedOut = new Error('Transfer timed out');
  const endpoints = [
    { endpointNumber: 1, direction: 'out', type: 'bulk', packetSize: 512 },
    { endpointNumber: 2, direction: 'in', type: 'bulk', packetSize: 512 },
    { endpointNumber: 3, direction: 'in', type: 'interrupt', packetSize: 8 },
  ] as const;
  return {
    ...where,
    configuration: {
      interfaces: [
        { interfaceNumber: 0, alternate: { interfaceClass: 8, interfaceSubclass: 6, endpoints } },
        { interfaceNumber: 1, alternate: { interfaceClass: 254, interfaceSubclass: 3, endpoints } },
      ],
    },
    open: async () => await transfers.open(forever),
    close: async () => {
      calls.push('close');
      await transfers.close();
    },
    claimInterface: async (number) => void calls.push(`claim ${number}`),
    detachKernelDriver: async () => await Promise.reject(new Error('not found')),
    attachKernelDriver: async (number) => void calls.push(`attach ${number}`),
    releaseInterface: async (number) => void calls.push(`release ${number}`),
    clearHalt: async (direction, number) => {
      calls.push(`clear ${direction} ${number}`);
      await transfers.clearHalt(direction === 'in' ? 'bulk-in' : 'bulk-out');
    },
    nativeTransferIn: async (endpoint, timeoutMs, length) => {
      const { status, data } =
        endpoint === 2
          ? await transfers.bulkIn(length, timeoutMs)
          : await transfers.interruptIn(timeoutMs);
      if (status === 'timeout') throw timedOut;
      return status === 'stall' ? null : data;
    },
    nativeTransferOut: async (endpoint, timeoutMs, data) => {
      if (endpoint !== 1) throw new Error(`no endpoint ${endpoint}`);
      const status = await transfers.bulkOut(data, timeoutMs);
      if (status === 'timeout') throw timedOut;
      return status === 'stall' ? -1 : data.length;
    },
    nativeControlTransferIn: async (setup, timeoutMs, length) => {
      const { request, value, index, recipient, requestType } = setup;
      calls.push(`${requestType} ${recipient} ${index} ${request}`);
      const asked = { request, value, length, recipient: 'interface' } as const;
      const { status, data } = await transfers.controlIn(asked, timeoutMs);
      return status === 'ok' ? data : null;
    },
  };
}

describe('a USBTMC link through the package usb', () => {
  it('finds its device and interface, and uses its endpoints', async () => {
    const device = new SimulatedDevice();
    const calls: string[] = [];
    const other = { ...nativeDevice(device, calls), serialNumber: 'another' };
    const mine = nativeDevice(device, calls);
    const link = linkTo(async () => ({ usb: { getDevices: async () => [other, mine] } }));
    expect(link.address).toBe('USB0::0x0699::0x0401::C012345::INSTR');
    await link.open(forever);
    expect(calls).toEqual([
      'claim 1',
      'class interface 1 7',
      'class interface 1 5',
      'class interface 1 6',
      'clear out 1',
    ]);
    await link.write(Buffer.from('*IDN?'), { end: true, signal: forever });
    link.askForReply?.(1_000);
    expect(Buffer.from((await link.read(forever)).data).toString()).toBe('*IDN?');
    device.statusByte = 65;
    expect(await link.readStatusByte?.(forever)).toBe(65);
    device.answer = () => undefined;
    await link.write(Buffer.from('slow?'), { end: true, signal: forever });
    link.askForReply?.(20);
    await expect.poll(() => calls).toContain('class endpoint 130 3');
    await link.close();
    expect(device.opens).toBe(0);
    expect(device.complaints).toEqual([]);
    expect(calls.at(-1)).toBe('close');
    expect(calls).not.toContain('attach 1');
  });

  it('gives a device back to the driver of the kernel that had it', async () => {
    const calls: string[] = [];
    const native = nativeDevice(new SimulatedDevice(), calls);
    native.detachKernelDriver = async (number) => void calls.push(`detach ${number}`);
    const link = linkTo(async () => ({ usb: { getDevices: async () => [native] } }));
    await link.open(forever);
    expect(calls.slice(0, 2)).toEqual(['detach 1', 'claim 1']);
    await link.close();
    expect(calls.slice(-3)).toEqual(['release 1', 'attach 1', 'close']);
  });

  it('gives it back also when another program keeps it from being claimed', async () => {
    const calls: string[] = [];
    const native = nativeDevice(new SimulatedDevice(), calls);
    native.detachKernelDriver = async (number) => void calls.push(`detach ${number}`);
    native.claimInterface = async () => await Promise.reject(new Error('busy'));
    const link = linkTo(async () => ({ usb: { getDevices: async () => [native] } }));
    await expect(link.open(forever)).rejects.toThrow('busy');
    expect(calls).toEqual(['detach 1', 'release 1', 'attach 1', 'close']);
  });

  it('says that a device is not there', async () => {
    const link = linkTo(async () => ({ usb: { getDevices: async () => [] } }));
    await expect(link.open(forever)).rejects.toMatchObject({
      code: 'PORT_ABSENT',
      message: expect.stringContaining('C012345'),
    });
  });

  it('says that a device has no such interface, and gives it back', async () => {
    const device = new SimulatedDevice();
    const native = { ...nativeDevice(device, []), configuration: { interfaces: [] } };
    const link = linkTo(async () => ({ usb: { getDevices: async () => [native] } }));
    await expect(link.open(forever)).rejects.toMatchObject({
      code: 'PORT_ABSENT',
      message: expect.stringContaining('USBTMC'),
    });
    expect(device.opens).toBe(0);
  });

  it('fails with what USB says when the device goes', async () => {
    const device = new SimulatedDevice();
    const native = nativeDevice(device, []);
    const link = linkTo(async () => ({ usb: { getDevices: async () => [native] } }));
    await link.open(forever);
    const reading = link.read(forever);
    reading.catch(() => {});
    device.unplug();
    await expect(reading).rejects.toMatchObject({ code: 'LINK_USB' });
  });

  it('on this machine finds no such instrument, or says that the package is missing', async () => {
    await expect(linkTo().open(forever)).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:PORT_ABSENT|LINK_COMMUNICATION|LINK_USB)$/),
      nextStep: expect.stringMatching(/\S/),
    });
  });
});
