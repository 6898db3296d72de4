// npm run bench -- NAME: what is measured rather than tested.
const USAGE = `npm run bench -- NAME [--help]: what is measured rather than tested

  speed    ours against ranger, plumber, onnxruntime-node, scikit-learn and bare Node
  page     the page against the series' Shiny page, in Chromium
  faults   what production does to this service, and what it answers then
`;
const [name, ...args] = process.argv.slice(2);

switch (name) {
  case 'speed': {
    const { runSpeed } = await import('./speed.ts');
    process.exitCode = await runSpeed(args);
    break;
  }
  case 'page': {
    const { benchPage } = await import('./page.ts');
    await benchPage((line) => console.log(line));
    break;
  }
  case 'faults': {
    const { runFaults } = await import('../faults/main.ts');
    process.exitCode = await runFaults(args);
    break;
  }
  case '--help':
  case '-h':
    process.stdout.write(USAGE);
    break;
  default:
    console.error(`${name === undefined ? '' : `found ${name}, expected one of these:\n`}${USAGE}`);
    process.exitCode = 2;
}
