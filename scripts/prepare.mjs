// Runs before every npm script, on whatever Node the machine has: plain JavaScript, Node's own
// modules only. `prepare.mjs` installs the npm packages; `prepare.mjs build` also builds;
// `prepare.mjs test` also installs system packages. What is there already is left alone.
import { installNpmPackages } from './npm-packages.mjs';
import { needNodeToInstall } from './node-version.mjs';

needNodeToInstall();
installNpmPackages();
const purpose = process.argv[2];
if (purpose === 'test') {
  const { installSystemPackages } = await import('./system-packages.mjs');
  installSystemPackages();
}
if (purpose === 'build') {
  const { build } = await import('./build.mjs');
  if (!build()) process.exit(1);
}
