/**
 * The codes of the speeds that every program knows. Others are given in numbers, and programs that
 * know codes only then see a speed of 0. Source: Linux include/uapi/asm-generic/termbits.h (`B50` …).
 */
const codes: ReadonlyMap<number, number> = new Map([
  ...[50, 75, 110, 134, 150, 200, 300, 600, 1_200, 1_800, 2_400, 4_800, 9_600, 19_200, 38_400].map(
    (baudRate, index) => [baudRate, index + 1] as const,
  ),
  ...[
    57_600, 115_200, 230_400, 460_800, 500_000, 576_000, 921_600, 1_000_000, 1_152_000, 1_500_000,
    2_000_000, 2_500_000, 3_000_000, 3_500_000, 4_000_000,
  ].map((baudRate, index) => [baudRate, 0x1001 + index] as const),
]);

/** BOTHER: takes the speeds from the two speed words instead. */
const inNumbers = 0x1000;

/** What stands for a speed among the control flags. */
export function speedFlags(baudRate: number): number {
  return codes.get(baudRate) ?? inNumbers;
}
