import { defineActor } from '../../../../src/instruments/driver-api.ts';

export default defineActor({ runtimes: ['inline'], start: () => ({}) });
