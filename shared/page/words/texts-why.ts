import type { Language } from './texts.ts';
import type { Words } from './words.ts';

/** The words of the reasons, which come with what shows them. */
export const WHY_TEXTS: Record<Language, Record<string, string>> = {
  en: {
    whyClass: 'For and against',
    whyOf: 'For',
    whyAverage: 'the average answer is',
    whyPredicted: 'the most likely',
    whyStarts: 'The average answer is',
    whyEnds: 'With all inputs it is',
    whyStart: 'Average answer',
    whyEnd: 'This answer',
    whyAdds: 'adds',
    whyTakes: 'takes away',
    whyNothing: 'no change',
    whyTable: 'What each input adds, the strongest first',
    whyInput: 'Input',
    whyWay: 'From, to',
    whyChange: 'Change',
    whyNote:
      'The average is over the data that the model learnt from. A reason is what the model makes of a value, not a cause: to change the value need not change what happens.',
    whyScore: 'These numbers are the score that the model makes its answer from.',
    whyDrawn: 'The changes are estimated: small differences between them say nothing.',
  },
  pt: {
    whyClass: 'A favor e contra',
    whyOf: 'Para',
    whyAverage: 'a resposta média é',
    whyPredicted: 'o mais provável',
    whyStarts: 'A resposta média é',
    whyEnds: 'Com todas as entradas é',
    whyStart: 'Resposta média',
    whyEnd: 'Esta resposta',
    whyAdds: 'soma',
    whyTakes: 'tira',
    whyNothing: 'nenhuma mudança',
    whyTable: 'O que cada entrada soma, a mais forte primeiro',
    whyInput: 'Entrada',
    whyWay: 'De, até',
    whyChange: 'Mudança',
    whyNote:
      'A média é dos dados com que o modelo aprendeu. Uma razão é o que o modelo faz de um valor, e não uma causa: mudar o valor não muda por força o que acontece.',
    whyScore: 'Estes números são a pontuação da qual o modelo faz a sua resposta.',
    whyDrawn: 'As mudanças são estimadas: pequenas diferenças entre elas não dizem nada.',
  },
};

/** The page's words with those of the reasons. */
export function whyWords(words: Words): Words {
  const texts = WHY_TEXTS[words.language];
  return { ...words, text: (key) => texts[key] ?? words.text(key) };
}
