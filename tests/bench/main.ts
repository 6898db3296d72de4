// npm run bench -- NAME: what is measured rather than tested.
const [name, ...args] = process.argv.slice(2);

switch (name) {
  case 'faults': {
    const { runFaults } = await import('../faults/main.ts');
    process.exitCode = await runFaults(args);
    break;
  }
  default:
    console.error(`npm run bench -- NAME: found ${name ?? 'nothing'}, expected faults`);
    process.exitCode = 2;
}
