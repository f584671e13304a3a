/** An instrument or interface as a VISA resource name says it. VPP-4.3, section 4.3.1. */
export type VisaResource =
  /** `TCPIP[board]::host[::device]::INSTR`, spoken to with VXI-11. */
  | {
      readonly kind: 'vxi11';
      readonly board: number;
      readonly host: string;
      /** @default 'inst0' */
      readonly device: string;
    }
  /** `TCPIP[board]::host::hislipN[,port]::INSTR`, spoken to with HiSLIP. */
  | {
      readonly kind: 'hislip';
      readonly board: number;
      readonly host: string;
      /** Begins with `hislip`. */
      readonly device: string;
      /** @default 4880 */
      readonly port: number;
    }
  /** `TCPIP[board]::host::port::SOCKET`: bytes over TCP. */
  | {
      readonly kind: 'socket';
      readonly board: number;
      readonly host: string;
      readonly port: number;
    }
  /** `ASRLx::INSTR`. */
  | {
      readonly kind: 'serial';
      /** The number of a serial line that somebody else gave it, or the path or name of a device. */
      readonly device: number | string;
    }
  /** `USB[board]::vendor::product::serial[::interface]::INSTR`, spoken to with USBTMC. */
  | ({ readonly kind: 'usbtmc' } & UsbAddress)
  /** `USB[board]::vendor::product::serial[::interface]::RAW`. */
  | ({ readonly kind: 'usb-raw' } & UsbAddress)
  /** `GPIB[board]::primary[::secondary]::INSTR`. */
  | {
      readonly kind: 'gpib';
      readonly board: number;
      /** 0 to 30. */
      readonly primary: number;
      /** 0 to 30; none where the instrument has none. */
      readonly secondary?: number;
    }
  /** `GPIB[board]::INTFC`: the bus itself. */
  | { readonly kind: 'gpib-interface'; readonly board: number };

/** One interface of one USB device. */
export interface UsbAddress {
  readonly board: number;
  readonly vendorId: number;
  readonly productId: number;
  readonly serialNumber: string;
  /** The first that fits where none is named. */
  readonly interfaceNumber?: number;
}

/** What is meant where a name leaves something out. VPP-4.3, section 4.3.1. */
export const visaDefaults: {
  readonly board: 0;
  readonly device: 'inst0';
  readonly hislipPort: 4880;
} = { board: 0, device: 'inst0', hislipPort: 4880 };

/** The highest primary and secondary address on a GPIB bus. IEEE 488.1. */
export const gpibAddressMost = 30;

export const tcpPortMost = 65_535;
/** USB 2.0, section 9.6.1. */
export const usbIdMost = 0xffff;
export const usbInterfaceMost = 0xff;
