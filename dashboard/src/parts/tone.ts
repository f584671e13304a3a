/** How good a state is. */
export type Tone = 'good' | 'busy' | 'bad' | 'idle';

const portTones: Readonly<Record<string, Tone>> = {
  open: 'good',
  opening: 'busy',
  recovering: 'busy',
  released: 'idle',
  closed: 'idle',
  absent: 'bad',
};

/** How good the state of a port is. */
export function portTone(state: string): Tone {
  return portTones[state] ?? 'idle';
}
