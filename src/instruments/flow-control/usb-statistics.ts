import type { Clock } from '../../kernel/index.ts';
import type { PortStatistics } from '../../ports/index.ts';

/** What was done on one port, with the names that FlowControl has for it. */
export interface UsbStatistics {
  /** Reads and writes that ended, however they ended. */
  readonly total_operations: number;
  readonly successful_operations: number;
  readonly failed_operations: number;
  /** How often somebody had to wait because another was on the wire. */
  readonly concurrent_attempts_blocked: number;
  /** From the first byte of the request to the last of the reply. */
  readonly longest_operation_ms: number;
  /** Seconds since 1970; 0 before the first. */
  readonly last_operation_time: number;
}

/** The figures of a port by FlowControl's names. */
export function usbStatisticsOf(statistics: PortStatistics): UsbStatistics {
  const { operations, successes, failures, blockedAttempts, service, lastOperationMs } = statistics;
  return {
    total_operations: operations,
    successful_operations: successes,
    failed_operations: failures,
    concurrent_attempts_blocked: blockedAttempts,
    longest_operation_ms: service.longestMs,
    last_operation_time: (lastOperationMs ?? 0) / 1_000,
  };
}

/** Several figures as one. */
export function sumOf(all: readonly UsbStatistics[]): UsbStatistics {
  const sum = (name: keyof UsbStatistics): number =>
    all.reduce((before, each) => before + each[name], 0);
  const most = (name: keyof UsbStatistics): number => Math.max(0, ...all.map((each) => each[name]));
  return {
    total_operations: sum('total_operations'),
    successful_operations: sum('successful_operations'),
    failed_operations: sum('failed_operations'),
    concurrent_attempts_blocked: sum('concurrent_attempts_blocked'),
    longest_operation_ms: most('longest_operation_ms'),
    last_operation_time: most('last_operation_time'),
  };
}

/** The figures of all ports, for people. */
export function usbStatisticsText(
  ports: Readonly<Record<string, UsbStatistics>>,
  clock: Clock,
): string {
  const lines = ['SERIAL PORT STATISTICS', '='.repeat(50)];
  for (const [port, figures] of Object.entries(ports)) {
    const { total_operations: total, successful_operations: good } = figures;
    const agoSeconds = clock.now() / 1_000 - figures.last_operation_time;
    const last = figures.last_operation_time === 0 ? 'none' : `${agoSeconds.toFixed(1)}s ago`;
    const rate = total === 0 ? 'none' : `${((100 * good) / total).toFixed(1)}%`;
    lines.push(
      '',
      `Port: ${port}`,
      `   Total operations: ${total}`,
      `   Successful: ${good}`,
      `   Failed: ${figures.failed_operations}`,
      `   Concurrent attempts blocked: ${figures.concurrent_attempts_blocked}`,
      `   Longest operation: ${figures.longest_operation_ms.toFixed(1)}ms`,
      `   Last operation: ${last}`,
      `   Success rate: ${rate}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
