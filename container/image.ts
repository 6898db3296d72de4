import { main as check } from './check-container.ts';

const [command, ...args] = process.argv.slice(2);

switch (command) {
  case 'check':
    await check(args).catch((error: Error) => {
      console.error(error.message);
      process.exitCode = 1;
    });
    break;
  default:
    console.error(`npm run image: found ${command ?? 'nothing'}, expected check`);
    process.exitCode = 2;
}
