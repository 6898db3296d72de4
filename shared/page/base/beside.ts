import type { Why } from '../plot/why.ts';
import { askRows, newestWins, type Outcome } from './ask.ts';
import type { AnswerBody, PageData, Predicted, Value } from './data.ts';

/**
 * How the last request ended, the inputs it was for, and where the answer is a class alone, the trees' votes on it (null where the server gave
 * none); the interval and the reasons, where there are some.
 */
export type Shown = { outcome: Outcome; values: Value[]; votes?: Predicted | null; interval?: Predicted; why?: Why };

/**
 * Asks for what stands beside an answer, of the inputs that have one: the trees' votes, where it is a class alone, an interval, and the reasons
 * (of the class that is `chosen`, where there is one, and at the place of a time).
 */
export function besideAsker(
  data: PageData,
  chosen: () => { class: string | undefined; placeOf(survival: number[]): number },
  { shown, know }: { shown: () => Shown | undefined; know: (shown: Shown) => void },
): () => Promise<void> {
  const { kind, votes, interval, explain } = data;
  const explained = () => {
    const { class: label, placeOf } = chosen();
    const { outcome } = shown() ?? {};
    const { times, predictions } = outcome?.state === 'answered' && kind === 'survival' ? outcome.body : {};
    const time = predictions && times?.[placeOf(predictions[0] as number[])];
    return { explain: { ...explain, ...(label === undefined ? {} : { class: label }) }, ...(time === undefined ? {} : { time }) };
  };
  const questions = { votes: () => votes?.parameters, interval: () => interval && { interval }, why: () => explain && explained() };
  return newestWins(async () => {
    const whose = shown()?.outcome;
    for (const [beside, parametersOf] of Object.entries(questions)) {
      const now = shown();
      const parameters = parametersOf();
      // Meanwhile the inputs may have another answer.
      if (!parameters || !now || now.outcome !== whose || whose?.state !== 'answered') continue;
      const outcome = await askRows(data, [now.values], parameters);
      const body = outcome.state === 'answered' ? outcome.body : undefined;
      const votesLeft = beside === 'votes' ? null : undefined;
      const told = beside === 'why' ? reasonsOf(body) : (body?.predictions[0] ?? votesLeft);
      const present = shown();
      if (told !== undefined && present?.outcome === whose) know({ ...present, [beside]: told });
    }
  });
}

/** The reasons of an answer, with the time that they are of, where they are of one. */
function reasonsOf(body: AnswerBody | undefined): Why {
  const [reasons] = body?.explanations ?? [];
  const time = body?.explain?.time;
  return reasons ? { ...reasons, ...(time === undefined ? {} : { time }) } : 'none';
}
