import type { Encoding } from '../../../telemetry/index.ts';
import { textFrame } from '../websocket-frame.ts';

/** Topics of a miner monitor are apart from all others: `monitor.miners`. */
export const monitorPrefix = 'monitor.';

/** Updates as clients of a miner monitor get them: `miners_update`. A snapshot is one like any other. */
export const monitorEncoding: Encoding = {
  update: ({ topic, json }) => updateFrame(topic, json),
  snapshot: ({ topic, json }) => (json === 'null' ? new Uint8Array() : updateFrame(topic, json)),
};

/** @param json an object with `data`, `timestamp` and `broadcast_id` */
function updateFrame(topic: string, json: string): Uint8Array {
  const name = topic.slice(monitorPrefix.length);
  return textFrame(`{"type":"${name}_update","topic":"${name}",${json.slice(1)}`);
}
