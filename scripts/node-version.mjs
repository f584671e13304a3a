import { stop } from './say.mjs';

/** The Node version that this repository runs on; it is a development dependency. */
const runs = 24;
/** The oldest Node that can install it. */
const installs = 18;

const major = Number(process.versions.node.split('.')[0]);

/** Ends with one line when this Node is too old to install the packages. */
export function needNodeToInstall() {
  if (major >= installs) return;
  stop(
    `Signalbox needs Node ${installs} or later to install itself (it then runs on a Node ${runs} of its own); this is ${process.version}.`,
  );
}

/** Ends with one line when this is not the Node that the packages bring. */
export function needNodeToRun() {
  if (major >= runs) return;
  stop(
    `Signalbox runs on Node ${runs} or later; this is ${process.version}. Use the npm scripts (npm start, npm test): they bring their own.`,
  );
}
