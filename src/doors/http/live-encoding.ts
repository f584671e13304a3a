import type { Encoding } from '../../telemetry/index.ts';
import { textFrame } from './websocket-frame.ts';

/** Updates as clients of a live connection get them: one text frame each, made once for all. */
export const liveEncoding: Encoding = {
  update: ({ topic, sequence, json }) =>
    textFrame(`{"type":"update","topic":"${topic}","sequence":${sequence},"data":${json}}`),
  snapshot: ({ topic, sequence, isGap, json }) =>
    textFrame(
      `{"type":"snapshot","topic":"${topic}","sequence":${sequence},` +
        `${isGap ? '"gap":true,' : ''}"data":${json}}`,
    ),
};
