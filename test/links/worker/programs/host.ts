/** Starts a worker, says its group, and waits. */
import { processWorkerFactory, SupervisedWorker } from '../../../../src/links/index.ts';

const program = `${import.meta.dirname}/misbehaving.py`;
const command = ['/usr/bin/python3', '-S', '-E', program, process.argv[2] ?? ''] as const;
const worker = new SupervisedWorker({
  name: 'worker',
  factory: processWorkerFactory({ command: [...command] }),
});
await worker.start();
console.log(worker.status.pid);
