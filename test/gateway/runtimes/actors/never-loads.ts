import { defineActor } from '../../../../src/instruments/driver-api.ts';

await new Promise((resolve) => {
  setTimeout(resolve, 1_500);
});

export default defineActor({
  runtimes: ['inline', 'isolated'],
  start: () => {
    throw new Error('it was stopped before it was loaded');
  },
});
