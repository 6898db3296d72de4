import path from 'node:path';
import { PROJECT } from '../../support/project.ts';
import { benchBesideR, type Measure, type Peers, SIZES } from '../batches.ts';
import { outputOf, works } from '../children.ts';
import { makeForests } from '../forests.ts';
import type { Report } from '../report.ts';

/** The parts of the bench that are a package of R each: its model of heart beside its own predict(). */
export const PACKAGES = ['randomForest', 'rpart'];

/** Models of other packages than ranger, batches of 1, 100 and 10,000 rows: ours and R's predict(), on one thread each. */
export async function benchPackages(names: readonly string[], peers: Peers, measure: Measure, report: Report): Promise<void> {
  for (const name of names) {
    if (!works('Rscript', ['-e', `stopifnot(requireNamespace("${name}", quietly = TRUE))`])) {
      report.missing(name, `it needs r-cran-${name.toLowerCase()}: apt-get install it`);
      continue;
    }
    const version = await outputOf('Rscript', ['-e', `cat(paste0("R ", getRversion(), ", ${name} ", packageVersion("${name}")))`]);
    const script = path.join(PROJECT, 'tests/bench/packages/packages.R');
    const models = await makeForests([name], version, report.say, script);
    await benchBesideR(models, peers, measure, report, {
      peer: `${name}'s predict()`,
      sizes: () => SIZES,
      figure: () => `${name} of heart`,
    });
  }
}
