import type { Language } from './texts.ts';
import type { Words } from './words.ts';

/** The words of what comes later: the dialogs' and those of the work on a spreadsheet. */
export const LATER_TEXTS: Record<Language, Record<string, string>> = {
  en: {
    row: 'row',
    rows: 'rows',
    reading: 'Reading',
    done: 'Done',
    noHeader: 'The header line lacks',
    emptyFile: 'The file has no rows below its header line.',
    tooWide: 'A line is longer than a request may be.',
    openQuote: 'A quote is opened and never closed, or a line is too long, from line',
    line: 'line',
    document: 'The OpenAPI document as JSON',
    requestBodies: 'Bodies it takes',
    answers: 'Answers',
    'card.what': 'What it predicts',
    'card.features': 'From what',
    'card.madeBy': 'What made it',
    'card.source': 'Made from the file',
    'card.date': 'Date',
    'card.limits': 'Limits',
    'card.edge':
      'A forest or a tree does not extrapolate: beyond the values it has learnt from, it says what it says at their edge. A linear model goes on along its line. How far each feature is known is told below.',
    'card.numbers': "The numbers are R's own, to the last bit. They are what the data of the training said, not causes.",
    'card.known': 'known from',
    'card.sha': 'sha256 of schema and model',
    'kind.regression': 'a number (regression)',
    'kind.classification': 'a class (classification)',
    'kind.probability': 'the probability of each class',
    'kind.survival': 'survival over time',
  },
  pt: {
    row: 'linha',
    rows: 'linhas',
    reading: 'Lendo',
    done: 'Pronto',
    noHeader: 'Na primeira linha falta',
    emptyFile: 'O arquivo não tem linhas abaixo da primeira.',
    tooWide: 'Uma linha é maior do que um pedido pode ser.',
    openQuote: 'Aspas abertas e nunca fechadas, ou uma linha longa demais, a partir da linha',
    line: 'linha',
    document: 'O documento OpenAPI em JSON',
    requestBodies: 'Corpos que aceita',
    answers: 'Respostas',
    'card.what': 'O que prevê',
    'card.features': 'A partir de quê',
    'card.madeBy': 'O que o fez',
    'card.source': 'Feito do arquivo',
    'card.date': 'Data',
    'card.limits': 'Limites',
    'card.edge':
      'Uma floresta ou árvore não extrapola: além dos valores de que aprendeu, diz o que diz na borda deles. Um modelo linear segue a sua linha. Até onde cada variável é conhecida está dito abaixo.',
    'card.numbers': 'Os números são os do próprio R, até o último bit. São o que os dados do treino disseram, não causas.',
    'card.known': 'conhecida de',
    'card.sha': 'sha256 de esquema e modelo',
    'kind.regression': 'um número (regressão)',
    'kind.classification': 'uma classe (classificação)',
    'kind.probability': 'a probabilidade de cada classe',
    'kind.survival': 'sobrevivência ao longo do tempo',
  },
};

/** The page's words with those of what comes later. */
export function laterWords(words: Words): Words {
  const texts = LATER_TEXTS[words.language];
  return { ...words, text: (key) => texts[key] ?? words.text(key) };
}
