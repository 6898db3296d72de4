// Read by Node before a script's files (node -r), since a Node without type stripping cannot read those. On Linux npm brings
// Node 24 for the scripts it runs; elsewhere the machine's Node runs them.
const fs = require('node:fs');
const path = require('node:path');

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  const modules = path.join(__dirname, '../node_modules');
  const brought = path.join(modules, `node-${process.platform}-${process.arch}/bin/node`);
  if (!fs.existsSync(brought)) {
    console.error(
      `Node: found ${process.version}, expected 22.18 or newer. On Linux (x64, arm64) npm install brings one for every "npm run"; ` +
        'elsewhere, or to call node yourself, install a newer Node.',
    );
    process.exit(1);
  }
  // npm 10 takes away the link that the packages of Node for two processors share: whatever runs next finds it again.
  try {
    fs.symlinkSync(path.relative(path.join(modules, '.bin'), brought), path.join(modules, '.bin/node'));
  } catch {
    // It is there, and node was called by its path; or the folder is not ours to write.
  }
  // A terminal's Ctrl-C reaches the other process by itself, which ends in its own way.
  process.on('SIGINT', () => {});
  const { spawnSync } = require('node:child_process');
  const { status, signal } = spawnSync(brought, [...process.execArgv, ...process.argv.slice(1)], { stdio: 'inherit' });
  if (signal) process.kill(process.pid, signal);
  process.exit(status ?? 1);
}
// Node keeps here what it compiled and stripped of types, unless NODE_COMPILE_CACHE names another folder: the next command starts in
// half the time.
require('node:module').enableCompileCache(path.join(__dirname, '../.canopy/compile-cache'));
