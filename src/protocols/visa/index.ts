export { formatVisaResource } from './format-resource.ts';
export { parseVisaResource } from './parse-resource.ts';
export { visaDefaults } from './resource.ts';
export type { UsbAddress, VisaResource } from './resource.ts';
