// The third script's entry: what reads a workbook (.xlsx), loaded only when somebody drops one.
export { readWorkbook } from './sheet/workbook.ts';
