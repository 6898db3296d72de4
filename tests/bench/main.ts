import { UsageError } from '../../model/commands/command-line.ts';

// npm run bench -- NAME: what is measured rather than tested.
const USAGE = `npm run bench -- NAME [--help]: what is measured rather than tested

  speed    ours against ranger, plumber, onnxruntime-node, scikit-learn, bare Node, xgboost, LightGBM, treelite, tl2cgen and shap
  page     the page against the series' Shiny page, in Chromium
  start    the first second of describe, serve and predict; npm start: how soon it answers, its memory, a minute of load with faults
  predict  files of predictions of millions of rows, against R and Python
  faults   what production does to this service, and what it answers then
`;
const [name, ...args] = process.argv.slice(2);

await main().catch((error: Error) => {
  if (!(error instanceof UsageError)) throw error;
  console.error(`bench ${name}: ${error.message}`);
  process.exitCode = 2;
});

async function main(): Promise<void> {
  switch (name) {
    case 'speed': {
      const { runSpeed } = await import('./speed.ts');
      process.exitCode = await runSpeed(args);
      break;
    }
    case 'page': {
      const { runPage } = await import('./page.ts');
      await runPage(args);
      break;
    }
    case 'start': {
      const { runStart } = await import('./start/start.ts');
      process.exitCode = await runStart(args);
      break;
    }
    case 'predict': {
      const { runPredict } = await import('./predict/predict.ts');
      process.exitCode = await runPredict(args);
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
}
