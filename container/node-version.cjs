// Read by Node before a script's files (node -r), since a Node without type stripping cannot read those. On Linux npm brings
// Node 24 for the scripts it runs; elsewhere the machine's Node runs them.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Node: found ${process.version}, expected 22.18 or newer. On Linux (x64, arm64) npm install brings one for every "npm run"; ` +
      'elsewhere, or to call node yourself, install a newer Node.',
  );
  process.exit(1);
}
// Node keeps here what it compiled and stripped of types, unless NODE_COMPILE_CACHE names another folder: the next command starts in
// half the time.
require('node:module').enableCompileCache(require('node:path').join(__dirname, '../.canopy/compile-cache'));
