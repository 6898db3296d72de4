import { fillWide, openWide, planWide, wideCode } from './wide-leaves.ts';
import { wideMasks } from './wide-masks.ts';

/** What adds leaves of many doubles, behind a walk and by masks; and the kinds of forests whose leaves can be wide: times and classes. */
export const WIDE_LEAVES = {
  kinds: ['survival', 'probability'],
  plan: planWide,
  fill: fillWide,
  code: wideCode,
  open: openWide,
  masks: wideMasks,
};
