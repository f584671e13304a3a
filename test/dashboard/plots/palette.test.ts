import { describe, expect, test } from 'vitest';

import { lineStyle, palettes } from '../../../dashboard/src/plots/palette.ts';
import type { Theme } from '../../../dashboard/src/plots/palette.ts';

type Triple = readonly [number, number, number];
const grounds: Readonly<Record<Theme, string>> = { light: '#ffffff', dark: '#161d25' };
/** How colours look without one of the three kinds of cones: Machado and others 2009, severity 1. */
const blindness: Readonly<Record<string, readonly Triple[]>> = {
  none: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
/** What is nearer is one colour to many people; 2.3 is the least that a trained eye sees. */
const differenceLeast = 14;

function linear(colour: string): Triple {
  const parts = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return parts as unknown as Triple;
}

function luminance(colour: string): number {
  const [red, green, blue] = linear(colour);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** CIE L*a*b* under D65. */
function lab([red, green, blue]: Triple): Triple {
  const [x, y, z] = [
    (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
    0.2126 * red + 0.7152 * green + 0.0722 * blue,
    (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
  ].map((part) => (part > 0.008856 ? Math.cbrt(part) : 7.787 * part + 16 / 116)) as [
    number,
    number,
    number,
  ];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function seen(colour: string, matrix: readonly Triple[]): Triple {
  const [red, green, blue] = linear(colour);
  const parts = matrix.map(([one, two, three]) =>
    Math.min(1, Math.max(0, one * red + two * green + three * blue)),
  );
  return lab(parts as unknown as Triple);
}

describe.each(['light', 'dark'] as const)('lines on a %s ground', (theme) => {
  test('stand out from it at least 3 : 1', () => {
    const ground = luminance(grounds[theme]);
    for (const colour of palettes[theme]) {
      const own = luminance(colour);
      const ratio = (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05);
      expect(ratio, colour).toBeGreaterThanOrEqual(3);
    }
  });

  test.each(Object.keys(blindness))('are told apart by people with %s', (kind) => {
    const matrix = blindness[kind] ?? [];
    const colours = palettes[theme];
    const near: string[] = [];
    for (const [index, one] of colours.entries()) {
      for (const other of colours.slice(index + 1)) {
        const [a, b] = [seen(one, matrix), seen(other, matrix)];
        const difference = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
        if (difference < differenceLeast) near.push(`${one} ${other} ${difference.toFixed(1)}`);
      }
    }
    expect(near).toEqual([]);
  });
});

test('the first 24 lines all look different', () => {
  const looks = Array.from({ length: 24 }, (_, index) => JSON.stringify(lineStyle(index, 'light')));
  expect(new Set(looks).size).toBe(24);
});
