import { expect, test } from '@jest/globals';
import { curlSnippet, snippet } from '../../../shared/page/dialogs/snippets.ts';

const URL = 'https://api.example.org/predict';
const record = { age: 54 };

test('where the API asks for a key, code takes it from its environment or a variable, and sends it as clients do', async () => {
  expect(curlSnippet(URL, record, 'keys')).toBe(`curl -H "x-api-key: $CANOPY_KEY" -d '{"age":54}' '${URL}'`);
  expect(snippet('Python', URL, record, 'keys')).toContain('import os\nfrom urllib');
  expect(snippet('Python', URL, record, 'keys')).toContain('{"content-type": "application/json", "x-api-key": os.environ["CANOPY_KEY"]})');
  expect(snippet('R', URL, record, 'keys')).toContain('canopy_endpoint("https://api.example.org", key = Sys.getenv("CANOPY_KEY"))');
  const asked: { headers: Record<string, string> }[] = [];
  const fake = async (_: string, options: { headers: Record<string, string> }) => {
    asked.push(options);
    return { json: async () => ({ predictions: [1] }) };
  };
  const code = snippet('JavaScript', URL, record, 'keys').replace("const key = ''", "const key = 'mine'");
  await new Function('fetch', 'console', `return (async () => {${code}})()`)(fake, { log: () => {} });
  expect(asked[0]?.headers).toEqual({ 'content-type': 'application/json', 'x-api-key': 'mine' });
});

test('a token goes as a bearer; a signature is nothing that a line of code could show', () => {
  expect(curlSnippet(URL, record, 'jwt')).toContain('-H "authorization: Bearer $CANOPY_TOKEN" ');
  expect(snippet('Python', URL, record, 'jwt')).toContain('"authorization": "Bearer " + os.environ["CANOPY_TOKEN"]');
  expect(snippet('JavaScript', URL, record, 'jwt')).toContain("'authorization': 'Bearer ' + key");
  for (const language of ['JavaScript', 'Python', 'R'] as const)
    expect(snippet(language, URL, record, 'iam')).toBe(snippet(language, URL, record));
});
